import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import {
  connectPacket,
  publishPacket,
  pubrelPacket,
  type RawClient,
  subscribePacket,
  types,
} from './raw-client.ts';
import { closed, openStreet, type Street, secretOf, topicOf } from './street.ts';

const events = topicOf('pager-1', 'events');

const rawPager = async (street: Street): Promise<RawClient> => {
  street.door.register('pager-1', secretOf('pager-1'));
  const raw = await street.raw();
  raw.send(connectPacket({ user: 'pager-1', password: secretOf('pager-1') }));
  expect((await raw.next())?.type).toBe(types.connack);
  return raw;
};

test.each([0, 1, 2] as const)('a press at QoS %i reaches the gateway byte for byte', async (qos) => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1');
  await pager.publishAsync(events, '{"event":"sos","data":{"who":"王奶奶"}}', { qos });
  await street.door.until(() => street.door.taken.length === 1);
  expect(street.door.taken[0]).toMatchObject({
    sender: 'pager-1',
    topic: events,
    text: '{"event":"sos","data":{"who":"王奶奶"}}',
    retained: false,
  });
});

test.each([
  ['PUBACK', 1, types.puback],
  ['PUBREC', 2, types.pubrec],
] as const)('%s is sent only after the commit', async (_name, qos, type) => {
  await using street = await openStreet();
  street.door.commitAtOnce(false);
  const raw = await rawPager(street);
  raw.send(publishPacket(events, 'press', { qos, id: 7 }));
  await street.door.until(() => street.door.taken.length === 1);
  // A ping is answered in between, so whatever was to be written before the commit would have come first.
  raw.send(Buffer.of(0xc0, 0));
  expect((await raw.next())?.type).toBe(types.pingresp);
  street.door.taken[0]?.acknowledge();
  expect(await raw.next()).toMatchObject({ type, body: Buffer.of(0, 7) });
});

test('messages of one device take effect and are acknowledged in the order in which they were sent', async () => {
  await using street = await openStreet();
  street.door.commitAtOnce(false);
  const raw = await rawPager(street);
  const sent = Array.from({ length: 50 }, (_, i) => `press ${i}`);
  raw.send(...sent.map((text, i) => publishPacket(events, text, { id: i + 1 })));
  await street.door.until(() => street.door.taken.length === 50);
  expect(street.door.texts()).toEqual(sent);
  for (const { acknowledge } of street.door.taken) acknowledge();
  for (let i = 1; i <= 50; i++) expect((await raw.next())?.body.readUInt16BE()).toBe(i);
});

test.each([0, 1, 2] as const)(
  'while the gateway acknowledges at QoS %i it is not called from behind with the next message',
  async (qos) => {
    await using street = await openStreet({ maxInFlight: 3 });
    street.door.commitAtOnce(false);
    const raw = await rawPager(street);
    const batch = (from: number): Buffer[] =>
      [0, 1, 2].map((i) => publishPacket(events, `press ${from + i}`, { qos, id: from + i + 1 }));
    raw.send(...batch(0));
    await street.door.until(() => street.door.taken.length === 3);
    raw.send(...batch(3));
    // The neighbour's answers come later than the second batch, which waits in the socket by then.
    const neighbour = await street.connect('pager-2');
    await neighbour.subscribeAsync(topicOf('pager-2', 'commands'));
    expect(street.door.taken).toHaveLength(3);
    for (const { acknowledge } of [...street.door.taken]) {
      acknowledge();
      expect(street.door.taken).toHaveLength(3);
    }
    await street.door.until(() => street.door.taken.length === 6);
    expect(street.door.texts()).toEqual([0, 1, 2, 3, 4, 5].map((i) => `press ${i}`));
  },
);

test('a flood at QoS 0 behind the CONNECT is taken whole, once and in order', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const raw = await street.raw();
  const texts = Array.from({ length: 5000 }, (_, i) => `reading ${i}`);
  const login = connectPacket({ user: 'pager-1', password: secretOf('pager-1') });
  raw.send(login, ...texts.map((text) => publishPacket(topicOf('pager-1', 'readings'), text, { qos: 0 })));
  await street.door.until(() => street.door.taken.length >= 5000);
  expect(street.door.texts()).toEqual(texts);
});

