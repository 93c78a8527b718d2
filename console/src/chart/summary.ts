import type { Value } from '../../../src/model/reading.ts';
import { gapFromSteps, gapsOf, type Stay, usualStepMs } from './gaps.ts';
import { extentOf, indexAt, type Series } from './series.ts';
import type { Edges } from './span.ts';

/** A series in figures, as it is drawn between two moments. `mean` is that of the points, each counting alike. */
export type Summary = {
  readonly points: number;
  readonly lowest: { readonly value: number; readonly at: number } | null;
  readonly highest: { readonly value: number; readonly at: number } | null;
  readonly mean: number | null;
  readonly newest: { readonly value: Value; readonly at: number } | null;
  readonly gaps: readonly Edges[];
};

/** What a person who cannot see the curve must be told of it. */
export const summaryOf = (series: Series, span: Edges, reportEveryMs: number | null): Summary => {
  const points = series.points.filter(([at]) => at >= span.from && at <= span.to);
  let lowest: Summary['lowest'] = null;
  let highest: Summary['highest'] = null;
  let [sum, numbers] = [0, 0];
  for (const point of points) {
    const extent = extentOf(point);
    if (extent === null) continue;
    numbers += 1;
    sum += extent.mean;
    if (lowest === null || extent.min < lowest.value) lowest = { value: extent.min, at: point[0] };
    if (highest === null || extent.max > highest.value) highest = { value: extent.max, at: point[0] };
  }
  const last = points.at(-1);
  return {
    points: points.length,
    lowest,
    highest,
    mean: numbers === 0 ? null : sum / numbers,
    newest: last === undefined ? null : { value: last.length === 4 ? last[2] : last[1], at: last[0] },
    gaps: numbers === 0 ? [] : gapsOf(points, usualStepMs(points, reportEveryMs)),
  };
};

/** Numbers of a part of the span, for a table; null where nothing was measured. */
export type Slice = Edges & { readonly min: number; readonly mean: number; readonly max: number };

/** The numbers of a series in `count` equal parts of the span. */
export const slicesOf = (series: Series, { from, to }: Edges, count: number): readonly (Slice | null)[] => {
  const width = (to - from) / count;
  return Array.from({ length: count }, (_, index) => {
    const start = from + index * width;
    const extents = series.points
      .slice(indexAt(series.points, start - 1) + 1, indexAt(series.points, start + width - 1) + 1)
      .flatMap((point) => extentOf(point) ?? []);
    if (extents.length === 0) return null;
    return {
      from: start,
      to: start + width,
      min: Math.min(...extents.map(({ min }) => min)),
      mean: extents.reduce((sum, { mean }) => sum + mean, 0) / extents.length,
      max: Math.max(...extents.map(({ max }) => max)),
    };
  });
};

/** What a series says at a moment: the point before it or after it, whichever is nearer and no further away than a gap is long. */
export const pointAt = (
  series: Series,
  at: number,
  reportEveryMs: number | null,
): Series['points'][number] | null => {
  const { points } = series;
  const index = indexAt(points, at);
  const near = [points[index], points[index + 1]]
    .filter((point) => point !== undefined)
    .sort((a, b) => Math.abs(a[0] - at) - Math.abs(b[0] - at))[0];
  if (near === undefined) return null;
  const step = usualStepMs(points, reportEveryMs);
  return step !== null && Math.abs(near[0] - at) > (gapFromSteps * step) / 2 ? null : near;
};

/** The value of a flag or text at a moment; null in a silence. */
export const stayAt = (stays: readonly Stay[], at: number): Stay | null =>
  stays.find((stay) => stay.from <= at && at <= stay.to) ?? null;
