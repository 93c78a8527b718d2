import { z } from 'zod';
import { boundFaults, boundFields, choosing, edgesOf, exactlyOneOf, limitOf, meeting } from '../bounds.ts';
import { readable, withoutNoise } from '../figures.ts';
import { MeasurementName } from '../measured.ts';
import { addSample, inSpan, type SlidingSums, shiftSums, stretchMs } from '../sliding-sums.ts';
import { Span } from '../span.ts';
import { declareKind, type WindowCondition } from './kind.ts';

const { above, below, outside, deadband } = boundFields;

const Params = z
  .strictObject({
    measurement: MeasurementName,
    over: Span.meta({ label: { zh: '平均时长', en: 'Averaged over' } }),
    above,
    below,
    outside,
    deadband,
  })
  .refine(...exactlyOneOf('above', 'below', 'outside'))
  .meta(choosing('above', 'below', 'outside'));
type Params = z.output<typeof Params>;

/** How much of the span samples must cover before its mean says anything. */
const leastCovered = 3 / 4;

/** The stretches' means, each weighed by how much of the stretch lies in the span (ms). */
type Weighed = { readonly coveredMs: number; readonly weighed: number };

const weigh = (sums: SlidingSums, spanMs: number, now: number): Weighed => {
  const width = stretchMs(spanMs);
  let coveredMs = 0;
  let weighed = 0;
  for (const [from, count = 1, total = 0] of sums) {
    const lies = Math.max(0, Math.min(now, from + width) - Math.max(now - spanMs, from));
    coveredMs += lies;
    weighed += (lies * total) / count;
  }
  return { coveredMs, weighed };
};

/** When time alone may change the answer. While no stretch enters or leaves the span all weights move evenly, so that the moment at which a limit is crossed until then is known. */
const nextChange = (
  sums: SlidingSums,
  spanMs: number,
  now: number,
  edges: readonly number[],
): number | null => {
  const width = stretchMs(spanMs);
  const turns = sums
    .flatMap(([from]) => [from, from + width, from + spanMs, from + width + spanMs])
    .filter((moment) => moment > now);
  if (turns.length === 0) return null;
  const turn = Math.min(...turns);
  const margins = (moment: number): readonly number[] => {
    const { coveredMs, weighed } = weigh(sums, spanMs, moment);
    return [coveredMs - leastCovered * spanMs, ...edges.map((edge) => weighed - edge * coveredMs)];
  };
  const then = margins(turn);
  const crossings = margins(now).flatMap((margin, index) => {
    const after = then[index] ?? 0;
    return margin < 0 === after < 0 ? [] : [now + ((turn - now) * margin) / (margin - after)];
  });
  return Math.max(now + 1, Math.ceil(Math.min(turn, ...crossings)));
};

const conditionOf = ({ measurement, over, ...bounds }: Params): WindowCondition => {
  const meets = meeting(bounds);
  return {
    on: 'window',
    measurements: [measurement],
    events: [],
    limit: limitOf(bounds),
    unit: (measured) => measured,
    restsWhileAway: false,
    begin: () => null,
    take: (memory, sample, now) => {
      const { value } = 'event' in sample ? { value: null } : sample;
      if (typeof value !== 'number') return memory;
      const sums = (memory ?? []) as SlidingSums;
      const added = addSample(sums, over, sample.at, now, (before) => {
        const [count = 0, total = 0] = before ?? [];
        return [count + 1, total + value];
      });
      return added === sums ? memory : added;
    },
    judge: (memory, now, held) => {
      const sums = inSpan((memory ?? []) as SlidingSums, over, now);
      const { coveredMs, weighed } = weigh(sums, over, now);
      const mean = coveredMs === 0 ? null : withoutNoise(weighed / coveredMs);
      const { upper, lower } = edgesOf(bounds, held);
      const edges = [upper, lower].filter((edge) => edge !== undefined);
      return {
        met: mean !== null && coveredMs >= leastCovered * over && meets(mean, held),
        figure: mean === null ? null : readable(mean),
        since: null,
        nextAt: nextChange(sums, over, now, edges),
      };
    },
    shift: (memory, byMs) => (memory === null ? null : shiftSums(memory as SlidingSums, byMs)),
  };
};

/** The mean of a number over a span, as indoor air is judged. Each stretch of the span (an eleventh) counts by its length, and within it each sample alike: so a device that speaks faster while a value is high does not weigh more, and late samples need no order. Met only where samples cover three quarters of the span. */
export const average = declareKind({
  name: 'average',
  label: { zh: '平均值', en: 'Average' },
  params: Params,
  branches: (params) => [{ condition: conditionOf(params) }],
  faults: ({ measurement, over, ...bounds }, type) => {
    const faults = boundFaults(measurement, bounds, type);
    if (faults.length > 0 || type.reportEveryMs <= stretchMs(over)) return faults;
    return [
      `${type.name} reports every ${type.reportEveryMs / 1000} s: too seldom for an average over ${over / 1000} s`,
    ];
  },
});