test('a press repeated at QoS 2 before its commit has one effect, and its acknowledgement still comes', async () => {
  await using street = await openStreet();
  street.door.commitAtOnce(false);
  const raw = await rawPager(street);
  raw.send(publishPacket(events, 'press', { qos: 2, id: 9 }));
  await street.door.until(() => street.door.taken.length === 1);
  raw.send(publishPacket(events, 'press', { qos: 2, id: 9, dup: true }), Buffer.of(0xc0, 0));
  expect((await raw.next())?.type).toBe(types.pingresp);
  street.door.taken[0]?.acknowledge();
  expect((await raw.next())?.type).toBe(types.pubrec);
  expect((await raw.next())?.type).toBe(types.pubrec);
  raw.send(publishPacket(events, 'press', { qos: 2, id: 9, dup: true }));
  expect((await raw.next())?.type).toBe(types.pubrec);
  expect(street.door.taken).toHaveLength(1);
  raw.send(pubrelPacket(9));
  expect(await raw.next()).toMatchObject({ type: types.pubcomp, body: Buffer.of(0, 9) });
  raw.send(publishPacket(events, 'another press', { qos: 2, id: 9 }));
  await street.door.until(() => street.door.taken.length === 2);
  expect(street.door.texts()).toEqual(['press', 'another press']);
});

test('a QoS 1 press that is sent again is handed on again, because only its own id can tell', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  raw.send(publishPacket(events, 'press', { id: 3 }), publishPacket(events, 'press', { id: 3, dup: true }));
  expect((await raw.next())?.type).toBe(types.puback);
  expect((await raw.next())?.type).toBe(types.puback);
  expect(street.door.texts()).toEqual(['press', 'press']);
});

test('a hub that empties two thousand QoS 2 messages at once keeps its connection and all of them', async () => {
  await using street = await openStreet();
  const hub = await street.connect('hub-1');
  const count = 2000;
  await Promise.all(
    Array.from({ length: count }, (_, i) =>
      hub.publishAsync('zhishou/v1/hubs/hub-1/devices/door-1/events', `${i}`, { qos: 2 }),
    ),
  );
  expect(street.door.texts()).toEqual(Array.from({ length: count }, (_, i) => `${i}`));
});

test('the gateway is told that a press was retained, and keeps no copy of it', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1');
  await pager.publishAsync(events, 'press', { qos: 1, retain: true });
  await pager.publishAsync(topicOf('pager-1', 'status'), '{"state":"online"}', { qos: 1, retain: true });
  expect(street.door.taken.map(({ retained }) => retained)).toEqual([true, true]);
  const again = await street.connect('pager-1', { clientId: 'again' });
  const heard: string[] = [];
  again.on('message', (topic) => heard.push(topic));
  await again.subscribeAsync(topicOf('pager-1', '#'), { qos: 1 });
  await again.publishAsync(events, 'press', { qos: 1 });
  expect(heard).toEqual([]);
});

test.each([
  ['another device', topicOf('pager-2', 'events')],
  ['a hub', 'zhishou/v1/hubs/hub-1/devices/pager-1/events'],
  ['a device whose id begins with its own', topicOf('pager-10', 'events')],
  ['the broker itself', '$SYS/broker/uptime'],
  ['nobody', 'somewhere/else'],
  ['everything of its own at once', 'zhishou/v1/devices/pager-1/#'],
  ['any device', 'zhishou/v1/devices/+/events'],
  ['a topic with a zero in it', `${events}\0`],
  ['a topic that never ends', topicOf('pager-1', 'x'.repeat(600))],
  ['a topic of two hundred levels', topicOf('pager-1', 'a/'.repeat(200))],
  ['an empty topic', ''],
])('publishing as %s costs the connection and reaches nobody', async (_whom, topic) => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  raw.send(publishPacket(topic, 'forged', { id: 5 }));
  expect(await raw.next()).toBeNull();
  expect(street.door.taken).toEqual([]);
  expect(street.fatal).toEqual([]);
});

test.each([
  ['not-its-own-topic', 'zhishou/v1/device/pager-1/events'],
  ['not-its-own-topic', 'zhishou/v1/devices/Pager-1/events'],
  ['reserved-topic', '$SYS/sos'],
  ['topic-length', topicOf('pager-1', 'x'.repeat(600))],
])('the gateway is told what was said where a pager may not publish, and why: %s', async (why, topic) => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  raw.send(publishPacket(topic, 'sos', { id: 5 }));
  expect(await raw.next()).toBeNull();
  expect(street.door.misled).toEqual([[why, 'pager-1', topic, 'sos']]);
});

test('a pager that presses under a wrong topic is heard each time it comes back, and never acknowledged', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1', { reconnectPeriod: 10 });
  pager.publish('zhishou/v1/device/pager-1/events', 'sos', { qos: 1 });
  await street.door.until(() => street.door.misled.length >= 3);
  expect(street.broker.stats()).toMatchObject({ received: 0, acknowledged: 0 });
  expect(street.door.misled[2]).toEqual([
    'not-its-own-topic',
    'pager-1',
    'zhishou/v1/device/pager-1/events',
    'sos',
  ]);
});

