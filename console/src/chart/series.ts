import type { Latest, Value } from '../../../src/model/reading.ts';

/** A point of a series: `[at, value]`, or `[from, min, mean, max]` of a part of the time; epoch ms. */
export type Point = readonly [number, Value] | readonly [number, number, number, number];

/** What a device measured, oldest first; `unit` is null for flags and texts. */
export type Series = {
  readonly device: string;
  readonly measurement: string;
  readonly unit: string | null;
  readonly points: readonly Point[];
};

/** The name of a series, fit for a map. */
export const keyOf = ({ device, measurement }: Pick<Series, 'device' | 'measurement'>): string =>
  `${device}:${measurement}`;

/** The lowest, middle and highest number of a point; null for a flag or a text. */
export const extentOf = (
  point: Point,
): { readonly min: number; readonly mean: number; readonly max: number } | null => {
  if (point.length === 4) return { min: point[1], mean: point[2], max: point[3] };
  const [, value] = point;
  return typeof value === 'number' ? { min: value, mean: value, max: value } : null;
};

/** Whether a series holds numbers; an empty one does where it has a unit. */
export const isNumeric = ({ points, unit }: Series): boolean => {
  const [first] = points;
  return first === undefined ? unit !== null : extentOf(first) !== null;
};

/** The series with the newest value of its device at its end, where that is newer than what it ends with; otherwise the series itself. */
export const withLatest = (series: Series, latest: Readonly<Record<string, Latest>> | undefined): Series => {
  const newest = latest?.[series.measurement];
  const last = series.points.at(-1);
  if (newest === undefined || (last !== undefined && newest.at <= last[0])) return series;
  return { ...series, points: [...series.points, [newest.at, newest.value]] };
};

/** The place of the last point at or before `at`; -1 where there is none. */
export const indexAt = (points: readonly Point[], at: number): number => {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
