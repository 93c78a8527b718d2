import { expect, test } from 'vitest';
import { connectPacket, number, packet, type RawClient, subscribePacket, types } from './raw-client.ts';
import { closed, commandFor, hear, openStreet, type Street, secretOf, topicOf } from './street.ts';

const commands = topicOf('siren-1', 'commands');
const publish = 3;

const rawSiren = async (street: Street, clean = true): Promise<RawClient> => {
  street.door.register('siren-1', secretOf('siren-1'));
  const raw = await street.raw();
  raw.send(
    connectPacket({ user: 'siren-1', password: secretOf('siren-1'), clean }),
    subscribePacket(1, commands),
  );
  expect((await raw.next())?.type).toBe(types.connack);
  expect((await raw.next())?.type).toBe(types.suback);
  return raw;
};

const commandIn = (body: Buffer): { readonly packetId: number; readonly payload: string } => {
  const at = 2 + body.readUInt16BE();
  return { packetId: body.readUInt16BE(at), payload: body.subarray(at + 2).toString() };
};

test('a command reaches a device that listens, and its PUBACK tells the gateway', async () => {
  await using street = await openStreet();
  const siren = await street.connect('siren-1');
  await siren.subscribeAsync(commands, { qos: 1 });
  const heard = hear(siren, 1);
  street.broker.downlink.send(commandFor('siren-1', 'c-1'));
  expect(await heard).toEqual(['{"id":"c-1"}']);
  await street.door.until(() => street.door.deliveries.length === 1);
  expect(street.door.deliveries).toEqual(['c-1']);
});

test('a command for a device that is away waits, and is delivered once on its return', async () => {
  await using street = await openStreet();
  street.door.queue(commandFor('siren-1', 'c-1'));
  street.broker.downlink.send(commandFor('siren-1', 'c-1'));
  const siren = await street.connect('siren-1');
  const heard: string[] = [];
  siren.on('message', (_topic, payload) => heard.push(payload.toString()));
  await siren.subscribeAsync(commands, { qos: 1 });
  await street.door.until(() => street.door.deliveries.length === 1);
  await siren.subscribeAsync(commands, { qos: 1 });
  street.broker.downlink.send(commandFor('siren-1', 'c-2'));
  await street.door.until(() => street.door.deliveries.length === 2);
  expect(heard).toEqual(['{"id":"c-1"}', '{"id":"c-2"}']);
});

test('commands that wait go out oldest first, all of them, and without those that have expired', async () => {
  await using street = await openStreet();
  for (let i = 0; i < 300; i++) {
    const expiresAt = i % 3 === 0 ? Date.now() - 1 : Date.now() + 60_000;
    street.door.queue(commandFor('siren-1', `c-${i}`, { expiresAt }));
  }
  const siren = await street.connect('siren-1');
  const heard = hear(siren, 200);
  await siren.subscribeAsync(commands, { qos: 1 });
  const expected = Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 3 !== 0);
  expect(await heard).toEqual(expected.map((i) => `{"id":"c-${i}"}`));
  await street.door.until(() => street.door.deliveries.length === 200);
});

test('a siren that never acknowledges gets a bounded number of commands, and all of them again when it returns', async () => {
  await using street = await openStreet();
  const raw = await rawSiren(street);
  for (let i = 0; i < 100; i++) {
    const outbound = commandFor('siren-1', `c-${i}`);
    street.door.queue(outbound);
    street.broker.downlink.send(outbound);
  }
  for (let i = 0; i < 64; i++) expect((await raw.next())?.type).toBe(publish);
  raw.send(Buffer.of(0xc0, 0));
  expect((await raw.next())?.type).toBe(types.pingresp);
  expect(street.door.deliveries).toEqual([]);
  raw.socket.destroy();
  const siren = await street.connect('siren-1');
  const heard = hear(siren, 100);
  await siren.subscribeAsync(commands, { qos: 1 });
  expect((await heard)[99]).toBe('{"id":"c-99"}');
});

test('a command that comes while others wait for their turn does not overtake them', async () => {
  await using street = await openStreet();
  const raw = await rawSiren(street);
  const give = (i: number): void => {
    const outbound = commandFor('siren-1', `c-${i}`);
    street.door.queue(outbound);
    street.broker.downlink.send(outbound);
  };
  for (let i = 0; i < 70; i++) give(i);
  const heard: string[] = [];
  const answerNext = async (): Promise<void> => {
    const { packetId, payload } = commandIn((await raw.next())?.body ?? Buffer.alloc(4));
    heard.push(payload);
    raw.send(packet(0x40, number(packetId)));
  };
  await answerNext();
  await street.door.until(() => street.door.deliveries.length === 1);
  give(70);
  for (let i = 1; i <= 70; i++) await answerNext();
  expect(heard).toEqual(Array.from({ length: 71 }, (_, i) => `{"id":"c-${i}"}`));
});

