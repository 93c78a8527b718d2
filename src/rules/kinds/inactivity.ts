import { z } from 'zod';
import type { DeviceType } from '../../model/device-type.ts';
import { addSighting, keepSightings, quietSince, type Sighting, usedAfter } from '../counter.ts';
import { readable } from '../figures.ts';
import { flagFaults, MeasurementName, numberFaults } from '../measured.ts';
import { orSame } from '../same-members.ts';
import { Span } from '../span.ts';
import { declareKind, type Verdict, type WindowCondition } from './kind.ts';

const over = Span.meta({ label: { zh: '时长', en: 'For' } });

const Counter = z
  .strictObject({
    measurement: MeasurementName,
    lessThan: z
      .number()
      .positive()
      .meta({ unit: 'measured', label: { zh: '用量少于', en: 'Less used than' } }),
    over,
  })
  .meta({ label: { zh: '累计读数几乎不动', en: 'A counter that hardly moves' } });
type Counter = z.output<typeof Counter>;

const Flag = z
  .strictObject({
    measurement: MeasurementName,
    is: z
      .boolean()
      .default(true)
      .meta({ label: { zh: '等于', en: 'Is' } }),
    over,
  })
  .meta({ label: { zh: '标志一直没有出现', en: 'A flag that does not come' } });
type Flag = z.output<typeof Flag>;

const hour = 3_600_000;

/** How many sightings of a counter are kept at most. */
const mostSightings = 12;

/** How old the newest reading of a counter may be (ms) and still tell of a span: a twelfth of it. */
const freshMs = (spanMs: number): number => spanMs / 12;

/** When time alone makes it met, or is about to: `since` = when the quiet began. */
const quiet = (since: number, spanMs: number, now: number): Pick<Verdict, 'met' | 'since' | 'nextAt'> =>
  now >= since + spanMs
    ? { met: true, since, nextAt: null }
    : { met: false, since: null, nextAt: since + spanMs };

/** Watched `from` then on; `newest` is the time of the newest reading. */
type CounterMemory = {
  readonly from: number;
  readonly newest: number | null;
  readonly seen: readonly Sighting[];
};

const counterCondition = ({ measurement, lessThan, over: spanMs }: Counter): WindowCondition => ({
  on: 'window',
  measurements: [measurement],
  events: [],
  limit: lessThan,
  unit: (measured) => measured,
  restsWhileAway: true,
  begin: (now) => ({ from: now, newest: null, seen: [] }),
  take: (memory, sample, now) => {
    const { value } = 'event' in sample ? { value: null } : sample;
    const at = Math.min(sample.at, now);
    if (typeof value !== 'number' || at <= now - spanMs) return memory;
    const { from, newest, seen } = (memory ?? { from: at, newest: null, seen: [] }) as CounterMemory;
    const added = keepSightings(addSighting(seen, [at, value]), lessThan, now - spanMs, mostSightings);
    const after = { from, newest: Math.max(newest ?? at, at), seen: orSame(seen, added) };
    return after.newest === newest && after.seen === seen ? memory : after;
  },
  judge: (memory, now, held) => {
    if (memory === null) return { met: false, figure: null, since: null, nextAt: null };
    const { from, newest, seen } = memory as CounterMemory;
    const verdict = quiet(Math.max(from, quietSince(seen, lessThan) ?? from), spanMs, now);
    const figure = newest === null ? null : readable(usedAfter(seen, now - spanMs));
    const staleAt = newest === null ? now : newest + freshMs(spanMs);
    // Without readings nothing new is known: it neither begins nor ends, and the silence is said by another rule.
    if (held) return { ...verdict, figure };
    if (!verdict.met) {
      const { nextAt } = verdict;
      return { ...verdict, figure, nextAt: nextAt !== null && nextAt < staleAt ? nextAt : null };
    }
    return now < staleAt
      ? { ...verdict, figure, nextAt: Math.ceil(staleAt) }
      : { met: false, figure, since: null, nextAt: null };
  },
  shift: (memory, byMs) => {
    if (memory === null) return null;
    const { from, newest, seen } = memory as CounterMemory;
    return {
      from: from + byMs,
      newest: newest === null ? null : newest + byMs,
      seen: seen.map(([at, value]): Sighting => [at + byMs, value]),
    };
  },
});

/** The memory of a flag is the moment at which it was last so, or the watching began. */
const flagCondition = ({ measurement, is, over: spanMs }: Flag): WindowCondition => ({
  on: 'window',
  measurements: [measurement],
  events: [],
  limit: readable(spanMs / hour),
  unit: () => 'h',
  restsWhileAway: true,
  begin: (now) => now,
  take: (memory, sample, now) => {
    const at = Math.min(sample.at, now);
    const counts = 'measurement' in sample && sample.value === is;
    return counts && (typeof memory !== 'number' || at > memory) ? at : memory;
  },
  judge: (memory, now) =>
    typeof memory === 'number'
      ? { ...quiet(memory, spanMs, now), figure: readable(Math.max(0, now - memory) / hour) }
      : { met: false, figure: null, since: null, nextAt: null },
  shift: (memory, byMs) => (typeof memory === 'number' ? memory + byMs : memory),
});

const reportFaults = (type: DeviceType, withinMs: number, spanMs: number): readonly string[] =>
  type.reportEveryMs < withinMs
    ? []
    : [`${type.name} reports every ${type.reportEveryMs / 1000} s: too seldom to tell of ${spanMs / 1000} s`];

/** Nobody stirs: less used of a counter than `lessThan` in all of the span, or no reading in all of it by which the flag is so. It begins with the watching, and anew when somebody is back. A counter needs readings to tell; a flag is missed without any. */
export const inactivity = declareKind({
  name: 'inactivity',
  label: { zh: '无活动', en: 'Inactivity' },
  params: z.union([Counter, Flag], 'must be { measurement, lessThan, over } or { measurement, is, over }'),
  branches: (params) => [
    { condition: 'lessThan' in params ? counterCondition(params) : flagCondition(params) },
  ],
  faults: (params, type) => {
    const { measurement, over: spanMs } = params;
    if (!('lessThan' in params)) {
      const faults = flagFaults(measurement, type);
      return faults.length > 0 ? faults : reportFaults(type, spanMs, spanMs);
    }
    const declared = type.measurements[measurement];
    if (declared?.kind !== 'number') return numberFaults(measurement, type);
    if (declared.min < 0) return [`${measurement} of ${type.name} is no counter: it may lie below zero`];
    return reportFaults(type, freshMs(spanMs), spanMs);
  },
});
