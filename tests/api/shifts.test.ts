import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Shift } from '../../src/model/shift.ts';
import { ofType } from './console-client.ts';
import {
  type Answer,
  adminPassword,
  type Caller,
  type DutyRoom,
  home301,
  homeElsewhere,
  openDutyRoom,
} from './duty-room.ts';

let room: DutyRoom;
let li: Caller;
let zhao: Caller;
beforeEach(async () => {
  room = await openDutyRoom();
  li = await room.person('li', 'operator');
  zhao = await room.person('zhao', 'operator');
});
afterEach(() => room[Symbol.asyncDispose]());

const begin = async (caller: Caller): Promise<Shift> => {
  const { status, body } = await caller.call('POST', '/shifts');
  expect(status).toBe(201);
  return body as unknown as Shift;
};

const pressAt = async (device: string, place = home301): Promise<string> => {
  await room.register(device, 'call-button', place);
  room.press(device);
  await room.settled();
  return room.alertOf(device);
};

const hand = (caller: Caller, id: string, more: object = {}) =>
  caller.call('POST', `/shifts/${id}/hand-over`, {
    successor: 'zhao',
    password: adminPassword,
    taken: [],
    ...more,
  });

describe('a shift', () => {
  test('begins, is tested for sound, and is listed with those before it', async () => {
    expect((await li.call('GET', '/shifts')).body).toEqual({ current: null, shifts: [] });
    const shift = await begin(li);
    expect((await li.call('POST', `/shifts/${shift.id}/sound-test`, { heard: true })).status).toBe(200);
    const answer = await li.call('POST', '/shifts/current/sound-test', { heard: false });
    expect(answer.body.soundTests).toMatchObject([
      { by: 'li', heard: true },
      { by: 'li', heard: false },
    ]);
    const listed = (await zhao.call('GET', '/shifts')).body;
    expect(listed.current).toEqual(answer.body);
    expect(listed.shifts).toEqual([answer.body]);
  });

  test('is begun once while its operator is on line, and not by somebody who may only look', async () => {
    const shift = await begin(li);
    const page = await room.console(li);
    const second = await zhao.call('POST', '/shifts');
    expect([second.status, second.body.error?.code]).toEqual([409, 'already-running']);
    expect(second.body.error?.details).toEqual({ shift: shift.id, operator: 'li' });
    page.socket.close();
    await expect.poll(async () => (await zhao.call('GET', '/seats')).body.seats).toEqual([]);
    expect((await begin(zhao)).after).toBe(shift.id);
    const wall = await room.person('wall', 'viewer');
    expect((await wall.call('POST', '/shifts')).status).toBe(403);
    expect((await wall.call('GET', '/shifts')).status).toBe(403);
  });

  test('of other places is nobody’s business, and has no sound test of theirs', async () => {
    await room.register('pager-1');
    const chen = await room.person('chen', 'operator', ['c1']);
    const street = await begin(li);
    const own = await begin(chen);
    expect((await chen.call('GET', '/shifts')).body).toEqual({ current: own, shifts: [own] });
    expect((await li.call('GET', '/shifts')).body.shifts).toEqual([own, street]);
    expect((await chen.call('POST', `/shifts/${street.id}/sound-test`, { heard: true })).status).toBe(404);
    expect((await zhao.call('POST', '/shifts/nothing/sound-test', { heard: true })).status).toBe(404);
  });

  test('is told of in what lies before the successor, names of devices and tests included', async () => {
    const alert = await pressAt('pager-1');
    await room.register('smoke-1', 'smoke-alarm', home301, { name: '厨房烟感' });
    await room.register('smoke-9', 'smoke-alarm', homeElsewhere);
    for (const id of ['smoke-1', 'smoke-9'])
      await room.admin.call('POST', `/devices/${id}/out-of-service`, {
        until: room.clock.at + 3_600_000,
        reason: '换电池',
      });
    await room.admin.call('POST', '/test-modes', {
      place: 'b1',
      types: ['smoke-alarm'],
      until: room.clock.at + 3_600_000,
      onSite: '王师傅',
    });
    const chen = await room.person('chen', 'operator', ['c1']);
    const { body } = await chen.call('GET', '/shifts/current/summary');
    expect(body.shift).toBeNull();
    expect(body.summary).toMatchObject({ critical: [alert], outOfService: ['smoke-1'], sound: 'untested' });
    expect(body.outOfService).toEqual([
      {
        id: 'smoke-1',
        name: '厨房烟感',
        place: home301.text,
        until: room.clock.at + 3_600_000,
        reason: '换电池',
      },
    ]);
    expect(body.testModes).toMatchObject([{ place: 'b1', onSite: '王师傅' }]);
  });
});

