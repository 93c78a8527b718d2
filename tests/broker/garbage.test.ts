import fc from 'fast-check';
import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import {
  connectPacket,
  packet,
  publishPacket,
  type RawClient,
  remainingLength,
  text,
  types,
} from './raw-client.ts';
import { openStreet, type Street, secretOf, topicOf } from './street.ts';

const events = topicOf('pager-1', 'events');

const login = connectPacket({ user: 'pager-1', password: secretOf('pager-1') });

const rawPager = async (street: Street): Promise<RawClient> => {
  street.door.register('pager-1', secretOf('pager-1'));
  const raw = await street.raw();
  raw.send(login);
  expect((await raw.next())?.type).toBe(types.connack);
  return raw;
};

/** A device that was cut off because this machine did not let it speak in time dials again. */
const dial = async (street: Street, device: string): Promise<MqttClient> => {
  for (;;) {
    try {
      return await street.connect(device);
    } catch {
      expect(street.fatal).toEqual([]);
    }
  }
};

const expectUnharmed = async (street: Street): Promise<void> => {
  const neighbour = await dial(street, 'pager-2');
  await neighbour.publishAsync(topicOf('pager-2', 'events'), 'press', { qos: 1 });
  expect(street.door.texts()).toContain('press');
  expect(street.fatal).toEqual([]);
};

test('random bytes cost the one who sends them the connection, and nobody else anything', async () => {
  await using street = await openStreet({ connectTimeoutMs: 300 });
  const garbage = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 2000 }), { numRuns: 60, seed: 7 });
  await Promise.all(
    garbage.map(async (bytes) => {
      const raw = await street.raw();
      raw.send(Buffer.from(bytes));
      expect(await raw.next()).toBeNull();
    }),
  );
  await expectUnharmed(street);
});

test('random bytes after a login leave the gateway as it was', async () => {
  await using street = await openStreet();
  const garbage = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: 100, seed: 11 });
  for (const bytes of garbage) {
    const raw = await rawPager(street);
    raw.send(Buffer.from(bytes));
    raw.socket.end();
    await raw.closed;
  }
  await expectUnharmed(street);
});

test('packets with single bytes turned over neither end the process nor speak for another device', async () => {
  await using street = await openStreet();
  const sound = Buffer.concat([
    publishPacket(events, '{"event":"sos"}', { id: 1 }),
    publishPacket(events, '{"event":"sos"}', { qos: 2, id: 2 }),
    packet(0x82, Buffer.of(0, 3), text(topicOf('pager-1', 'commands')), Buffer.of(1)),
    packet(0xa2, Buffer.of(0, 4), text(topicOf('pager-1', 'commands'))),
    packet(0x62, Buffer.of(0, 2)),
    packet(0x40, Buffer.of(0, 9)),
    Buffer.of(0xc0, 0),
  ]);
  const flips = fc.sample(
    fc.array(fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    }),
    { numRuns: 150, seed: 3 },
  );
  for (const flip of flips) {
    const bytes = Buffer.from(sound);
    for (const [at, value] of flip) bytes[at] = value;
    const raw = await rawPager(street);
    raw.send(bytes);
    raw.socket.end();
    await raw.closed;
  }
  expect(
    street.door.taken.every(
      ({ sender, topic }) => sender === 'pager-1' && topic.startsWith(topicOf('pager-1', '')),
    ),
  ).toBe(true);
  await expectUnharmed(street);
});

test('a packet cut short is nothing, and the device may come back', async () => {
  await using street = await openStreet();
  const whole = publishPacket(events, 'press');
  for (let length = 1; length < whole.length; length++) {
    const raw = await rawPager(street);
    raw.send(whole.subarray(0, length));
    raw.socket.end();
    await raw.closed;
  }
  expect(street.door.taken).toEqual([]);
  await expectUnharmed(street);
});

test('a packet that arrives byte by byte is read like any other', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const raw = await street.raw();
  raw.socket.setNoDelay(true);
  for (const byte of Buffer.concat([login, publishPacket(events, 'press')])) {
    raw.socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  expect((await raw.next())?.type).toBe(types.connack);
  expect((await raw.next())?.type).toBe(types.puback);
  expect(street.door.texts()).toEqual(['press']);
});

test('sixty mebibytes in one packet are refused at its first bytes', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  const announced = 60 * 1024 * 1024;
  raw.send(Buffer.of(0x32), remainingLength(announced), text(events), Buffer.of(0, 1));
  const block = Buffer.alloc(64 * 1024);
  let sent = 0;
  const push = (): void => {
    while (!raw.socket.destroyed && sent < announced && raw.socket.write(block)) sent += block.length;
  };
  raw.socket.on('drain', push);
  push();
  await raw.closed;
  expect(raw.socket.bytesWritten).toBeLessThan(announced / 2);
  expect(street.broker.stats().tooLarge).toBe(1);
  expect(street.door.taken).toEqual([]);
  await expectUnharmed(street);
});

test('a packet of exactly the permitted size is taken, one byte more is not', async () => {
  await using street = await openStreet({ maxPacketBytes: 1000 });
  const overhead = 2 + events.length + 2;
  const fits = await rawPager(street);
  fits.send(publishPacket(events, 'x'.repeat(1000 - overhead)));
  expect((await fits.next())?.type).toBe(types.puback);
  const tooLarge = await rawPager(street);
  tooLarge.send(publishPacket(events, 'x'.repeat(1001 - overhead)));
  expect(await tooLarge.next()).toBeNull();
  expect(street.door.taken).toHaveLength(1);
});

test('a stranger cannot make the gateway keep a CONNECT of a hundred thousand bytes', async () => {
  await using street = await openStreet();
  const raw = await street.raw();
  raw.send(connectPacket({ user: 'u'.repeat(60_000), password: 'p'.repeat(60_000) }));
  expect(await raw.next()).toBeNull();
  expect(street.broker.stats()).toMatchObject({ tooLarge: 1, refusedLogins: 0 });
});

test('whoever does not say who he is in time is cut off, however slowly he speaks', async () => {
  await using street = await openStreet({ connectTimeoutMs: 200 });
  const [silent, slow] = await Promise.all([street.raw(), street.raw()]);
  slow.send(login.subarray(0, 10));
  await Promise.all([silent.closed, slow.closed]);
  await expectUnharmed(street);
});

test('a first packet that is no CONNECT, and a second CONNECT, end the connection', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const rude = await street.raw();
  rude.send(publishPacket(events, 'press'), login);
  expect(await rude.next()).toBeNull();
  const twice = await rawPager(street);
  twice.send(login);
  expect(await twice.next()).toBeNull();
  expect(street.door.taken).toEqual([]);
});

test('a press without a packet id costs the connection instead of an answer that nobody can use', async () => {
  await using street = await openStreet();
  const raw = await rawPager(street);
  raw.send(publishPacket(events, 'press', { id: 0 }));
  expect(await raw.next()).toBeNull();
  expect(street.door.taken).toEqual([]);
});