test('of a device that was removed while connected nothing is told', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  street.door.remove('pager-1');
  raw.send(publishPacket('anywhere', 'sos', { id: 5 }));
  expect(await raw.next()).toBeNull();
  expect(street.door.misled).toEqual([]);
});

test('a topic in letters that are no UTF-8 costs the connection', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  const broken = publishPacket(`${events}~`, 'forged', { id: 5 });
  broken[2 + 2 + events.length] = 0xff;
  raw.send(broken);
  expect(await raw.next()).toBeNull();
  expect(street.door.taken).toEqual([]);
});

test('an unknown leaf below its own name is the dialect’s business and costs nothing', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1');
  await pager.publishAsync(topicOf('pager-1', 'firmware'), 'x', { qos: 1 });
  expect(street.door.taken).toMatchObject([{ topic: topicOf('pager-1', 'firmware') }]);
});

test('a device that was removed while connected can say nothing any more', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1');
  await pager.publishAsync(events, 'before', { qos: 1 });
  street.door.remove('pager-1');
  const gone = closed(pager);
  pager.publish(events, 'after', { qos: 1 });
  await gone;
  expect(street.door.texts()).toEqual(['before']);
});

test('no device hears another, whatever both of them subscribe to', async () => {
  await using street = await openStreet();
  const [one, two] = await Promise.all([street.connect('pager-1'), street.connect('pager-2')]);
  const heard: string[] = [];
  const listen = async (client: MqttClient, device: string): Promise<void> => {
    client.on('message', (topic) => heard.push(topic));
    await client.subscribeAsync(topicOf(device, '#'), { qos: 1 });
  };
  await Promise.all([listen(one, 'pager-1'), listen(two, 'pager-2')]);
  for (let i = 0; i < 20; i++) {
    await one.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
    await two.publishAsync(topicOf('pager-2', 'commands'), 'to myself', { qos: 1 });
  }
  expect(heard).toEqual([]);
});

test.each(['#', '$SYS/#', 'zhishou/v1/devices/+/commands', topicOf('pager-2', 'commands')])(
  'the subscription to %s is refused with 0x80 and nothing else happens',
  async (filter) => {
    await using street = await openStreet();
    const raw = await rawPager(street);
    raw.send(subscribePacket(2, filter));
    expect(await raw.next()).toMatchObject({ type: types.suback, body: Buffer.of(0, 2, 0x80) });
    raw.send(publishPacket(events, 'press', { id: 5 }));
    expect((await raw.next())?.type).toBe(types.puback);
    expect(street.broker.stats().refusedSubscriptions).toBe(1);
  },
);

test('a client that asks for two thousand filters in one packet is granted a hundred', async () => {
  await using street = await openStreet();
  const client = await street.connect('pager-1');
  const filters = Array.from({ length: 2000 }, (_, i) => topicOf('pager-1', `${i}/#`));
  await expect(client.subscribeAsync(filters, { qos: 1 })).rejects.toThrow();
  expect(street.broker.stats().refusedSubscriptions).toBe(1900);
});

test('a client with too many unacknowledged messages is not read any further until some are committed', async () => {
  await using street = await openStreet({ maxInFlight: 10 });
  street.door.commitAtOnce(false);
  const raw = await rawPager(street);
  for (let i = 1; i <= 200; i++) {
    raw.send(publishPacket(events, `press ${i}`, { id: i }));
    // One at a time, because what arrives in one piece is taken in one piece.
    if (i <= 10) await street.door.until(() => street.door.taken.length >= i);
  }
  await expect.poll(() => street.broker.stats().held).toBe(1);
  expect(street.door.taken).toHaveLength(10);
  street.door.commitAtOnce(true);
  for (const { acknowledge } of [...street.door.taken]) acknowledge();
  for (let i = 1; i <= 200; i++) expect((await raw.next())?.body.readUInt16BE()).toBe(i);
  expect(street.broker.stats()).toMatchObject({ held: 0, inFlight: 0 });
});

test('a broken promise behind the door is told to whoever ends the process, and the press is not acknowledged', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  street.door.breakPromise(new Error('the book is torn'));
  raw.send(publishPacket(events, 'press', { id: 5 }), Buffer.of(0xc0, 0));
  expect((await raw.next())?.type).toBe(types.pingresp);
  expect(street.fatal).toEqual(['taking a message in failed: the book is torn']);
});