describe('a hand-over', () => {
  test('takes each critical alert by name and the successor’s own password, and begins the next shift', async () => {
    const shift = await begin(li);
    const alert = await pressAt('pager-1');
    await li.call('POST', `/alerts/${alert}/take`);
    const missing = await hand(li, shift.id);
    expect([missing.status, missing.body.error?.code]).toEqual([409, 'not-all-taken']);
    expect(missing.body.error?.details).toEqual({ missing: [alert] });
    const done = await hand(li, shift.id, { taken: [alert], note: '电梯停运' });
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({ operator: 'zhao', after: shift.id });
    expect((await li.call('GET', `/alerts/${alert}`)).body.claimedBy).toBe('zhao');
    const { current, shifts } = (await zhao.call('GET', '/shifts')).body;
    expect(current).toEqual(done.body);
    expect((shifts as Shift[])[1]).toMatchObject({
      id: shift.id,
      handOver: { by: 'li', to: 'zhao', taken: [alert], note: '电梯停运' },
    });
    expect((await hand(li, shift.id)).body.error?.code).toBe('already-ended');
    expect(JSON.stringify((await room.admin.call('GET', '/journal?limit=1000')).body)).not.toContain('电梯');
  });

  test('with a wrong password is refused like a login, counted, and locks like one', async () => {
    const shift = await begin(li);
    for (let guess = 0; guess < 10; guess += 1)
      expect((await hand(li, shift.id, { password: `guess ${guess}` })).body.error?.code).toBe(
        'invalid-credentials',
      );
    const locked = await hand(li, shift.id);
    expect([locked.status, locked.body.error?.code]).toEqual([429, 'locked-out']);
    expect(room.core.duty.committed.shifts.get(shift.id)?.endedAt).toBeUndefined();
    // The giver’s session is none the worse for it.
    expect((await li.call('GET', '/session')).status).toBe(200);
  });

  test('is the giver’s alone, to another person who can answer for it and is there', async () => {
    const shift = await begin(li);
    const code = async (caller: Caller, more: object = {}) =>
      (await hand(caller, shift.id, more)).body.error?.code;
    expect(await code(zhao, { successor: 'li' })).toBe('not-allowed');
    expect(await code(li, { successor: 'li' })).toBe('same-person');
    await room.person('wall', 'viewer');
    expect(await code(li, { successor: 'wall' })).toBe('unknown-user');
    await zhao.call('DELETE', '/session');
    expect(await code(li)).toBe('successor-absent');
  });

  test('at one desk signs the giver out and the successor in', async () => {
    const shift = await begin(li);
    const alert = await pressAt('pager-1');
    await li.call('POST', `/alerts/${alert}/take`);
    await zhao.call('DELETE', '/session');
    const answer = await room.api.app.inject({
      method: 'POST',
      url: `/api/v1/shifts/${shift.id}/hand-over`,
      headers: { authorization: `Bearer ${li.token}` },
      payload: { successor: 'zhao', password: adminPassword, taken: [alert], seat: true },
    });
    expect(answer.statusCode).toBe(200);
    const cookie = answer.cookies.find(({ name }) => name === 'zhishou_session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const who = await room.api.app.inject({
      url: '/api/v1/session',
      cookies: { zhishou_session: cookie?.value ?? '' },
    });
    expect(who.json().user.id).toBe('zhao');
    expect((await li.call('GET', '/session')).status).toBe(401);
  });

  test('too many from one address are refused with the time to wait', async () => {
    const answers: Answer[] = [];
    for (let time = 0; time < 301; time += 1) answers.push(await hand(zhao, 'current'));
    expect(answers.slice(0, 300).every(({ status }) => status === 404)).toBe(true);
    expect(answers[300]?.body.error?.code).toBe('too-many-requests');
    expect(Number(answers[300]?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('whoever leaves a seat', () => {
  const leave = (caller: Caller) => caller.call('DELETE', '/session?leaving=seat');

  test('with an open emergency in hand is kept, and told which', async () => {
    const alert = await pressAt('pager-1');
    await li.call('POST', `/alerts/${alert}/take`);
    const kept = await leave(li);
    expect([kept.status, kept.body.error?.code]).toEqual([409, 'still-holding']);
    expect(kept.body.error?.details).toEqual({ alerts: [alert] });
    expect((await li.call('GET', '/session')).status).toBe(200);
    await li.call('POST', `/alerts/${alert}/release`);
    expect((await leave(li)).status).toBe(204);
  });

  test('may go where a page of theirs stays open at another desk, or a script asks, or nothing is in hand', async () => {
    const alert = await pressAt('pager-1');
    await li.call('POST', `/alerts/${alert}/take`);
    const second = await room.person('li', 'operator');
    // A new password ended the first session; sign in twice more.
    const login = await room.anybody.call('POST', '/session', { username: 'li', password: adminPassword });
    expect(login.status).toBe(200);
    expect((await leave(second)).body.error?.code).toBe('still-holding');
    const own = await room.console(second);
    expect((await leave(second)).body.error?.code).toBe('still-holding');
    const desk = await room.console({ ...second, token: String(login.body.token) });
    await Promise.all([own, desk].map((page) => page.until(ofType('hello'))));
    expect((await leave(second)).status).toBe(204);
    expect((await leave(zhao)).status).toBe(204);
    const third = await room.api.app.inject({
      method: 'DELETE',
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${String(login.body.token)}` },
    });
    expect(third.statusCode).toBe(204);
  });
});
