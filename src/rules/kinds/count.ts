import { z } from 'zod';
import type { Value } from '../../model/reading.ts';
import type { Memory } from '../../model/rule.ts';
import { boundFaults, boundFields, choosing, exactlyOneOf, limitOf, meeting } from '../bounds.ts';
import { flagFaults, MeasurementName } from '../measured.ts';
import { eventFaults, RuleEvent } from '../rule-event.ts';
import { addReading, type Run } from '../runs.ts';
import { orSame } from '../same-members.ts';
import { Span } from '../span.ts';
import { declareKind, type Sample, type WindowCondition } from './kind.ts';

const { above, below } = boundFields;

const Of = z.union(
  [
    z
      .strictObject({ event: RuleEvent.meta({ label: { zh: '事件', en: 'Event' } }) })
      .meta({ label: { zh: '事件', en: 'An event' } }),
    z
      .strictObject({
        measurement: MeasurementName,
        is: z
          .boolean()
          .default(true)
          .meta({ label: { zh: '等于', en: 'Is' } }),
      })
      .meta({ label: { zh: '标志', en: 'A flag' } }),
    z
      .strictObject({ measurement: MeasurementName, above, below })
      .refine(...exactlyOneOf('above', 'below'))
      .meta({ ...choosing('above', 'below'), label: { zh: '数值', en: 'A number' } }),
  ],
  'must be { event }, { measurement, is } or { measurement, above } or below',
);
type Of = z.output<typeof Of>;

const Params = z
  .strictObject({
    of: Of.meta({ label: { zh: '计什么', en: 'What is counted' } }),
    count: z
      .number()
      .int()
      .min(1)
      .max(50)
      .meta({ label: { zh: '次数', en: 'How many times' } }),
    window: Span.optional().meta({ label: { zh: '时间窗', en: 'Within' } }),
    consecutive: z
      .literal(true)
      .optional()
      .meta({ label: { zh: '连续读数', en: 'Readings in a row' } }),
    evidence: z
      .enum(['first', 'last'])
      .default('last')
      .meta({
        label: { zh: '以哪次为准', en: 'Told by' },
        words: { first: { zh: '首次', en: 'the first' }, last: { zh: '末次', en: 'the last' } },
      }),
  })
  .refine(...exactlyOneOf('window', 'consecutive'))
  .refine(({ of, consecutive }) => consecutive === undefined || !('event' in of), {
    message: 'events do not come in a row: they need a window',
    path: ['consecutive'],
  })
  .meta(choosing('window', 'consecutive'));
type Params = z.output<typeof Params>;

/** Something that counted: when, and the value. */
type Match = readonly [at: number, value: Value];

/** How matches are gathered: what is remembered, and which of it counts at a moment. */
type Gathering = Pick<WindowCondition, 'take' | 'shift'> & {
  readonly counted: (memory: Memory, now: number) => readonly Match[];
};

const byTime = (matches: readonly Match[], added: Match): readonly Match[] => {
  const index = matches.findLastIndex(([at]) => at <= added[0]) + 1;
  return [...matches.slice(0, index), added, ...matches.slice(index)];
};

const shiftMatches = (matches: readonly Match[], byMs: number): readonly Match[] =>
  matches.map(([at, value]): Match => [at + byMs, value]);

/** Whether a sample matches; null where it is none of this rule's, or cannot tell. */
const matching = (of: Of): ((sample: Sample) => boolean | null) => {
  if ('event' in of) return (sample) => ('event' in sample && sample.event === of.event ? true : null);
  if ('is' in of) {
    return (sample) =>
      'measurement' in sample && typeof sample.value === 'boolean' ? sample.value === of.is : null;
  }
  const meets = meeting(of);
  return (sample) =>
    'measurement' in sample && typeof sample.value === 'number' ? meets(sample.value, false) : null;
};

const toldBy = (sample: Sample): Value => ('event' in sample ? sample.event : sample.value);

/** Events: each counts. */
const eventsWithin = (params: Params, windowMs: number): Gathering => {
  const matches = matching(params.of);
  return {
    take: (memory, sample, now) => {
      const at = Math.min(sample.at, now);
      if (matches(sample) === null || at <= now - windowMs) return memory;
      const before = (memory ?? []) as readonly Match[];
      const all = byTime(before, [at, toldBy(sample)]);
      return orSame(before, all.filter(([then]) => then > now - windowMs).slice(-params.count));
    },
    counted: (memory, now) => ((memory ?? []) as readonly Match[]).filter(([at]) => at > now - windowMs),
    shift: (memory, byMs) => memory && shiftMatches(memory as readonly Match[], byMs),
  };
};

