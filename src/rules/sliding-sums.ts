/** Sums over one stretch of a span: where it begins (epoch ms), then the sums. */
export type Stretch = readonly [from: number, ...sums: readonly number[]];

/** Sums over the stretches of a span, oldest first; stretches without a sample are left out. */
export type SlidingSums = readonly Stretch[];

/** How many stretches are kept at most, so that memory is bounded however often a device speaks. */
const mostStretches = 12;

/** How long the stretches of a span are (ms). A span that begins anywhere on the grid touches no more than `mostStretches` of them. */
export const stretchMs = (spanMs: number): number => Math.ceil(spanMs / (mostStretches - 1));

/** The stretches that lie in the span up to `now`, wholly or in part. */
export const inSpan = (sums: SlidingSums, spanMs: number, now: number): SlidingSums => {
  const start = now - spanMs - stretchMs(spanMs);
  return sums.every(([from]) => from > start) ? sums : sums.filter(([from]) => from > start);
};

/** Adds a sample to the stretch that its own time falls into, however late it comes. `add` makes the stretch's sums of those before (none at first) and of how far into it the sample lies (ms). What is older than the span, or cannot be added up, changes nothing; a time ahead of `now` counts as now. */
export const addSample = (
  sums: SlidingSums,
  spanMs: number,
  sampleAt: number,
  now: number,
  add: (before: readonly number[] | null, intoMs: number) => readonly number[],
): SlidingSums => {
  const at = Math.min(sampleAt, now);
  if (at <= now - spanMs) return sums;
  const width = stretchMs(spanMs);
  // The grid hangs on the memory itself, so that it moves with the clock.
  const origin = sums[0]?.[0] ?? at;
  const from = origin + Math.floor((at - origin) / width) * width;
  const before = sums.find((stretch) => stretch[0] === from);
  const added = add(before === undefined ? null : before.slice(1), at - from);
  if (!added.every(Number.isFinite)) return sums;
  const stretch: Stretch = [from, ...added];
  const others = sums.filter((other) => other !== before);
  const kept = inSpan(
    [...others.filter((other) => other[0] < from), stretch, ...others.filter((other) => other[0] > from)],
    spanMs,
    now,
  ).slice(-mostStretches);
  return kept.includes(stretch) ? kept : sums;
};

/** The wall clock was set by so many ms. */
export const shiftSums = (sums: SlidingSums, byMs: number): SlidingSums =>
  sums.map(([from, ...rest]): Stretch => [from + byMs, ...rest]);
