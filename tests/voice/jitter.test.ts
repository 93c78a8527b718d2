import { expect, test } from 'vitest';
import { silentA } from '../../src/voice/g711.ts';
import { createJitter, type Jitter } from '../../src/voice/jitter.ts';

const frame = (value: number): Uint8Array => new Uint8Array(160).fill(value);
const take = (jitter: Jitter, count: number): (number | null)[] =>
  Array.from({ length: count }, () => jitter.take()?.[0] ?? null);

test('nothing is played before there is a cushion, and then everything in its order', () => {
  const jitter = createJitter();
  jitter.put(8, frame(8));
  expect(jitter.take()).toBeNull();
  for (const sequence of [7, 10, 9]) jitter.put(sequence, frame(sequence));
  expect(take(jitter, 4)).toEqual([7, 8, 9, 10]);
});

test('a frame that is missing is 20 ms of silence, and one that comes too late or twice is passed over', () => {
  const jitter = createJitter();
  for (const sequence of [1, 2, 4, 5]) expect(jitter.put(sequence, frame(sequence))).toBe(true);
  expect(take(jitter, 4)).toEqual([1, 2, silentA, 4]);
  expect(jitter.put(3, frame(3))).toBe(false);
  expect(jitter.put(5, frame(99))).toBe(false);
  expect(take(jitter, 1)).toEqual([5]);
});

test('a short pause is bridged by silence without losing its place, a long one ends the stream', () => {
  const jitter = createJitter();
  for (const sequence of [1, 2, 3]) jitter.put(sequence, frame(sequence));
  expect(take(jitter, 5)).toEqual([1, 2, 3, silentA, silentA]);
  for (const sequence of [4, 5, 6]) jitter.put(sequence, frame(sequence));
  expect(take(jitter, 3)).toEqual([4, 5, 6]);
  expect(take(jitter, 11)).toEqual([...Array(10).fill(silentA), null]);
  jitter.put(7, frame(7));
  expect(jitter.take()).toBeNull();
  for (const sequence of [8, 9]) jitter.put(sequence, frame(sequence));
  expect(take(jitter, 3)).toEqual([7, 8, 9]);
});

test('a burst after a pause does not leave the call seconds behind', () => {
  const jitter = createJitter();
  for (let sequence = 0; sequence < 200; sequence += 1) jitter.put(sequence, frame(sequence & 0x7f));
  const played = take(jitter, 200).filter((value) => value !== null && value !== silentA);
  expect(played.length).toBeLessThanOrEqual(25);
  expect(played.at(-1)).toBe(199 & 0x7f);
});

test('what has piled up and stays is let go within two seconds', () => {
  const jitter = createJitter();
  let sequence = 0;
  for (; sequence < 20; sequence += 1) jitter.put(sequence, frame(1));
  for (let tick = 0; tick < 220; tick += 1) {
    jitter.put(sequence, frame(1));
    sequence += 1;
    jitter.take();
  }
  let left = 0;
  while (jitter.take()?.[0] === 1) left += 1;
  expect(left).toBeLessThanOrEqual(4);
  expect(left).toBeGreaterThan(0);
});

test('a device that counts anew, and a number that goes round, are heard', () => {
  const jitter = createJitter();
  for (const sequence of [0xffff_fffe, 0xffff_ffff, 0, 1]) jitter.put(sequence, frame(sequence & 0x7f));
  expect(take(jitter, 4)).toEqual([0x7e, 0x7f, 0, 1]);
  for (const sequence of [900_000, 900_001, 900_002]) jitter.put(sequence, frame(sequence - 900_000 + 10));
  expect(take(jitter, 3)).toEqual([10, 11, 12]);
});
