import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFraming, followConnect, followPackets } from '../../src/broker/framing.ts';
import { connectPacket, packet, remainingLength } from './raw-client.ts';

const packets = fc.array(
  fc.record({ type: fc.integer({ min: 1, max: 14 }), body: fc.uint8Array({ maxLength: 400 }) }),
  { minLength: 1, maxLength: 12 },
);

test('however a stream of packets is cut into pieces, each packet is counted once', () => {
  fc.assert(
    fc.property(packets, fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 }), (all, cuts) => {
      const stream = Buffer.concat(all.map(({ type, body }) => packet(type << 4, Buffer.from(body))));
      const framing = createFraming();
      let counted = 0;
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        expect(followPackets(framing, stream.subarray(at, at + cut), 400)).toBeNull();
        counted += framing.packets;
        at = Math.min(stream.length, at + cut);
      }
      expect(counted).toBe(all.length);
      expect(framing).toMatchObject({ remaining: 0, type: 0 });
    }),
  );
});

test('a packet that announces one byte too many is a fault before its body comes', () => {
  const header = (length: number) => Buffer.concat([Buffer.of(0x30), remainingLength(length)]);
  expect(followPackets(createFraming(), header(1000), 1000)).toBeNull();
  expect(followPackets(createFraming(), header(1001), 1000)).toBe('packet-too-large');
  expect(followPackets(createFraming(), header(268_435_455), 1000)).toBe('packet-too-large');
});

test.each([
  ['a length of five bytes', Buffer.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ['packet type 0', Buffer.of(0x00, 0x00)],
  ['packet type 15', Buffer.of(0xf0, 0x00)],
])('%s is no MQTT', (_what, bytes) => {
  expect(followPackets(createFraming(), bytes, 1000)).toBe('malformed-packet');
});

test('the end of the CONNECT is found wherever it lies, and what follows is not looked at', () => {
  const connect = connectPacket({ user: 'pager-1', password: 'x' });
  const framing = createFraming();
  expect(followConnect(framing, connect.subarray(0, 9), 1000)).toBe(-1);
  const rest = Buffer.concat([connect.subarray(9), Buffer.of(0, 0, 0)]);
  expect(followConnect(framing, rest, 1000)).toBe(connect.length - 9);
  expect(followConnect(createFraming(), Buffer.of(0xc0, 0), 1000)).toBe('not-a-connect');
  expect(followConnect(createFraming(), Buffer.of(0x30), 1000)).toBe('not-a-connect');
});
