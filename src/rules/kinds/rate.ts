import { z } from 'zod';
import { choosing, exactlyOneOf } from '../bounds.ts';
import { readable, withoutNoise } from '../figures.ts';
import { MeasurementName, numberFaults } from '../measured.ts';
import { addSample, inSpan, type SlidingSums, shiftSums, stretchMs } from '../sliding-sums.ts';
import { Span } from '../span.ts';
import { declareKind, type WindowCondition } from './kind.ts';

const Params = z
  .strictObject({
    measurement: MeasurementName,
    over: Span.meta({ label: { zh: '观察时长', en: 'Looked at over' } }),
    risesBy: z
      .number()
      .positive()
      .optional()
      .meta({
        unit: 'measured/min',
        label: {
          zh: '上升不少于',
          en: 'Rises by at least',
        },
      }),
    fallsBy: z
      .number()
      .positive()
      .optional()
      .meta({
        unit: 'measured/min',
        label: {
          zh: '下降不少于',
          en: 'Falls by at least',
        },
      }),
  })
  .refine(...exactlyOneOf('risesBy', 'fallsBy'))
  .meta(choosing('risesBy', 'fallsBy'));
type Params = z.output<typeof Params>;

const minute = 60_000;

/** How many samples it takes to see a slope, and over how much of the span. */
const leastSamples = 3;
const leastSpanned = 1 / 2;

/** The slope of the straight line that lies nearest to all samples (least squares), per minute; null where they are too few or too near each other. Of each stretch: how many, Σt, Σv, Σt², Σtv, and the first and the last t, in minutes from where it begins. */
const slopeOf = (sums: SlidingSums, spanMs: number): number | null => {
  const origin = sums[0]?.[0] ?? 0;
  let [n, t, v, tt, tv] = [0, 0, 0, 0, 0];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [from, count = 0, ofT = 0, ofV = 0, ofTT = 0, ofTV = 0, firstT = 0, lastT = 0] of sums) {
    const offset = (from - origin) / minute;
    n += count;
    t += ofT + count * offset;
    v += ofV;
    tt += ofTT + 2 * offset * ofT + count * offset * offset;
    tv += ofTV + offset * ofV;
    first = Math.min(first, firstT + offset);
    last = Math.max(last, lastT + offset);
  }
  const spannedMs = withoutNoise((last - first) * minute);
  if (n < leastSamples || spannedMs < leastSpanned * spanMs) return null;
  return withoutNoise((n * tv - t * v) / (n * tt - t * t));
};

const conditionOf = ({ measurement, over, risesBy, fallsBy = 0 }: Params): WindowCondition => {
  const limit = risesBy ?? -fallsBy;
  return {
    on: 'window',
    measurements: [measurement],
    events: [],
    limit,
    unit: (measured) => `${measured ?? ''}/min`,
    restsWhileAway: false,
    begin: () => null,
    take: (memory, sample, now) => {
      const { value } = 'event' in sample ? { value: null } : sample;
      if (typeof value !== 'number') return memory;
      const sums = (memory ?? []) as SlidingSums;
      const added = addSample(sums, over, sample.at, now, (before, intoMs) => {
        const at = intoMs / minute;
        const [n = 0, t = 0, v = 0, tt = 0, tv = 0, first = at, last = at] = before ?? [];
        return [
          n + 1,
          t + at,
          v + value,
          tt + at * at,
          tv + at * value,
          Math.min(first, at),
          Math.max(last, at),
        ];
      });
      return added === sums ? memory : added;
    },
    judge: (memory, now) => {
      const sums = inSpan((memory ?? []) as SlidingSums, over, now);
      const slope = slopeOf(sums, over);
      const oldest = sums[0]?.[0];
      if (slope === null || oldest === undefined)
        return { met: false, figure: null, since: null, nextAt: null };
      return {
        met: risesBy === undefined ? slope <= limit : slope >= limit,
        figure: readable(slope),
        since: null,
        nextAt: oldest + stretchMs(over) + over,
      };
    },
    shift: (memory, byMs) => (memory === null ? null : shiftSums(memory as SlidingSums, byMs)),
  };
};

/** How fast a number rises or falls, per minute: the slope of all samples of the span, three of them at least, over half of it at least. One sample that jumps does not make a slope, and it does not matter how far apart they come. */
export const rate = declareKind({
  name: 'rate',
  label: { zh: '变化速率', en: 'Rate of change' },
  params: Params,
  branches: (params) => [{ condition: conditionOf(params) }],
  faults: ({ measurement, over, risesBy, fallsBy }, type) => {
    const declared = type.measurements[measurement];
    if (declared?.kind !== 'number') return numberFaults(measurement, type);
    const { min, max } = declared;
    const limit = risesBy ?? fallsBy ?? 0;
    // The steepest line through values of a range is that of one step in the middle, 3/2 of range by time, over half of the span.
    const steepest = (3 * (max - min)) / (over / minute);
    return limit <= steepest
      ? []
      : [`${limit} a minute is unreachable: ${measurement} of ${type.name} lies within ${min}..${max}`];
  },
});
