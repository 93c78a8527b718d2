import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Damaged } from '../../../src/store/database.ts';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import {
  type Bucket,
  bucketMs,
  bucketsOf,
  coarsenesses,
  decodeBuckets,
  encodeBuckets,
  joinBuckets,
} from '../../../src/store/readings/bucket.ts';

const row = (at: number, value: number | string, flag = 0): ReadingRow => ({
  at,
  value,
  flag,
  receivedAt: at,
  deviceAt: null,
});
const noon = Date.UTC(2026, 0, 5, 12);
const minute = bucketMs.minutes;

test('a minute says the least, the most, the sum, the number and the last of what was measured in it', () => {
  const rows = [row(noon, 3), row(noon + 1, -1), row(noon + minute - 1, 2), row(noon + minute, 8)];
  expect(bucketsOf(rows, 'minutes')).toEqual([
    { at: noon, min: -1, max: 3, sum: 4, count: 3, last: 2, lastAt: noon + minute - 1 },
    { at: noon + minute, min: 8, max: 8, sum: 8, count: 1, last: 8, lastAt: noon + minute },
  ]);
  expect(bucketsOf(rows, 'hours')).toMatchObject([{ at: noon, sum: 12, count: 4, last: 8 }]);
});

test('a flag counts as 0 or 1, a text not at all', () => {
  const rows = [row(noon, 1, 1), row(noon + 1, 'open'), row(noon + 2, 0, 1)];
  expect(bucketsOf(rows, 'minutes')).toMatchObject([{ min: 0, max: 1, sum: 1, count: 2, last: 0 }]);
  expect(bucketsOf([row(noon, 'open')], 'minutes')).toEqual([]);
  expect(bucketsOf([], 'hours')).toEqual([]);
});

const spread = fc.uniqueArray(fc.integer({ min: noon, max: noon + 3 * bucketMs.hours }), {
  minLength: 1,
  maxLength: 60,
});
const rowsOf = (value: fc.Arbitrary<number>): fc.Arbitrary<ReadingRow[]> =>
  spread.chain((moments) =>
    fc
      .array(value, { minLength: moments.length, maxLength: moments.length })
      .map((values) => moments.sort((a, b) => a - b).map((at, index) => row(at, values[index] ?? 0))),
  );
const thousandths = fc.integer({ min: -50_000_000, max: 50_000_000 });

test('sums of decimals are exact: no number is nearer to them', () => {
  fc.assert(
    fc.property(rowsOf(thousandths), fc.integer({ min: 0, max: 6 }), (wholes, places) => {
      const factor = 10 ** places;
      const rows = wholes.map(({ at, value }) => row(at, Number(value) / factor));
      for (const coarseness of coarsenesses) {
        const exact = bucketsOf(wholes, coarseness).map(({ sum }) => sum / factor);
        expect(bucketsOf(rows, coarseness).map(({ sum }) => sum)).toEqual(exact);
      }
    }),
  );
});

test('one odd number costs the decimals of other minutes nothing', () => {
  const rows = [row(noon, 0.1), row(noon + 1, 0.2), row(noon + minute, Math.PI)];
  expect(bucketsOf(rows, 'minutes').map(({ sum }) => sum)).toEqual([0.3, Math.PI]);
});

const joinAll = (parts: readonly (readonly Bucket[])[]): Bucket[] => {
  const byTime = new Map<number, Bucket>();
  for (const bucket of parts.flat()) {
    const known = byTime.get(bucket.at);
    byTime.set(bucket.at, known === undefined ? bucket : joinBuckets(known, bucket));
  }
  return [...byTime.values()].sort((a, b) => a.at - b.at);
};

test('buckets of parts, joined in any order, are those of all readings together', () => {
  fc.assert(
    fc.property(
      rowsOf(thousandths.map((value) => value / 1_000)),
      fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
      fc.constantFrom(...coarsenesses),
      (rows, stream, coarseness) => {
        const parts: ReadingRow[][] = [[], [], []];
        for (const one of rows) parts[stream.next().value ?? 0]?.push(one);
        const buckets = parts.map((part) => bucketsOf(part, coarseness));
        expect(joinAll(buckets)).toEqual(bucketsOf(rows, coarseness));
        expect(joinAll(buckets.toReversed())).toEqual(bucketsOf(rows, coarseness));
      },
    ),
  );
});

const anyNumber = fc.oneof(
  thousandths.map((value) => value / 1_000),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(Math.fround),
  // Far from what the last number lets expect of the sum.
  fc.constantFrom(-0, 2 ** 50, -(2 ** 50), 2 ** 49 + 1),
);

test('buckets come back from their bytes as they were', () => {
  fc.assert(
    fc.property(rowsOf(anyNumber), fc.constantFrom(...coarsenesses), (rows, coarseness) => {
      const buckets = bucketsOf(rows, coarseness);
      expect(decodeBuckets(encodeBuckets(buckets, coarseness), coarseness)).toEqual(buckets);
    }),
    { numRuns: 300 },
  );
  expect(decodeBuckets(encodeBuckets([], 'hours'), 'hours')).toEqual([]);
});

test('an hour of a thousand great numbers and a small last one comes back whole', () => {
  const rows = Array.from({ length: 3_600 }, (_, index) =>
    row(noon + index * 1_000, index === 3_599 ? 2 ** 49 : (index % 2 === 0 ? 1 : -1) * 2 ** 48),
  );
  const buckets = bucketsOf(rows, 'hours');
  expect(decodeBuckets(encodeBuckets(buckets, 'hours'), 'hours')).toEqual(buckets);
});

test('damaged buckets are told as damaged', () => {
  const packed = encodeBuckets(bucketsOf([row(noon, 1), row(noon + minute, 2)], 'minutes'), 'minutes');
  for (let place = 0; place < packed.length; place += 1) {
    const damaged = Buffer.from(packed);
    damaged[place] = (damaged[place] ?? 0) ^ 0x55;
    expect(() => decodeBuckets(damaged, 'minutes')).toThrow(Damaged);
    expect(() => decodeBuckets(packed.subarray(0, place), 'minutes')).toThrow(Damaged);
  }
});