test.each([
  ['a clean session', true],
  ['a session that it wanted kept', false],
])(
  'commands sent in a burst into %s each have their own packet id, and each PUBACK tells of its own command',
  async (_what, clean) => {
    await using street = await openStreet();
    const raw = await rawSiren(street, clean);
    for (const id of ['c-1', 'c-2', 'c-3']) street.broker.downlink.send(commandFor('siren-1', id));
    const got = [];
    for (let i = 0; i < 3; i++) got.push(commandIn((await raw.next())?.body ?? Buffer.alloc(4)));
    expect(new Set(got.map(({ packetId }) => packetId)).size).toBe(3);
    for (const { packetId } of [...got].reverse()) raw.send(packet(0x40, number(packetId)));
    await street.door.until(() => street.door.deliveries.length === 3);
    expect(street.door.deliveries).toEqual(['c-3', 'c-2', 'c-1']);
  },
);

test('a device that listens elsewhere is not sent a command that it has not asked for', async () => {
  await using street = await openStreet();
  const siren = await street.connect('siren-1');
  await siren.subscribeAsync(topicOf('siren-1', 'voice/down'), { qos: 1 });
  street.broker.downlink.send(commandFor('siren-1', 'c-1'));
  await siren.subscribeAsync(commands, { qos: 1 });
  await siren.unsubscribeAsync(commands);
  street.broker.downlink.send(commandFor('siren-1', 'c-2'));
  const heard = hear(siren, 1);
  await siren.subscribeAsync(topicOf('siren-1', '+'), { qos: 1 });
  street.broker.downlink.send(commandFor('siren-1', 'c-3'));
  expect(await heard).toEqual(['{"id":"c-3"}']);
});

test('a siren that listens at QoS 0 gets every command, and no acknowledgement is made up for it', async () => {
  await using street = await openStreet();
  const siren = await street.connect('siren-1');
  await siren.subscribeAsync({ [commands]: { qos: 0 }, [topicOf('siren-1', '#')]: { qos: 1 } });
  const heard = hear(siren, 100);
  for (let i = 0; i < 100; i++) street.broker.downlink.send(commandFor('siren-1', `c-${i}`));
  expect((await heard)[99]).toBe('{"id":"c-99"}');
  await siren.publishAsync(topicOf('siren-1', 'replies'), '{"id":"c-1","ok":true}', { qos: 1 });
  expect(street.door.deliveries).toEqual([]);
});

test('a hub hears the commands of the devices behind it', async () => {
  await using street = await openStreet();
  const hub = await street.connect('hub-1');
  await hub.subscribeAsync('zhishou/v1/hubs/hub-1/#', { qos: 1 });
  const heard = hear(hub, 1);
  const topic = 'zhishou/v1/hubs/hub-1/devices/siren-9/commands';
  street.broker.downlink.send(commandFor('hub-1', 'c-1', { topic }));
  expect(await heard).toEqual(['{"id":"c-1"}']);
});

test('a subscriber that has stopped reading slows nobody else down', async () => {
  await using street = await openStreet();
  const stalled = await rawSiren(street);
  stalled.socket.pause();
  const payload = 'x'.repeat(200_000);
  for (let i = 0; i < 64; i++) {
    street.broker.downlink.send(commandFor('siren-1', `big-${i}`, { payload }));
  }
  const other = await street.connect('siren-2');
  await other.subscribeAsync(topicOf('siren-2', 'commands'), { qos: 1 });
  for (let i = 0; i < 20; i++) {
    const heard = hear(other, 1);
    street.broker.downlink.send(commandFor('siren-2', `c-${i}`));
    await heard;
    await other.publishAsync(topicOf('siren-2', 'replies'), '{}', { qos: 1 });
  }
  await street.door.until(() => street.door.deliveries.length === 20);
  expect(street.door.links).not.toContain('down siren-1');
});

test('a connection that the gateway closes is closed at once, and the device may come back', async () => {
  await using street = await openStreet();
  const siren = await street.connect('siren-1');
  const gone = closed(siren);
  street.broker.downlink.disconnect('siren-1');
  await gone;
  await street.connect('siren-1');
  await expect.poll(() => street.broker.stats().devices).toBe(1);
});
