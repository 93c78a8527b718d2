import { expect, test } from 'vitest';
import { connectPacket, publishPacket, types } from './raw-client.ts';
import { openStreet, secretOf, topicOf } from './street.ts';

const willOf = (device: string, qos: 0 | 1 | 2 = 1) => ({
  will: {
    topic: topicOf(device, 'status'),
    payload: Buffer.from('{"state":"offline"}'),
    qos,
    retain: true,
  },
});

test.each([0, 1, 2] as const)(
  'a device that is cut off is reported as gone, and its will at QoS %i does not speak for it',
  async (qos) => {
    await using street = await openStreet();
    const pager = await street.connect('pager-1', willOf('pager-1', qos));
    await street.door.until(() => street.door.links.length === 1);
    pager.stream.destroy();
    await street.door.until(() => street.door.links.length === 2);
    expect(street.door.links).toEqual(['up pager-1', 'down pager-1']);
    expect(street.door.taken).toEqual([]);
  },
);

test('a device that takes its leave is reported as gone too', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1', willOf('pager-1'));
  await street.door.until(() => street.door.links.length === 1);
  await pager.endAsync();
  await street.door.until(() => street.door.links.length === 2);
  expect(street.door.taken).toEqual([]);
});

test.each([topicOf('pager-2', 'events'), '$SYS/x', 'zhishou/v1/devices/+/events', 'a/'.repeat(200)])(
  'a will on %s is dropped, and its device is served like any other',
  async (topic) => {
    await using street = await openStreet();
    const pager = await street.connect('pager-1', { will: { topic, payload: Buffer.from('x') } } as never);
    await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
    pager.stream.destroy();
    await street.door.until(() => street.door.links.includes('down pager-1'));
    expect(street.door.texts()).toEqual(['press']);
    expect(street.fatal).toEqual([]);
  },
);

test('a device with two connections is gone only when both are', async () => {
  await using street = await openStreet();
  const first = await street.connect('pager-1', { clientId: 'first' });
  const second = await street.connect('pager-1', { clientId: 'second' });
  await street.door.until(() => street.door.links.length === 2);
  first.stream.destroy();
  await expect.poll(() => street.broker.stats().connections).toBe(1);
  expect(street.door.links).toEqual(['up pager-1', 'up pager-1 instead']);
  second.stream.destroy();
  await street.door.until(() => street.door.links.includes('down pager-1'));
});

test('when the gateway stops, two hundred devices with wills are gone without a word about it', async () => {
  const street = await openStreet();
  const devices = Array.from({ length: 200 }, (_, i) => `pager-${i}`);
  const clients = await Promise.all(devices.map((device) => street.connect(device, willOf(device, 0))));
  await street.door.until(() => street.door.links.length === 200);
  await street.broker.close();
  await expect.poll(() => clients.some(({ connected }) => connected)).toBe(false);
  expect(street.door.links.filter((link) => link.startsWith('down'))).toEqual([]);
  expect(street.door.taken).toEqual([]);
  expect(street.broker.stats()).toMatchObject({ connections: 0, held: 0 });
  await street[Symbol.asyncDispose]();
});

test('what was taken before the stop is acknowledged before the end, and nothing is taken after it', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  street.door.commitAtOnce(false);
  const raw = await street.raw();
  raw.send(connectPacket({ user: 'pager-1', password: secretOf('pager-1') }));
  expect((await raw.next())?.type).toBe(types.connack);
  const events = topicOf('pager-1', 'events');
  raw.send(...Array.from({ length: 20 }, (_, i) => publishPacket(events, `press ${i}`, { id: i + 1 })));
  await street.door.until(() => street.door.taken.length === 20);
  street.broker.stopTaking();
  raw.send(...Array.from({ length: 500 }, (_, i) => publishPacket(events, 'too late', { id: 100 + i })));
  await expect(street.connect('pager-2')).rejects.toThrow();
  for (const { acknowledge } of street.door.taken) acknowledge();
  const closing = street.broker.close();
  for (let i = 1; i <= 20; i++) expect((await raw.next())?.body.readUInt16BE()).toBe(i);
  expect(await raw.next()).toBeNull();
  await closing;
  expect(street.door.taken).toHaveLength(20);
});

test('a client that does not answer to the end of its connection does not hold the stop up', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const raw = await street.raw();
  raw.send(connectPacket({ user: 'pager-1', password: secretOf('pager-1') }));
  expect((await raw.next())?.type).toBe(types.connack);
  raw.socket.pause();
  raw.socket.allowHalfOpen = true;
  await street.broker.close();
  expect(street.broker.stats().connections).toBeLessThanOrEqual(1);
});

test('an acknowledgement for a device that has left meanwhile is no error', async () => {
  await using street = await openStreet({ maxInFlight: 3 });
  street.door.commitAtOnce(false);
  const pager = await street.connect('pager-1');
  for (const qos of [0, 1, 2] as const) pager.publish(topicOf('pager-1', 'events'), 'press', { qos });
  await street.door.until(() => street.door.taken.length === 3);
  pager.stream.destroy();
  await expect.poll(() => street.broker.stats().connections).toBe(0);
  for (const { acknowledge } of street.door.taken) acknowledge();
  const again = await street.connect('pager-1');
  street.door.commitAtOnce(true);
  await again.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  expect(street.fatal).toEqual([]);
  expect(street.broker.stats()).toMatchObject({ inFlight: 0, held: 0 });
});
