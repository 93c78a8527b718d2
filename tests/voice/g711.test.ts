import { expect, test } from 'vitest';
import { decode, encode, silentA, silentMu, toLaw } from '../../src/voice/g711.ts';

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const everySample = Int16Array.from({ length: 65_536 }, (_, at) => at - 32_768);

/** ITU-T G.711, tables 1a and 2a: the first value at the decoder's output of each segment, and the step within it, in units of 1/4096 (A) and 1/8192 (µ) of the full swing. */
const segmentsOfA = [
  [1, 2],
  [33, 2],
  [66, 4],
  [132, 8],
  [264, 16],
  [528, 32],
  [1_056, 64],
  [2_112, 128],
] as const;
const segmentsOfMu = [
  [0, 2],
  [33, 4],
  [99, 8],
  [231, 16],
  [495, 32],
  [1_023, 64],
  [2_079, 128],
  [4_191, 256],
] as const;
const positives = (segments: readonly (readonly [number, number])[]): number[] =>
  segments.flatMap(([first, step]) => Array.from({ length: 16 }, (_, at) => first + at * step));

test('all 256 codes of A-law have the values of the recommendation', () => {
  const values = decode('pcma', codes);
  for (const [at, value] of positives(segmentsOfA).entries()) {
    expect(values[(0x80 | at) ^ 0x55]).toBe(value * 8);
    expect(values[at ^ 0x55]).toBe(-value * 8);
  }
});

test('all 256 codes of µ-law have the values of the recommendation', () => {
  const values = decode('pcmu', codes);
  for (const [at, value] of positives(segmentsOfMu).entries()) {
    expect(values[0xff - at]).toBe(value * 4);
    expect(values[0x7f - at]).toBe(value === 0 ? 0 : -value * 4);
  }
});

test('what came from a code becomes that code again', () => {
  expect(encode('pcma', decode('pcma', codes))).toEqual(codes);
  // µ-law has two zeros; the positive one is written.
  expect(encode('pcmu', decode('pcmu', codes))).toEqual(codes.map((code) => (code === 0x7f ? 0xff : code)));
});

/** The decision values of the same tables: from each on the next code is written. */
const decisions = (segments: readonly (readonly [number, number])[], first: readonly number[]): number[] => [
  ...first,
  ...segments
    .slice(1)
    .flatMap(([value, step]) => Array.from({ length: 16 }, (_, at) => value - step / 2 + at * step)),
];
const ofA = decisions(
  segmentsOfA,
  Array.from({ length: 16 }, (_, at) => at * 2),
);
const ofMu = decisions(segmentsOfMu, [0, ...Array.from({ length: 15 }, (_, at) => 1 + at * 2)]);

test('the decision values are those of the recommendation', () => {
  expect([ofA[1], ofA[16], ofA[32], ofA[33], ofA[112], ofA[127]]).toEqual([2, 32, 64, 68, 2_048, 3_968]);
  expect([ofMu[1], ofMu[16], ofMu[17], ofMu[32], ofMu[112], ofMu[127]]).toEqual([
    1, 31, 35, 95, 4_063, 7_903,
  ]);
});

test.each([
  ['pcma', ofA, 8, (at: number, positive: boolean) => (at | (positive ? 0x80 : 0)) ^ 0x55],
  ['pcmu', ofMu, 4, (at: number, positive: boolean) => (positive ? 0xff : 0x7f) - at],
] as const)(
  'every sample of 16 bits is written in %s as the recommendation decides',
  (law, values, scale, codeOf) => {
    const written = encode(law, everySample);
    let wrong = 0;
    for (const [index, sample] of everySample.entries()) {
      // Below zero a decision value itself belongs to the smaller step, as in ITU-T G.191.
      const size = sample >= 0 ? sample : ~sample;
      const at = values.findLastIndex((value) => value * scale <= size);
      if (written[index] !== codeOf(at, sample >= 0)) wrong += 1;
    }
    expect(wrong).toBe(0);
  },
);

test('silence is silence in both laws, and a quiet sample crosses from one to the other within a step', () => {
  expect([...decode('pcma', Uint8Array.of(silentA))]).toEqual([8]);
  expect([...decode('pcmu', Uint8Array.of(silentMu))]).toEqual([0]);
  const there = decode('pcmu', toLaw('pcmu', encode('pcma', Int16Array.of(1_000, -1_000))));
  expect(Math.abs((there[0] as number) - 1_000)).toBeLessThan(48);
  expect(Math.abs((there[1] as number) + 1_000)).toBeLessThan(48);
});
