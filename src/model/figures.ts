import { z } from 'zod';
import { alertKinds, dispositions, priorities } from './alert.ts';
import { Moment, Text } from './text.ts';

/** How soon somebody must have answered, and what share of all: 97.5 % within 60 s and 99 % within 180 s, after the UK's TSA code for alarm centres. */
export const answerTargets = [
  { withinMs: 60_000, share: 0.975 },
  { withinMs: 180_000, share: 0.99 },
] as const;

/** The mix of priorities to aim at (after ISA-18.2 and EEMUA 191): at most these shares of critical and of high ones, the rest below. */
export const priorityAims = { critical: 0.05, high: 0.15 } as const;

/** The longest span that figures are made of (ms). */
export const longestFiguresMs = 366 * 86_400_000;

/** How soon some alerts were answered: from their receipt until sound flowed both ways, where a call had been asked for before somebody took them, else until somebody first took or acknowledged them. `waiting`: not answered so far. `byVoice`: of the answered, how many were answered by voice. Of a target `share` is of the `of` alerts that were answered or whose time is up; null = there are none. Lengths in ms. */
export const AnswerTimes = z.object({
  count: z.number().int(),
  answered: z.number().int(),
  waiting: z.number().int(),
  byVoice: z.number().int(),
  targets: z.array(
    z.object({
      withinMs: z.number().int(),
      target: z.number(),
      share: z.number().nullable(),
      of: z.number().int(),
    }),
  ),
  p50Ms: z.number().nullable(),
  p90Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
  longestMs: z.number().nullable(),
});
export type AnswerTimes = Readonly<z.infer<typeof AnswerTimes>>;

/** An alert that has stood for more than a day. */
export const StaleAlert = z.object({
  id: z.string(),
  device: z.string(),
  title: Text,
  priority: z.enum(priorities),
  since: Moment,
});
export type StaleAlert = Readonly<z.infer<typeof StaleAlert>>;

/** The figures of a duty room over `[from, to)`, of what was raised in it. Tests are counted in `tests` and nowhere else; `calling` leaves out what nobody is called for (explained by another alert, out of service). `complete` is false where there was too much to read, so that the oldest is left out. Days and hours are the street's; lists are sorted, most first, and hold the first of what there is. */
export const Figures = z.object({
  from: Moment,
  to: Moment,
  complete: z.boolean(),
  alerts: z.number().int(),
  calling: z.number().int(),
  tests: z.number().int(),
  /** People who asked to be heard, and all emergencies, they among them. */
  answers: z.object({ people: AnswerTimes, emergencies: AnswerTimes }),
  /** Voice calls that were asked for in the span. `connected`: sound flowed both ways; `missed`: nobody had answered within 60 s. */
  calls: z.object({
    in: z.number().int(),
    out: z.number().int(),
    connected: z.number().int(),
    missed: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
  }),
  /** What one seat that sees all of it gets: calling alerts per ten minutes on the average and in the worst ten minutes (which begin at `mostAt`), and how much of the time was a flood. */
  load: z.object({
    perTenMinutes: z.number(),
    most: z.number().int(),
    mostAt: Moment.nullable(),
    floods: z.number().int(),
    floodShare: z.number(),
  }),
  /** What each person took: `perTenMinutes` is the mean of the ten minutes in which they took anything. */
  holders: z.array(
    z.object({
      user: z.string(),
      alerts: z.number().int(),
      perTenMinutes: z.number(),
      most: z.number().int(),
    }),
  ),
  /** `now`: how many stand at this moment, whenever they were raised, the oldest of them in `alerts`; `during`: how many of the span's stood, or stand, for more than a day. */
  stale: z.object({ now: z.number().int(), during: z.number().int(), alerts: z.array(StaleAlert) }),
  talkers: z.array(z.object({ device: z.string(), alerts: z.number().int(), share: z.number() })),
  priorities: z.array(z.object({ priority: z.enum(priorities), alerts: z.number().int() })),
  /** How alerts of a kind ended; null = they are open. */
  dispositions: z.array(
    z.object({
      kind: z.enum(alertKinds),
      disposition: z.enum(dispositions).nullable(),
      alerts: z.number().int(),
    }),
  ),
  /** Every day that the span touches, in order, as YYYY-MM-DD. */
  days: z.array(
    z.object({
      day: z.string(),
      critical: z.number().int(),
      high: z.number().int(),
      medium: z.number().int(),
      low: z.number().int(),
    }),
  ),
  /** Alerts by the hour of the day: 24 numbers. */
  hours: z.array(z.number().int()),
});
export type Figures = Readonly<z.infer<typeof Figures>>;
