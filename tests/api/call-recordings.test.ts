import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readByteRange } from '../../src/api/byte-range.ts';
import type { Recordings } from '../../src/api/parts.ts';
import { type CallBook, createCallBook, ringing } from './call-book.ts';
import { type Caller, type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

const wav = Buffer.from(Array.from({ length: 1_000 }, (_, at) => at % 251));

let room: DutyRoom;
let book: CallBook;
let held: Map<string, boolean>;
beforeEach(async () => {
  book = createCallBook();
  held = new Map();
  const recordings: Recordings = {
    open: async (call) =>
      call === 'silent'
        ? null
        : { bytes: wav.length, read: ({ from, to }) => Readable.from([wav.subarray(from, to)]) },
    hold: async (call, hold) => {
      held.set(call, hold);
      return true;
    },
  };
  room = await openDutyRoom({}, undefined, (duty) => ({ ...book.parts(duty), recordings }));
  for (const call of [
    ringing('call-1', { state: 'ended', answeredBy: 'li', alert: 'al-1', recorded: true }),
    ringing('far', { state: 'ended', place: homeElsewhere, recorded: true }),
    ringing('silent', { state: 'ended' }),
  ])
    room.store.keepCall(call);
});
afterEach(() => room[Symbol.asyncDispose]());

const play = (caller: Caller, call: string, range?: string) =>
  room.api.app.inject({
    url: `/api/v1/calls/${call}/recording`,
    headers: { authorization: `Bearer ${caller.token}`, ...(range === undefined ? {} : { range }) },
  });

const lines = async (event: string) =>
  (await room.store.archive.journal(0, 1_000))
    .filter((entry) => entry.event === event)
    .map(({ actor, subject, data }) => ({ actor, subject, data }));

describe('the recording of a call', () => {
  test('is played whole to supervisors and to the operator who spoke, each time with a line of the journal', async () => {
    const li = await room.person('li', 'operator');
    const chief = await room.person('chief', 'supervisor');
    for (const caller of [li, chief]) {
      const { statusCode, headers, rawPayload } = await play(caller, 'call-1');
      expect([
        statusCode,
        headers['content-type'],
        headers['accept-ranges'],
        headers['content-length'],
      ]).toEqual([200, 'audio/wav', 'bytes', '1000']);
      expect(rawPayload.equals(wav)).toBe(true);
    }
    expect(await lines('call.recording-played')).toEqual(
      ['li', 'chief'].map((who) => ({
        actor: `user:${who}`,
        subject: 'call:call-1',
        data: { alert: 'al-1' },
      })),
    );
  });

  test('is played in stretches, as players ask for it, which is one playback', async () => {
    const first = await play(room.admin, 'call-1', 'bytes=0-99');
    expect([first.statusCode, first.headers['content-range']]).toEqual([206, 'bytes 0-99/1000']);
    expect(first.rawPayload.equals(wav.subarray(0, 100))).toBe(true);
    const rest = await play(room.admin, 'call-1', 'bytes=100-');
    expect(rest.headers['content-range']).toBe('bytes 100-999/1000');
    expect(rest.rawPayload.equals(wav.subarray(100))).toBe(true);
    const outside = await play(room.admin, 'call-1', 'bytes=1000-');
    expect([outside.statusCode, outside.headers['content-range'], outside.json().error.code]).toEqual([
      416,
      'bytes */1000',
      'range-not-satisfiable',
    ]);
    expect(await lines('call.recording-played')).toHaveLength(1);
    await play(await room.again('admin'), 'call-1', 'bytes=-1');
    expect(await lines('call.recording-played')).toHaveLength(2);
    room.clock.at += 11 * 60_000;
    await play(room.admin, 'call-1', 'bytes=500-');
    expect(await lines('call.recording-played')).toHaveLength(3);
  });

  test('is not played to anybody else, and not while the journal cannot note it', async () => {
    const other = await room.person('wang', 'operator');
    const near = await room.person('near', 'supervisor', ['c1']);
    expect((await play(other, 'call-1')).statusCode).toBe(403);
    expect((await play(await room.person('wall', 'viewer'), 'call-1')).statusCode).toBe(403);
    expect((await play(room.anybody, 'call-1')).statusCode).toBe(401);
    for (const call of ['far', 'none', 'silent'])
      expect([call, (await play(near, call)).statusCode]).toEqual([call, 404]);
    room.core.setHealth({ ok: false, since: 1, error: 'disk full' });
    expect((await play(near, 'call-1')).statusCode).toBe(503);
    room.core.setHealth({ ok: true });
    expect(await lines('call.recording-played')).toEqual([]);
  });

  test('is held for the law by a supervisor, and let go again, both in the journal', async () => {
    const chief = await room.person('chief', 'supervisor', ['c1']);
    const li = await room.person('li', 'operator');
    const hold = (caller: Caller, call: string, body: object) =>
      caller.call('PUT', `/calls/${call}/legal-hold`, body);
    expect((await hold(chief, 'call-1', { held: true })).body).toEqual({ held: true });
    expect(held.get('call-1')).toBe(true);
    expect((await hold(chief, 'call-1', { held: false })).status).toBe(200);
    expect(held.get('call-1')).toBe(false);
    expect((await hold(chief, 'call-1', {})).status).toBe(400);
    expect((await hold(li, 'call-1', { held: true })).status).toBe(403);
    for (const call of ['far', 'none', 'silent'])
      expect([call, (await hold(chief, call, { held: true })).status]).toEqual([call, 404]);
    expect((await lines('call.legal-hold')).map(({ data }) => data)).toEqual([
      { alert: 'al-1', held: true },
      { alert: 'al-1', held: false },
    ]);
    expect([...held.keys()]).toEqual(['call-1']);
  });
});

test('a gateway that records nothing has no recording to play', async () => {
  const without = await openDutyRoom();
  try {
    without.store.keepCall(ringing('call-1', { state: 'ended' }));
    expect((await without.admin.call('GET', '/calls/call-1/recording')).body.error?.code).toBe('not-found');
    expect((await without.admin.call('PUT', '/calls/call-1/legal-hold', { held: true })).status).toBe(404);
  } finally {
    await without[Symbol.asyncDispose]();
  }
});

test('of the ranges that a header may ask for one is answered, and what is none is passed over', () => {
  for (const [header, span] of [
    ['bytes=0-', { from: 0, to: 10 }],
    ['bytes=3-5', { from: 3, to: 6 }],
    ['bytes=9-100', { from: 9, to: 10 }],
    ['bytes=-4', { from: 6, to: 10 }],
    ['bytes=-40', { from: 0, to: 10 }],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=5-3', null],
    ['bytes=-', null],
    ['bytes=0-1,3-4', null],
    ['lines=0-1', null],
    [undefined, null],
  ] as const)
    expect([header, readByteRange(header, 10)]).toEqual([header, span]);
  expect(readByteRange('bytes=0-', 0)).toBe('unsatisfiable');
});
