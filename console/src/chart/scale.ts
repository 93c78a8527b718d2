import type { Limit } from './limits.ts';
import { extentOf, type Series } from './series.ts';
import type { Edges } from './span.ts';

/** The scale of a panel: round numbers, `step` apart. */
export type Scale = { readonly min: number; readonly max: number; readonly step: number };

/** A limit is brought into the picture when it lies no further from the values than this many times their own extent. */
const limitReach = 1.5;
const wantedSteps = 3;

/** The least round number (1, 2, 2.5 or 5 times a power of ten) that is not less than `least`. */
const roundUp = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
};

/** `value` without the noise that reckoning with decimals leaves. */
const tidy = (value: number): number => Number(value.toPrecision(12));

const edgesOfLimit = ({ from, to }: Limit): readonly number[] => [from, to].filter((edge) => edge !== null);

/** The lowest and highest number of these series within a span; null where there is none. */
export const extentWithin = (
  all: readonly Series[],
  { from, to }: Edges,
): { readonly min: number; readonly max: number } | null => {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of all)
    for (const point of points) {
      if (point[0] < from || point[0] > to) continue;
      const extent = extentOf(point);
      if (extent === null) continue;
      min = Math.min(min, extent.min);
      max = Math.max(max, extent.max);
    }
  return min > max ? null : { min, max };
};

/** The scale on which all that was measured in the span can be seen, with the limits that lie near it; far ones would press the curve flat and stay outside. */
export const scaleOf = (all: readonly Series[], limits: readonly Limit[], span: Edges): Scale => {
  const measured = extentWithin(all, span);
  const edges = limits.flatMap(edgesOfLimit);
  if (measured === null) {
    const [low = 0, high = 1] = [Math.min(...edges, 0), Math.max(...edges, 1)].filter(Number.isFinite);
    return scaleOver(low, high);
  }
  const extent = measured.max - measured.min;
  const reach = limitReach * Math.max(extent, Math.abs(measured.max) * 0.1);
  const near = edges.filter((edge) => edge >= measured.min - reach && edge <= measured.max + reach);
  return scaleOver(Math.min(measured.min, ...near), Math.max(measured.max, ...near));
};

const scaleOver = (low: number, high: number): Scale => {
  const least = Math.max(Math.abs(low), Math.abs(high), 1e-3) * 0.02;
  const room = Math.max(high - low, least);
  const step = roundUp(room / wantedSteps);
  // What lies on the very edge of the picture cannot be seen; but what is never negative needs no room below zero.
  const margin = room * 0.04;
  const bottom = low >= 0 && low - margin < 0 ? 0 : low - margin;
  return {
    min: tidy(Math.floor(bottom / step) * step),
    max: tidy(Math.ceil((high + margin) / step) * step),
    step: tidy(step),
  };
};

/** Whether any edge of the limit lies in the picture. */
export const isInPicture = (limit: Limit, { min, max }: Scale): boolean =>
  edgesOfLimit(limit).some((edge) => edge > min && edge < max);
