import { isNumeric, type Point, type Series } from './series.ts';
import type { Edges } from './span.ts';

/** From this many usual steps on a pause is a gap: two points in a row that should be there are missing. One lost message is no gap, nor is a step that comes a little late. */
export const gapFromSteps = 2.5;

/** How far apart the points of a series usually are, in ms: the median of its steps, but not less than the device's type says it reports (which keeps a series that was once reported in a burst in one piece). null where neither is known. */
export const usualStepMs = (points: readonly Point[], reportEveryMs: number | null): number | null => {
  const steps = points.slice(1).map((point, index) => point[0] - (points[index]?.[0] ?? 0));
  const median = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)];
  if (median === undefined) return reportEveryMs;
  return Math.max(median, reportEveryMs ?? 0);
};

/** The pauses in which two points or more are missing, from the last point before to the first after. */
export const gapsOf = (points: readonly Point[], stepMs: number | null): readonly Edges[] => {
  if (stepMs === null) return [];
  return points.slice(1).flatMap((point, index) => {
    const from = points[index]?.[0] ?? point[0];
    return point[0] - from > gapFromSteps * stepMs ? [{ from, to: point[0] }] : [];
  });
};

/** The points in pieces, cut at the gaps. */
export const piecesOf = (points: readonly Point[], stepMs: number | null): readonly (readonly Point[])[] => {
  const pieces: Point[][] = [];
  for (const point of points) {
    const piece = pieces.at(-1);
    const before = piece?.at(-1);
    if (
      piece === undefined ||
      before === undefined ||
      (stepMs !== null && point[0] - before[0] > gapFromSteps * stepMs)
    )
      pieces.push([point]);
    else piece.push(point);
  }
  return pieces;
};

/** When the device said nothing at all, told by the numbers it reports most often. Flags and texts come thinned to their changes, so that their own steps say nothing. */
export const silencesOf = (all: readonly Series[], reportEveryMs: number | null): readonly Edges[] => {
  const numeric = all.filter((series) => isNumeric(series) && series.points.length > 2);
  const densest = numeric
    .map(({ points }) => ({ points, stepMs: usualStepMs(points, reportEveryMs) ?? 0 }))
    .sort((a, b) => a.stepMs - b.stepMs || b.points.length - a.points.length)[0];
  return densest === undefined ? [] : gapsOf(densest.points, densest.stepMs);
};

/** A time in which a flag or text stayed the same. */
export type Stay = Edges & { readonly value: string | boolean | number };

/** A flag or text as the times in which it stayed the same: each value holds until the next one or the next silence, the last one until `now`. */
export const staysOf = (
  points: readonly Point[],
  silences: readonly Edges[],
  now: number,
): readonly Stay[] => {
  const stays: Stay[] = [];
  for (const [index, point] of points.entries()) {
    const [from, value] = point;
    const next = points[index + 1]?.[0] ?? Math.max(now, from);
    const silence = silences.find((one) => one.to > from && one.from < next);
    const to = silence === undefined ? next : Math.max(from, silence.from);
    const before = stays.at(-1);
    if (before !== undefined && before.value === value && before.to === from)
      stays[stays.length - 1] = { ...before, to };
    else stays.push({ from, to, value });
    // A changes-only series goes on after the silence with what it said before it.
    if (silence !== undefined && silence.to < next) stays.push({ from: silence.to, to: next, value });
  }
  return stays;
};
