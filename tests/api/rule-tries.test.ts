import { request as ask } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryOf, smokeAt } from '../gateway/books.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  await room.register('smoke-here', 'smoke-alarm', home301);
  await room.register('smoke-there', 'smoke-alarm', homeElsewhere);
  await room.register('pager', 'call-button', home301);
  for (const device of ['smoke-here', 'smoke-there'])
    room.send(device, 'readings', { values: { smoke_density: 8 } });
  await room.settled();
  room.clock.at += 60_000;
});
afterEach(() => room[Symbol.asyncDispose]());

const span = () => ({ from: room.clock.at - 3_600_000, to: room.clock.at });
const tryOut = (caller: Caller, question: object) =>
  caller.call('POST', '/rules/try', { text: smokeAt(5), ...span(), ...question });
const devicesIn = (body: Readonly<Record<string, unknown>>) =>
  (body.would as { device: string }[]).map(({ device }) => device);

test('a draft is tried out over what was recorded, and nothing comes of it', async () => {
  const { status, body } = await tryOut(room.admin, {});
  expect([status, body]).toMatchObject([
    200,
    { wouldCount: 2, readings: 2, complete: true, did: [], untried: [], tookMs: expect.any(Number) },
  ]);
  expect(devicesIn(body)).toEqual(['smoke-here', 'smoke-there']);
  expect((body.would as object[])[0]).toMatchObject({ rule: 'smoke', to: null, priority: 'critical' });
  expect(room.core.duty.committed.alerts.size).toBe(0);
});

test('rules of the book are tried out by their ids', async () => {
  room.core.readRules(directoryOf({ 'fire.yaml': smokeAt(5) }));
  await room.settled();
  const question = { ...span(), rules: ['smoke'] };
  expect((await room.admin.call('POST', '/rules/try', question)).body.wouldCount).toBe(2);
  const unknown = await room.admin.call('POST', '/rules/try', { ...span(), rules: ['other'] });
  expect([unknown.status, unknown.body.error?.code]).toEqual([422, 'invalid']);
});

test('a place and a list of devices narrow it, and who may see part of the street learns of no other device', async () => {
  expect(devicesIn((await tryOut(room.admin, { place: 'c2' })).body)).toEqual(['smoke-there']);
  expect(devicesIn((await tryOut(room.admin, { devices: ['smoke-here'] })).body)).toEqual(['smoke-here']);
  const lead = await room.person('lead', 'supervisor', ['c1']);
  expect(devicesIn((await tryOut(lead, {})).body)).toEqual(['smoke-here']);
  expect(devicesIn((await tryOut(lead, { place: 'c2' })).body)).toEqual([]);
  const hidden = await tryOut(lead, { devices: ['smoke-there'] });
  const unknown = await tryOut(lead, { devices: ['nobody'] });
  for (const { status, body } of [hidden, unknown])
    expect([status, body.error?.code]).toEqual([404, 'not-found']);
});

test('a bad draft is told every fault, and what asks for nothing sensible is refused', async () => {
  const bad = await tryOut(room.admin, { text: 'source: a\nrules:\n  - { id: a }\n  - { id: b }\n' });
  expect([bad.status, bad.body.error?.code]).toEqual([422, 'invalid']);
  const problems = bad.body.error?.details?.problems as { line: number }[];
  expect(new Set(problems.map(({ line }) => line))).toEqual(new Set([3, 4]));
  for (const question of [
    { rules: ['smoke'] },
    { text: undefined },
    { from: room.clock.at + 1 },
    { from: 0 },
  ])
    expect((await tryOut(room.admin, question)).status).toBe(400);
});

test('one at a time; it stops when whoever asked goes away, and then the next may ask', async () => {
  room.store.holdTryOuts();
  const request = ask({
    port: await room.port(),
    host: '127.0.0.1',
    method: 'POST',
    path: '/api/v1/rules/try',
    headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': 'application/json' },
  });
  request.on('error', () => undefined);
  request.end(JSON.stringify({ text: smokeAt(5), ...span() }));
  while (room.store.tries.begun === 0) await new Promise(setImmediate);
  const second = await tryOut(room.admin, {});
  expect([second.status, second.body.error?.code]).toEqual([409, 'already-running']);
  request.destroy();
  while (room.store.tries.stopped === 0) await new Promise(setImmediate);
  expect(room.logged()).not.toContain('a request failed');
});
