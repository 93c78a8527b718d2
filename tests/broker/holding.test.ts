import { expect, test } from 'vitest';
import { connectPacket, publishPacket, type RawClient, types } from './raw-client.ts';
import { openStreet, type Street, secretOf, topicOf } from './street.ts';

const ample = {
  messagesPerSecond: 2000,
  messageBurst: 1e6,
  bytesPerSecond: 1e6,
  burstBytes: 1e6,
  valuesPerSecond: 1e6,
  valueBurst: 1e6,
};

const rawDevice = async (
  street: Street,
  device: string,
  keepAlive = 0,
  clientId = `raw ${device}`,
): Promise<RawClient> => {
  const raw = await street.raw();
  raw.send(connectPacket({ user: device, password: secretOf(device), keepAlive, clientId }));
  expect((await raw.next())?.type).toBe(types.connack);
  return raw;
};

const burst = (device: string, from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, i) =>
    publishPacket(topicOf(device, 'readings'), `${from + i}`, { id: from + i + 1 }),
  );

test('a client that sends more than its share is held back, not dropped, and loses nothing', async () => {
  const budget = { ...ample, messagesPerSecond: 400, messageBurst: 50 };
  await using street = await openStreet({ budget });
  street.door.register('meter-1', secretOf('meter-1'));
  const raw = await rawDevice(street, 'meter-1');
  const sentAt = performance.now();
  raw.send(...burst('meter-1', 0, 100));
  for (let i = 0; i < 100; i++) expect((await raw.next())?.type).toBe(types.puback);
  raw.send(...burst('meter-1', 100, 300));
  expect((await raw.next())?.type).toBe(types.puback);
  // Fifty more than its share: for an eighth of a second nothing more is read.
  expect(performance.now() - sentAt).toBeGreaterThanOrEqual(124);
  for (let i = 0; i < 199; i++) expect((await raw.next())?.type).toBe(types.puback);
  expect(street.door.texts()).toEqual(Array.from({ length: 300 }, (_, i) => `${i}`));
  await expect.poll(() => street.broker.stats().held).toBe(0);
  expect(street.door.links).toEqual(['up meter-1']);
});

test('bytes are counted like messages, and a neighbour of the one who sends too many is served meanwhile', async () => {
  const budget = { ...ample, bytesPerSecond: 100, burstBytes: 10_000 };
  await using street = await openStreet({ budget });
  street.door.register('meter-1', secretOf('meter-1'));
  const raw = await rawDevice(street, 'meter-1');
  raw.send(publishPacket(topicOf('meter-1', 'readings'), 'x'.repeat(200_000)));
  await expect.poll(() => street.broker.stats().held).toBe(1);
  const pager = await street.connect('pager-1');
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  expect(street.door.texts()).toEqual(['press']);
});

test('a device has one budget over all its connections, and its values count: a neighbour is served meanwhile', async () => {
  await using street = await openStreet({ budget: { ...ample, valuesPerSecond: 100, valueBurst: 1000 } });
  street.door.register('meter-1', secretOf('meter-1'));
  const [one, another] = [
    await rawDevice(street, 'meter-1'),
    await rawDevice(street, 'meter-1', 0, 'its second line'),
  ];
  street.door.bringing(100_000);
  one.send(publishPacket(topicOf('meter-1', 'readings'), 'very many'));
  expect((await one.next())?.type).toBe(types.puback);
  another.send(publishPacket(topicOf('meter-1', 'readings'), 'more'));
  await expect.poll(() => street.broker.stats().held).toBe(2);
  const pager = await street.connect('pager-1');
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  expect(street.door.texts()).toEqual(['very many', 'press']);
});

