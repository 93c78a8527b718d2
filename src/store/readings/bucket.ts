import type { ReadingRow } from './block.ts';
import { makeSink, makeSource } from './bytes.ts';
import { factorOf, placesOf, readNumbers, writeNumbers } from './numbers.ts';
import { packBytes, unpackBytes } from './packing.ts';

/** What the numbers of a minute or an hour were: `at` is its first moment, `lastAt` when `last` was measured (epoch ms). A flag counts as 0 or 1; texts are left out. */
export type Bucket = {
  readonly at: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
  readonly last: number;
  readonly lastAt: number;
};

/** The lengths of buckets (ms). */
export const bucketMs = { minutes: 60_000, hours: 3_600_000 } as const;
/** How coarse an aggregate is. */
export type Coarseness = keyof typeof bucketMs;
/** Every coarseness, the finest first. */
export const coarsenesses = ['minutes', 'hours'] as const satisfies readonly Coarseness[];

/** The sum of numbers as near as a number can be to it where all have at most 6 decimal places and the sum at most 15 digits; otherwise with the usual rounding at each step. */
const sumOf = (numbers: readonly number[]): number => {
  const places = placesOf(numbers);
  if (places === null) return numbers.reduce((sum, number) => sum + number, 0);
  const factor = factorOf(places);
  return numbers.reduce((sum, number) => sum + Math.round(number * factor), 0) / factor;
};

/** The buckets of rows, both oldest first. Sums of decimal numbers are exact. */
export const bucketsOf = (rows: readonly ReadingRow[], coarseness: Coarseness): Bucket[] => {
  const width = bucketMs[coarseness];
  const numeric = rows.filter(({ value }) => typeof value === 'number');
  const buckets: Bucket[] = [];
  for (let start = 0; start < numeric.length; ) {
    const first = numeric[start] as ReadingRow;
    const at = Math.floor(first.at / width) * width;
    const values: number[] = [];
    let last = first;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let end = start;
    for (let row = numeric[end]; row !== undefined && row.at < at + width; row = numeric[end]) {
      const value = row.value as number;
      min = Math.min(min, value);
      max = Math.max(max, value);
      values.push(value);
      last = row;
      end += 1;
    }
    buckets.push({
      at,
      min,
      max,
      sum: sumOf(values),
      count: end - start,
      last: last.value as number,
      lastAt: last.at,
    });
    start = end;
  }
  return buckets;
};

/** Two buckets of the same time as one; of two last numbers of the same moment that of `b` counts. */
export const joinBuckets = (a: Bucket, b: Bucket): Bucket => ({
  at: a.at,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  sum: sumOf([a.sum, b.sum]),
  count: a.count + b.count,
  ...(b.lastAt >= a.lastAt ? { last: b.last, lastAt: b.lastAt } : { last: a.last, lastAt: a.lastAt }),
});

const sink = makeSink();
/** The sums, among the columns beside the last numbers. */
const sumColumn = 2;

/** Packs buckets of one series, oldest first. */
export const encodeBuckets = (buckets: readonly Bucket[], coarseness: Coarseness): Buffer => {
  const width = bucketMs[coarseness];
  sink.take();
  sink.whole(buckets.length);
  let before = 0;
  for (const { at } of buckets) {
    sink.signed(at / width - before);
    before = at / width;
  }
  for (const { count } of buckets) sink.whole(count);
  for (const { at, lastAt } of buckets) sink.whole(lastAt - at);
  writeNumbers(
    sink,
    [
      buckets.map(({ last }) => last),
      buckets.map(({ min }) => min),
      buckets.map(({ max }) => max),
      buckets.map(({ sum }) => sum),
    ],
    // Most buckets hold one number or equal ones, whose sum can be told.
    (column, row, last) => (column === sumColumn ? last * (buckets[row]?.count ?? 0) : last),
  );
  // A day's hours are so few that unpacking them would take longer than reading them.
  return packBytes(sink.take(), coarseness === 'minutes');
};

/** The buckets that `encodeBuckets` packed. Throws Damaged where the bytes are not those that were written. */
export const decodeBuckets = (data: Buffer, coarseness: Coarseness): Bucket[] => {
  const width = bucketMs[coarseness];
  const source = makeSource(unpackBytes(data));
  const length = source.whole();
  const starts = new Array<number>(length);
  let number = 0;
  for (let row = 0; row < length; row += 1) {
    number += source.signed();
    starts[row] = number * width;
  }
  const counts = starts.map(() => source.whole());
  const lasts = starts.map((at) => at + source.whole());
  const [last = [], min = [], max = [], sum = []] = readNumbers(source, length, 4, (column, row, value) =>
    column === sumColumn ? value * (counts[row] ?? 0) : value,
  );
  return starts.map((at, row) => ({
    at,
    min: min[row] ?? 0,
    max: max[row] ?? 0,
    sum: sum[row] ?? 0,
    count: counts[row] ?? 0,
    last: last[row] ?? 0,
    lastAt: lasts[row] ?? 0,
  }));
};
