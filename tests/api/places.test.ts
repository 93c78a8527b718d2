import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServerMessage } from '../../src/model/change.ts';
import { ofType } from './console-client.ts';
import { type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  await room.register('pager');
  await room.register('smoke', 'smoke-alarm', { ...home301, text: '3 号楼的三楼' });
  await room.register('other', 'call-button', homeElsewhere);
});
afterEach(() => room[Symbol.asyncDispose]());

test('a building is called otherwise for every device in it, in one commit, and every console hears of it', async () => {
  const seat = await room.console(await room.person('li', 'operator'));
  await seat.until(ofType('snapshot'));
  const before = room.store.batches().length;
  const answer = await room.admin.call('PATCH', '/places/b1', { name: '5 号楼' });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    { place: { id: 'b1', text: '平安街道 和平社区 5 号楼' }, devices: 2, unchangedTexts: ['smoke'] },
  ]);
  const placeOf = async (id: string): Promise<unknown> =>
    (await room.admin.call('GET', `/devices/${id}`)).body.place;
  const path = home301.path.map((step) => (step.id === 'b1' ? { ...step, name: '5 号楼' } : step));
  expect(await placeOf('pager')).toEqual({ ...home301, path, text: '和平社区 5 号楼 301' });
  expect(await placeOf('smoke')).toEqual({ ...home301, path, text: '3 号楼的三楼' });
  expect(await placeOf('other')).toEqual(homeElsewhere);
  const batches = room.store.batches().slice(before);
  expect(batches.flatMap(({ entries }) => entries.map(({ event, subject }) => [event, subject]))).toEqual([
    ['device.changed', 'device:pager'],
    ['device.changed', 'device:smoke'],
    ['place.renamed', 'place:b1'],
  ]);
  expect(batches.filter(({ entries }) => entries.length > 0)).toHaveLength(1);
  const isTold = (message: ServerMessage): boolean =>
    message.type === 'change' &&
    message.event === 'changed' &&
    message.device?.id === 'smoke' &&
    message.device.place?.path.some(({ name }) => name === '5 号楼') === true;
  await seat.met((messages) => messages.some(isTold));
  // From now on that is its name, and the old one another's.
  await room.register('gas', 'gas-detector', { ...home301, path });
  const old = await room.admin.call('POST', '/devices', { id: 'co', type: 'co-detector', place: home301 });
  expect(old.body.error?.code).toBe('place-differs');
});

test('a call for help that is open tells the new name, and rings anew for whoever read out the old one', async () => {
  room.press('pager');
  await room.settled();
  const alert = room.alertOf('pager');
  expect((await room.admin.call('POST', `/alerts/${alert}/take`)).body.acknowledged).toBe(true);
  await room.admin.call('PATCH', '/places/b1', { name: '5 号楼' });
  expect((await room.admin.call('GET', `/alerts/${alert}`)).body).toMatchObject({
    acknowledged: false,
    place: { text: '和平社区 5 号楼 301' },
  });
});

test.each([
  ['a place that nobody knows', '/places/nowhere', { name: '5 号楼' }, 404],
  ['no name', '/places/b1', {}, 400],
  ['a name of spaces', '/places/b1', { name: '  ' }, 400],
  ['more than its name', '/places/b1', { name: '5 号楼', kind: 'unit' }, 400],
])('%s changes nothing', async (_what, path, body, status) => {
  expect((await room.admin.call('PATCH', path, body)).status).toBe(status);
  expect((await room.admin.call('GET', '/devices/pager')).body.place).toEqual(home301);
});

test('an administrator of one community calls no place of another otherwise', async () => {
  const li = await room.person('li', 'admin', ['c1']);
  expect((await li.call('PATCH', '/places/c2', { name: '新社区' })).status).toBe(404);
  expect((await li.call('PATCH', '/places/st', { name: '新街道' })).status).toBe(404);
  expect((await li.call('PATCH', '/places/c1', { name: '新社区' })).status).toBe(200);
});