test('when the way to the disk fills up meters are held back and pagers are not; when it is full, all are', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'), true);
  street.door.register('meter-1', secretOf('meter-1'), false);
  const pager = await street.connect('pager-1');
  const meter = await street.connect('meter-1');
  await expect.poll(() => street.door.links).toHaveLength(2);
  const congest = (level: 'free' | 'soft' | 'hard'): void => {
    street.door.congest(level);
    street.broker.downlink.congestion(level);
  };

  congest('soft');
  const reading = meter.publishAsync(topicOf('meter-1', 'readings'), 'reading', { qos: 1 });
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  expect(street.door.texts()).toEqual(['press']);

  congest('hard');
  const press = pager.publishAsync(topicOf('pager-1', 'events'), 'second press', { qos: 1 });
  await expect.poll(() => street.broker.stats().held).toBe(2);
  expect(street.door.texts()).toEqual(['press']);

  congest('soft');
  await press;
  expect(street.door.texts()).toEqual(['press', 'second press']);
  congest('free');
  await reading;
  expect(street.door.texts()).toEqual(['press', 'second press', 'reading']);
  expect(street.broker.stats().held).toBe(0);
});

test('who connects while the way to the disk is full is let in and held back until it is free', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  street.door.congest('hard');
  const raw = await street.raw();
  const press = publishPacket(topicOf('pager-1', 'events'), 'press');
  raw.send(connectPacket({ user: 'pager-1', password: secretOf('pager-1') }), press);
  expect((await raw.next())?.type).toBe(types.connack);
  await street.door.until(() => street.door.links.length === 1);
  raw.send(press);
  expect(street.broker.stats().held).toBe(1);
  expect(street.door.taken).toEqual([]);
  street.door.congest('free');
  street.broker.downlink.congestion('free');
  expect((await raw.next())?.type).toBe(types.puback);
  expect((await raw.next())?.type).toBe(types.puback);
});

test('a silent client is dropped after one and a half keep-alive times, one that we hold back is kept and heard afterwards', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'), true);
  street.door.register('meter-1', secretOf('meter-1'), false);
  street.door.congest('soft');
  const held = await rawDevice(street, 'meter-1', 1);
  held.send(publishPacket(topicOf('meter-1', 'readings'), 'reading'), Buffer.of(0xc0, 0));
  const silent = await rawDevice(street, 'pager-1', 1);
  await silent.closed;
  await street.door.until(() => street.door.links.includes('down pager-1'));
  expect(street.broker.stats()).toMatchObject({ connections: 1, keepAliveLost: 1 });
  // Its own ping has not been read; it hears all the same that somebody is there.
  expect((await held.next())?.type).toBe(types.pingresp);
  expect(street.door.taken).toEqual([]);
  street.door.congest('free');
  street.broker.downlink.congestion('free');
  for (let packet = await held.next(); packet?.type !== types.puback; packet = await held.next())
    expect(packet?.type).toBe(types.pingresp);
  expect(street.door.texts()).toEqual(['reading']);
  expect(street.door.links).not.toContain('down meter-1');
});

test('a client with a short keep-alive that pings is kept', async () => {
  await using street = await openStreet();
  street.door.register('pager-2', secretOf('pager-2'));
  const pinging = await street.connect('pager-1', { keepalive: 1 });
  const silent = await rawDevice(street, 'pager-2', 2);
  await silent.closed;
  expect(pinging.connected).toBe(true);
  expect(street.door.links).not.toContain('down pager-1');
});

test('a device that gives up on us while we hold it back is not reported as a broken line', async () => {
  await using street = await openStreet();
  street.door.register('meter-1', secretOf('meter-1'), false);
  street.door.register('pager-1', secretOf('pager-1'), true);
  const [meter, pager] = [await rawDevice(street, 'meter-1'), await rawDevice(street, 'pager-1')];
  await street.door.until(() => street.door.links.length === 2);
  street.door.congest('soft');
  street.broker.downlink.congestion('soft');
  meter.socket.destroy();
  await expect.poll(() => street.broker.stats().connections).toBe(1);
  pager.socket.destroy();
  await street.door.until(() => street.door.links.includes('down pager-1'));
  expect(street.door.links).toEqual(['up meter-1', 'up pager-1', 'down pager-1']);
});
