import { expect, test } from 'vitest';
import { readRtp, writeRtp } from '../../src/voice/rtp.ts';

const packet = { payloadType: 8, sequence: 65_535, timestamp: 0xffff_ff60, ssrc: 0x89ab_cdef };

test('a packet that was put together is taken apart to the same', () => {
  const payload = Uint8Array.of(1, 2, 3);
  const written = writeRtp({ ...packet, payload, marker: true });
  expect(written[1]).toBe(0x88);
  const read = readRtp(written);
  expect(read).toEqual({ ...packet, payload: Buffer.from(payload) });
});

test('what others may put into a packet is passed over: sources, an extension, padding', () => {
  const plain = writeRtp({ ...packet, payload: Uint8Array.of(7, 8), marker: false });
  const head = Buffer.from(plain.subarray(0, 12));
  head[0] = 0x80 | 0x20 | 0x10 | 1;
  const full = Buffer.concat([
    head,
    Buffer.alloc(4),
    Buffer.from([0xbe, 0xde, 0, 1, 1, 2, 3, 4]),
    Buffer.from([7, 8]),
    Buffer.from([0, 0, 3]),
  ]);
  expect([...(readRtp(full)?.payload ?? [])]).toEqual([7, 8]);
});

test('a report, and what is not whole, is no packet of sound', () => {
  expect(readRtp(Buffer.from([0x80, 200, 0, 6, ...new Uint8Array(24)]))).toBeNull();
  expect(readRtp(Buffer.alloc(11))).toBeNull();
  expect(readRtp(Buffer.alloc(12))).toBeNull();
  expect(readRtp(Buffer.from([0x90, 8, ...new Uint8Array(10)]))).toBeNull();
  expect(readRtp(Buffer.from([0xa0, 8, ...new Uint8Array(10), 200]))).toBeNull();
});
