import type { DeviceTypes } from '../model/device-type.ts';
import type { Refusal, Result } from '../model/fault.ts';
import { liesWithin, type Place } from '../model/place.ts';
import { longestTestMs, type NewTestMode, type TestMode } from '../model/test-mode.ts';
import type { Ledger } from './ledger.ts';

/** How long an ended test mode is kept, as long as the record itself (ms). */
const keptMs = 180 * 86_400_000;

/** The test modes: detectors of named types in a named place, for 2 h at most. */
export type TestModes = {
  /** Refuses types that can call for help, a place that is not known, and a time beyond the limit. */
  readonly start: (user: string, wanted: NewTestMode, now: number) => Result<TestMode>;
  readonly end: (user: string, id: string, now: number) => Result<TestMode>;
  /** Whether a detector of this type at this place is under test. Of a call for help nothing is, whatever this answers: the alert book sees to that. */
  readonly covers: (type: string, place: Place | null, now: number) => boolean;
  /** Ends what is over; answers whether anything was. */
  readonly tick: (now: number) => boolean;
  /** The wall clock was set by so many ms. */
  readonly shift: (byMs: number) => void;
};

const refuse = (code: Refusal['code'], message: string): Result<never> => ({
  ok: false,
  refusal: { code, message },
});

/** Makes the book from what was stored. */
export const createTestModes = (parts: {
  readonly stored: readonly TestMode[];
  readonly ledger: Ledger;
  readonly types: DeviceTypes;
  readonly newId: () => string;
  readonly knowsPlace: (id: string) => boolean;
}): TestModes => {
  const { ledger, types, newId } = parts;
  const running = new Map<string, TestMode>();
  const ended = new Map<string, number>();
  for (const mode of parts.stored)
    if (mode.endedAt === undefined) running.set(mode.id, mode);
    else ended.set(mode.id, mode.endedAt);

  const write = (mode: TestMode, event: 'started' | 'ended', actor: string, at: number): void => {
    const { id, place, types: those, until } = mode;
    // Who is on site is a person's name, and the reason is free text: they stay in the row.
    const data = { testMode: id, place, types: those, until };
    const seq = ledger.enter(at, actor, `test-mode.${event}`, `test-mode:${id}`, null, data);
    ledger.tell({ seq, at, what: 'system', event: `test-mode-${event}`, by: actor, data });
    ledger.put('test-mode', id, mode);
  };

  const finish = (mode: TestMode, by: string, now: number): TestMode => {
    const over: TestMode = { ...mode, endedAt: now, endedBy: by };
    running.delete(mode.id);
    ended.set(mode.id, now);
    write(over, 'ended', by === 'system' ? by : `user:${by}`, now);
    return over;
  };

  return {
    start: (user, wanted, now) => {
      for (const name of wanted.types) {
        const type = types.get(name);
        if (type === undefined) return refuse('unknown-type', `no device type ${name}`);
        if (type.events.includes('sos'))
          return refuse('not-testable', `a ${name} can call for help, which no test mode covers`);
      }
      if (!parts.knowsPlace(wanted.place))
        return refuse('unknown-place', `no place ${wanted.place} is known`);
      if (wanted.until <= now) return refuse('invalid', 'until lies in the past');
      if (wanted.until > now + longestTestMs) return refuse('invalid', 'a test mode lasts 2 h at most');
      const { reason, ...rest } = wanted;
      const mode: TestMode = {
        ...rest,
        ...(reason === undefined ? {} : { reason }),
        id: newId(),
        since: now,
        by: user,
      };
      running.set(mode.id, mode);
      write(mode, 'started', `user:${user}`, now);
      return { ok: true, value: mode };
    },
    end: (user, id, now) => {
      const mode = running.get(id);
      return mode === undefined
        ? refuse('not-found', `no test mode ${id} is running`)
        : { ok: true, value: finish(mode, user, now) };
    },
    covers: (type, place, now) => {
      if (place === null || types.get(type)?.events.includes('sos') === true) return false;
      for (const mode of running.values())
        if (mode.until > now && mode.types.includes(type) && liesWithin(place, mode.place)) return true;
      return false;
    },
    tick: (now) => {
      const over = [...running.values()].filter(({ until }) => until <= now);
      for (const mode of over) finish(mode, 'system', now);
      for (const [id, at] of ended) {
        if (at + keptMs > now) continue;
        ended.delete(id);
        ledger.put('test-mode', id, null);
      }
      return over.length > 0;
    },
    shift: (byMs) => {
      for (const mode of running.values()) {
        const moved = { ...mode, since: mode.since + byMs, until: mode.until + byMs };
        running.set(mode.id, moved);
        ledger.put('test-mode', mode.id, moved);
      }
    },
  };
};