/** Levels: each run of readings that match counts once, from its first. */
const runsWithin = (params: Params, windowMs: number): Gathering => {
  const matches = matching(params.of);
  return {
    take: (memory, sample, now) => {
      const at = Math.min(sample.at, now);
      const match = matches(sample);
      if (match === null || at <= now - windowMs) return memory;
      const before = (memory ?? []) as readonly Run[];
      const runs = addReading(before, [match, at, toldBy(sample)]);
      // The run under way as the window begins says that a match in the window is no new one.
      const first = Math.max(
        0,
        runs.findLastIndex(([, from]) => from <= now - windowMs),
      );
      return runs === before ? memory : orSame(before, runs.slice(first).slice(-2 * params.count));
    },
    counted: (memory, now) =>
      ((memory ?? []) as readonly Run[])
        .filter(([match, from]) => match && from > now - windowMs)
        .map(([, from, , value]): Match => [from, value]),
    shift: (memory, byMs) =>
      memory &&
      (memory as readonly Run[]).map(
        ([match, from, to, value]): Run => [match, from + byMs, to + byMs, value],
      ),
  };
};

/** Readings in a row: those that match since the newest that did not. */
const inARow = (params: Params): Gathering => {
  type Row = { readonly brokenAt: number | null; readonly row: readonly Match[] };
  const matches = matching(params.of);
  return {
    take: (memory, sample, now) => {
      const at = Math.min(sample.at, now);
      const match = matches(sample);
      const { brokenAt, row } = (memory ?? { brokenAt: null, row: [] }) as Row;
      if (match === null || at < (brokenAt ?? at)) return memory;
      if (!match) {
        return brokenAt === at && row.length === 0
          ? memory
          : { brokenAt: at, row: row.filter(([then]) => then > at) };
      }
      const grown = orSame(row, byTime(row, [at, toldBy(sample)]).slice(-params.count));
      return grown === row ? memory : { brokenAt, row: grown };
    },
    counted: (memory) => (memory as Row | null)?.row ?? [],
    shift: (memory, byMs) => {
      if (memory === null) return null;
      const { brokenAt, row } = memory as Row;
      return { brokenAt: brokenAt === null ? null : brokenAt + byMs, row: shiftMatches(row, byMs) };
    },
  };
};

const gatheringOf = (params: Params): Gathering => {
  if (params.window === undefined) return inARow(params);
  return 'event' in params.of ? eventsWithin(params, params.window) : runsWithin(params, params.window);
};

const conditionOf = (params: Params): WindowCondition => {
  const { of, count, window, evidence } = params;
  const { counted, ...gathering } = gatheringOf(params);
  const ofNumber = 'above' in of || 'below' in of;
  return {
    on: 'window',
    measurements: 'event' in of ? [] : [of.measurement],
    events: 'event' in of ? [of.event] : [],
    limit: ofNumber ? limitOf(of) : count,
    unit: (measured) => (ofNumber ? measured : undefined),
    restsWhileAway: false,
    begin: () => null,
    ...gathering,
    judge: (memory, now) => {
      const newest = counted(memory, now).slice(-count);
      const [first] = newest;
      const teller = evidence === 'first' ? first : newest.at(-1);
      if (newest.length < count || first === undefined || teller === undefined)
        return { met: false, figure: ofNumber ? null : newest.length, since: null, nextAt: null };
      return {
        met: true,
        figure: ofNumber ? teller[1] : count,
        since: teller[0],
        nextAt: window === undefined ? null : first[0] + window,
      };
    },
  };
};

/** So many times: events, or a flag or number that becomes so, within a window; or readings in a row. A number tells the value of the first or the last of them; flags and events tell how many. It is over when the window has moved on, or at the first reading in the row that does not match. */
export const count = declareKind({
  name: 'count',
  label: { zh: '次数', en: 'Count' },
  params: Params,
  branches: (params) => [{ condition: conditionOf(params) }],
  faults: ({ of }, type) => {
    if ('event' in of) return eventFaults(of.event, type);
    return 'is' in of ? flagFaults(of.measurement, type) : boundFaults(of.measurement, of, type);
  },
});
