import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ofType } from './console-client.ts';
import { type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom({ liveTimes: { tickMs: 20 } });
  await room.register('p1');
});
afterEach(() => room[Symbol.asyncDispose]());

const change = ofType('change');
const snapshot = ofType('snapshot');

const pressAndMove = async (): Promise<string> => {
  room.press('p1');
  await room.settled();
  const alert = room.alertOf('p1');
  const moved = await room.admin.call('PATCH', '/devices/p1', { place: homeElsewhere });
  expect(moved.status).toBe(200);
  return alert;
};

describe('a call whose pager is found to be in another community', () => {
  test('leaves the board of whoever may not see that place, and rings on the board of whoever may', async () => {
    const here = await room.console(await room.person('li', 'operator', ['c1']));
    const there = await room.console(await room.person('wang', 'operator', ['c2']));
    await here.until(snapshot);
    await there.until(snapshot);
    const alert = await pressAndMove();
    await there.met((messages) => messages.some((message) => change(message) && message.event === 'moved'));
    await here.met((messages) => messages.filter(snapshot).length === 2);
    expect(here.messages.findLast(snapshot)?.alerts).toEqual([]);
    expect(there.messages.filter(snapshot)).toHaveLength(1);
    expect(there.messages.filter(change).map((message) => message.alert?.id)).toContain(alert);
  });

  test('is not left on the board of a console that was away meanwhile', async () => {
    const li = await room.person('li', 'operator', ['c1']);
    room.press('p1');
    await room.settled();
    const after = room.core.duty.committed.seq();
    await room.admin.call('PATCH', '/devices/p1', { place: homeElsewhere });
    const back = await room.console(li, `?after=${after}`);
    expect((await back.until(snapshot)).alerts).toEqual([]);
  });
});

describe('a voice call whose pager is found to be in another community', () => {
  test('rings on the board of whoever may see that place, and lies on no other', async () => {
    const here = await room.console(await room.person('li', 'operator', ['c1']));
    const wang = await room.person('wang', 'operator', ['c2']);
    const there = await room.console(wang);
    await here.until(snapshot);
    await there.until(snapshot);
    room.send('p1', 'voice/up', { call: 'v1', type: 'request' });
    await room.settled();
    await here.met((messages) =>
      messages.some((message) => change(message) && message.call?.state === 'ringing'),
    );
    await room.admin.call('PATCH', '/devices/p1', { place: homeElsewhere });
    await there.met((messages) =>
      messages.some((message) => change(message) && message.call?.state === 'ringing'),
    );
    await here.met(
      (messages) => messages.findLast(snapshot)?.calls.length === 0 && messages.filter(snapshot).length > 1,
    );
    expect((await wang.call('GET', '/calls?open=true')).body).toMatchObject({ calls: [{ id: 'v1' }] });
  });
});
