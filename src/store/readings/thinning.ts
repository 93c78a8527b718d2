import type { ReadingPoint } from '../../gateway/ports.ts';
import type { ReadingRow } from './block.ts';
import type { Bucket } from './bucket.ts';

type Value = number | boolean | string;
type Said = readonly [at: number, value: Value];
type Extent = { readonly min: number; readonly max: number; readonly sum: number; readonly count: number };
type Ends = { readonly first: Said; readonly last: Said };

const saidOf = (row: ReadingRow): Value => (row.flag === 1 ? row.value === 1 : row.value);

/** Equal parts of a span that grows: when it has more than `most`, neighbours are merged and parts last twice as long. */
const makeParts = <T>(most: number, merge: (earlier: T, later: T) => T) => {
  let parts: (T | undefined)[] = [];
  let origin: number | null = null;
  let width = 1;
  const join = (a: T | undefined, b: T | undefined): T | undefined =>
    a === undefined || b === undefined ? (a ?? b) : merge(a, b);
  return {
    add: (at: number, item: T): void => {
      origin ??= at;
      while (Math.floor((at - origin) / width) >= most) {
        const halved: (T | undefined)[] = [];
        for (let index = 0; index < parts.length; index += 2)
          halved.push(join(parts[index], parts[index + 1]));
        parts = halved;
        width *= 2;
      }
      const index = Math.floor((at - origin) / width);
      while (parts.length < index) parts.push(undefined);
      parts[index] = join(parts[index], item);
    },
    all: (): (readonly [from: number, item: T])[] =>
      parts.flatMap((item, index) =>
        item === undefined ? [] : [[(origin ?? 0) + index * width, item] as const],
      ),
  };
};

const addExtents = (a: Extent, b: Extent): Extent => ({
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  sum: a.sum + b.sum,
  count: a.count + b.count,
});

/** Brings buckets (oldest first) down to at most `points` points `[from, min, mean, max]`, neighbours joined in equal parts of the time they cover. */
export const thinBuckets = (buckets: readonly Bucket[], points: number): readonly ReadingPoint[] => {
  const extents = makeParts<Extent>(Math.max(1, Math.floor(points)), addExtents);
  if (buckets.length > points) for (const bucket of buckets) extents.add(bucket.at, bucket);
  const parts =
    buckets.length > points ? extents.all() : buckets.map((bucket) => [bucket.at, bucket] as const);
  return parts.map(([from, { min, max, sum, count }]) => [from, min, sum / count, max] as const);
};

/** Brings rows (oldest first) down to at most `points`. No more rows than that come back as they are. More numbers become `[from, min, mean, max]` for equal parts of the time they cover, so that no spike is lost; flags and texts become the first and the last change in each part, so that a short `true` stays visible. Reads the rows once and holds no more than about `points` of them. */
export const thin = (rows: Iterable<ReadingRow>, points: number): readonly ReadingPoint[] => {
  const most = Math.max(2, Math.floor(points));
  const plain: Said[] = [];
  const extents = makeParts<Extent>(most, addExtents);
  const changes = makeParts<Ends>(Math.floor(most / 2), (a, b) => ({ first: a.first, last: b.last }));
  let count = 0;
  let numbersOnly = true;
  let previous: Value | undefined;
  for (const row of rows) {
    const value = saidOf(row);
    const said: Said = [row.at, value];
    count += 1;
    if (count <= most) plain.push(said);
    if (typeof value !== 'number') numbersOnly = false;
    else if (numbersOnly) extents.add(row.at, { min: value, max: value, sum: value, count: 1 });
    if (value !== previous) changes.add(row.at, { first: said, last: said });
    previous = value;
  }
  if (count <= most) return plain;
  if (numbersOnly)
    return extents.all().map(([from, { min, max, sum, count: of }]) => [from, min, sum / of, max] as const);
  return changes.all().flatMap(([, { first, last }]) => (first === last ? [first] : [first, last]));
};
