import type { Random } from './random.ts';

/** When a device reports for the first time after `now`: somewhere within its interval, so that a street does not speak in chorus. All in ms of the street's time. */
export const firstReportAt = (everyMs: number, now: number, random: Random): number =>
  now + random.next() * everyMs;

/** When it reports again after `last`: its interval, which no two devices keep to the same second (± 2 %). */
export const nextReportAt = (everyMs: number, last: number, random: Random): number =>
  last + everyMs * (0.98 + 0.04 * random.next());
