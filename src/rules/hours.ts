import { Temporal } from 'temporal-polyfill';
import type { Hours } from '../model/rule.ts';

/** Whether a rule's hours count at a moment, and when that changes next (epoch ms; null = never). */
export type Clockwork = {
  readonly counts: (hours: Hours, at: number) => boolean;
  readonly nextEdge: (hours: Hours, at: number) => number | null;
};

/** A week ahead, and the day before for a span that began then. */
const daysAhead = 8;

/** Reads hours by the clock of a zone (IANA name). Where the clock is set forward over a time, that time is the moment of the jump plus what was jumped over; where it is set back, the first of the two. Throws RangeError for a zone that does not exist. */
export const createClockwork = (timeZone: string): Clockwork => {
  const momentOf = (day: Temporal.PlainDate, minutes: number): number =>
    day.toZonedDateTime({
      timeZone,
      plainTime: Temporal.PlainTime.from({ hour: Math.floor(minutes / 60), minute: minutes % 60 }),
    }).epochMilliseconds;

  /** The spans around a moment: `[from, to)`, in order. */
  const spans = function* ({ days, from, to }: Hours, at: number): Generator<readonly [number, number]> {
    const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).toPlainDate();
    for (let offset = -1; offset <= daysAhead; offset += 1) {
      const day = today.add({ days: offset });
      if (!days.includes(day.dayOfWeek)) continue;
      yield [momentOf(day, from), momentOf(to > from ? day : day.add({ days: 1 }), to)];
    }
  };

  return {
    counts: (hours, at) => {
      for (const [from, to] of spans(hours, at)) if (from <= at && at < to) return hours.inside;
      return !hours.inside;
    },
    nextEdge: (hours, at) => {
      let next: number | null = null;
      for (const edges of spans(hours, at))
        for (const edge of edges) if (edge > at && (next === null || edge < next)) next = edge;
      return next;
    },
  };
};

/** By how much (ms) the clock of a zone is ahead of UTC at a moment, as it is at the beginning of that hour of UTC. Throws RangeError for a zone that does not exist. */
export const createZoneOffset = (timeZone: string): ((at: number) => number) => {
  const hourMs = 3_600_000;
  const known = new Map<number, number>();
  return (at) => {
    const hour = Math.floor(at / hourMs);
    let offset = known.get(hour);
    if (offset === undefined) {
      const moment = Temporal.Instant.fromEpochMilliseconds(hour * hourMs).toZonedDateTimeISO(timeZone);
      offset = moment.offsetNanoseconds / 1_000_000;
      known.set(hour, offset);
    }
    return offset;
  };
};
