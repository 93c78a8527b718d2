import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Quarantined } from '../../src/model/quarantine.ts';
import { type Caller, type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  await room.register('hub-1', 'hub');
  room.core.devices.receive(
    {
      sender: 'hub-1',
      topic: 'zhishou/v1/hubs/hub-1/devices/kitchen/readings',
      bytes: Buffer.from('{"values":{"temperature":21}}'),
      retained: false,
      receivedAt: room.clock.at,
    },
    () => undefined,
  );
  await room.settled();
});
afterEach(() => room[Symbol.asyncDispose]());

const rows = async (): Promise<Quarantined[]> =>
  (await room.admin.call('GET', '/quarantine')).body.quarantine as Quarantined[];

const retry = async (caller: Caller, id: string | undefined) =>
  caller.call('POST', `/quarantine/${id}/retry`, {});

describe('taking a message out of quarantine in again', () => {
  test('answers what took effect, and then it is gone', async () => {
    const [row] = await rows();
    await room.register('kitchen', 'smoke-alarm', null, { hub: 'hub-1' });
    const { status, body } = await retry(room.admin, row?.id);
    expect([status, body]).toEqual([
      200,
      { taken: { readings: 1, events: 0, presses: 0 }, alerts: [], passedOver: [], left: [] },
    ]);
    expect(await rows()).toEqual([]);
    expect((await retry(room.admin, row?.id)).status).toBe(404);
  });

  test('answers what is still wrong with it, and it stays', async () => {
    const [row] = await rows();
    const { status, body } = await retry(room.admin, row?.id);
    expect([status, body.left]).toEqual([200, [row]]);
    expect(await rows()).toEqual([row]);
  });

  test('takes effect once, however many ask at the same time', async () => {
    const [row] = await rows();
    await room.register('kitchen', 'smoke-alarm', null, { hub: 'hub-1' });
    const answers = await Promise.all([1, 2, 3].map(() => retry(room.admin, row?.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    expect(room.store.batches().flatMap(({ readings }) => readings)).toHaveLength(1);
  });

  test('a supervisor of elsewhere does not find it', async () => {
    const [row] = await rows();
    await room.register('far', 'call-button', homeElsewhere);
    const li = await room.person('li', 'supervisor', ['c2']);
    expect((await retry(li, row?.id)).status).toBe(404);
  });
});
