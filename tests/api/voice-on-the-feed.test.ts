import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maxSdp } from '../../src/model/call.ts';
import { ServerMessage } from '../../src/model/change.ts';
import { type CallBook, createCallBook, ringing } from './call-book.ts';
import { type ConsoleClient, ofType } from './console-client.ts';
import { type Caller, type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
let book: CallBook;
beforeEach(async () => {
  book = createCallBook();
  room = await openDutyRoom({ liveTimes: { tickMs: 20, closeMs: 200 } }, undefined, book.parts);
});
afterEach(() => room[Symbol.asyncDispose]());

const snapshot = ofType('snapshot');
const voice = ofType('voice');
const offer = { type: 'voice', call: 'call-1', kind: 'offer', sdp: 'v=0\r\n' } as const;

const enter = async (caller: Caller, query = ''): Promise<ConsoleClient> => {
  const client = await room.console(caller, query);
  await client.until(snapshot);
  return client;
};
const idOf = async (client: ConsoleClient): Promise<string> =>
  (await client.until(ofType('hello'))).console ?? '';
/** Waits until the gateway has heard what the client said before. */
const caughtUp = async (client: ConsoleClient): Promise<void> => {
  const errors = client.messages.filter(ofType('error')).length;
  client.say('{}');
  await client.met((messages) => messages.filter(ofType('error')).length > errors);
};
const comings = (): (readonly unknown[])[] =>
  book.asked.filter(([what]) => what === 'here' || what === 'gone');

describe('a console', () => {
  test('has the name it asks for, or one of ours, and the calls know of it while it is there', async () => {
    const named = await enter(room.admin, '?console=desk-a');
    expect(await idOf(named)).toBe('desk-a');
    const unnamed = await enter(room.admin);
    const ours = await idOf(unnamed);
    expect(ours).toMatch(/^[0-9a-f-]{36}$/);
    named.socket.close();
    await unnamed.met(() => comings().length === 3);
    expect(comings()).toEqual([
      ['here', 'desk-a', 'admin'],
      ['here', ours, 'admin'],
      ['gone', 'desk-a'],
    ]);
    await expect(room.console(room.admin, '?console=no%20id')).rejects.toThrow('refused: 400');
  });

  test('gives way to a newer page of the same name, closed with 4011, and its call does not lose it', async () => {
    const older = await enter(room.admin, '?console=desk-a');
    const newer = await enter(room.admin, '?console=desk-a');
    expect(await older.closed).toBe(4011);
    book.tell('desk-a', offer);
    expect(await newer.until(voice)).toEqual(offer);
    expect(older.messages.some(voice)).toBe(false);
    expect(comings()).toEqual([
      ['here', 'desk-a', 'admin'],
      ['here', 'desk-a', 'admin'],
    ]);
  });

  test('is not thrown out by somebody else who asks for its name', async () => {
    const li = await room.person('li', 'operator');
    const mine = await enter(room.admin, '?console=desk-a');
    const other = await enter(li, '?console=desk-a');
    expect(await idOf(other)).not.toBe('desk-a');
    book.tell('desk-a', offer);
    await mine.until(voice);
    await other.until(ofType('tick'));
    expect(other.messages.some(voice)).toBe(false);
  });

  test('keeps its name for its own user while it is away, and whoever asks for it goes by another, always the same', async () => {
    const li = await room.person('li', 'operator');
    const mine = await enter(room.admin, '?console=desk-a');
    mine.socket.close();
    await mine.closed;
    const first = await enter(li, '?console=desk-a');
    const name = await idOf(first);
    expect(name).not.toBe('desk-a');
    const back = await enter(room.admin, '?console=desk-a');
    expect(await idOf(back)).toBe('desk-a');
    first.socket.close();
    await first.closed;
    expect(await idOf(await enter(room.admin, `?console=${name}`))).not.toBe(name);
    expect(await idOf(await enter(li, '?console=desk-a'))).toBe(name);
  });

  test('hears no more of a call that it listens to once its user is no supervisor, has other places, or is signed out', async () => {
    const listening = async (username: string): Promise<readonly unknown[]> => {
      const zhao = await room.person(username, 'supervisor');
      const desk = await enter(zhao, `?console=desk-${username}`);
      book.live.set(
        `call-${username}`,
        ringing(`call-${username}`, { state: 'connected', listeners: [username] }),
      );
      await desk.until(ofType('tick'));
      expect(book.asked.filter(([what, who]) => what === 'leave' && who === username)).toEqual([]);
      if (username === 'zhao') await room.admin.call('PATCH', '/users/zhao', { role: 'operator' });
      else if (username === 'sun')
        await room.admin.call('PATCH', '/users/sun', { places: [homeElsewhere.id] });
      else await zhao.call('DELETE', '/session');
      await expect.poll(() => book.live.get(`call-${username}`)?.listeners).toEqual([]);
      return book.asked.find(([what, who]) => what === 'leave' && who === username) ?? [];
    };
    for (const username of ['zhao', 'sun', 'qian'])
      expect(await listening(username)).toEqual(['leave', username, `desk-${username}`, `call-${username}`]);
  });

  test('that may only look has no part in calls, and one that may look only from now on has none any more', async () => {
    const wall = await room.person('wall', 'viewer');
    const screen = await enter(wall, '?console=screen');
    screen.say({ ...offer, kind: 'answer' });
    expect((await screen.until(ofType('error'))).error.code).toBe('not-allowed');
    const li = await room.person('li', 'operator');
    const desk = await enter(li, '?console=desk-li');
    await room.admin.call('PATCH', '/users/li', { role: 'viewer' });
    await desk.met(() => comings().length === 2);
    await room.admin.call('PATCH', '/users/li', { role: 'operator' });
    await desk.met(() => comings().length === 3);
    expect(comings()).toEqual([
      ['here', 'desk-li', 'li'],
      ['gone', 'desk-li'],
      ['here', 'desk-li', 'li'],
    ]);
    expect(book.asked.some(([what]) => what === 'signal')).toBe(false);
  });

  test('that was signed out says nothing more in a call, and is gone for it at once', async () => {
    const li = await room.person('li', 'operator');
    const desk = await enter(li, '?console=desk-li');
    desk.socket.pause();
    await room.admin.call('PATCH', '/users/li', { disabled: true });
    expect(comings().at(-1)).toEqual(['gone', 'desk-li']);
    desk.say({ ...offer, kind: 'answer' });
    desk.socket.resume();
    expect(await desk.closed).toBe(4001);
    expect(book.asked.some(([what]) => what === 'signal')).toBe(false);
  });
});

describe('signalling', () => {
  test('goes to the one console it is for, and comes from whoever sits there', async () => {
    const desk = await enter(room.admin, '?console=desk-a');
    const beside = await enter(room.admin, '?console=desk-b');
    book.tell('desk-a', offer);
    book.tell('nowhere', offer);
    const heard = await desk.until(voice);
    expect(ServerMessage.parse(heard)).toEqual(offer);
    desk.say({ type: 'voice', call: 'call-1', kind: 'answer', sdp: 'v=0\r\na' });
    desk.say({
      type: 'voice',
      call: 'call-1',
      kind: 'candidate',
      candidate: { candidate: 'c', sdpMid: '0' },
    });
    await caughtUp(desk);
    await caughtUp(beside);
    expect(beside.messages.some(voice)).toBe(false);
    expect(book.asked.filter(([what]) => what === 'signal')).toEqual([
      ['signal', 'admin', 'desk-a', { type: 'voice', call: 'call-1', kind: 'answer', sdp: 'v=0\r\na' }],
      [
        'signal',
        'admin',
        'desk-a',
        { type: 'voice', call: 'call-1', kind: 'candidate', candidate: { candidate: 'c', sdpMid: '0' } },
      ],
    ]);
  });

  test('as long as may be is taken; longer, or of a kind that nobody knows, it costs a word and not the feed', async () => {
    const desk = await enter(room.admin, '?console=desk-a');
    // A description is lines: each end of line is two characters more as JSON.
    const longest = 'a=rtpmap:8 PCMA/8000\r\n'.repeat(maxSdp).slice(0, maxSdp);
    desk.say({ ...offer, kind: 'answer', sdp: longest });
    await caughtUp(desk);
    const signals = book.asked.filter(([what]) => what === 'signal');
    expect(signals).toEqual([['signal', 'admin', 'desk-a', { ...offer, kind: 'answer', sdp: longest }]]);
    for (const wrong of [
      { ...offer, sdp: `${longest}x` },
      { ...offer, kind: 'sing' },
      { type: 'voice', kind: 'end' },
      { ...offer, kind: 'candidate', candidate: { candidate: 'x'.repeat(2_000) } },
    ]) {
      const errors = desk.messages.filter(ofType('error')).length;
      desk.say(wrong);
      await desk.met((messages) => messages.filter(ofType('error')).length > errors);
    }
    expect(book.asked.filter(([what]) => what === 'signal')).toHaveLength(1);
    book.tell('desk-a', offer);
    await desk.until(voice);
  });
});

describe('calls on the feed', () => {
  test('are in the snapshot, and each change of them is told, to those whose rights cover their place', async () => {
    const near = ringing('near');
    const far = ringing('far', { place: homeElsewhere });
    const nowhere = ringing('nowhere', { place: null });
    for (const call of [near, far, nowhere]) book.live.set(call.id, call);
    const all = await enter(room.admin);
    const some = await enter(await room.person('li', 'operator', ['c1']));
    expect((await all.until(snapshot)).calls).toEqual([near, far, nowhere]);
    const { calls, seq } = await some.until(snapshot);
    expect(calls).toEqual([near, nowhere]);
    book.change(seq + 1, 'answered', { ...far, state: 'answered' });
    book.change(seq + 2, 'answered', { ...near, state: 'answered' });
    const change = await some.until(ofType('change'));
    expect(ServerMessage.parse(change)).toMatchObject({
      what: 'call',
      event: 'answered',
      call: { id: 'near' },
    });
    await all.met((messages) => messages.filter(ofType('change')).length === 2);
    expect(some.seqs()).toEqual([seq + 2]);
  });
});
