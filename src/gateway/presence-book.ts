import type { Refusal, Result } from '../model/fault.ts';
import { longestAbsenceMs, type NewPresence, type Presence } from '../model/household.ts';
import type { Place } from '../model/place.ts';
import type { Ledger } from './ledger.ts';

/** Who is at home. It says when stillness means nothing; it mutes no call for help. */
export type PresenceBook = {
  /** `home` takes the entry away. */
  readonly put: (user: string, place: string, wanted: NewPresence, now: number) => Result<Presence>;
  /** All that is known of who is at home there is erased; answers whether anything was. */
  readonly erase: (place: string, now: number) => boolean;
  /** Whether nobody is at home there now. */
  readonly isAway: (place: Place | null, now: number) => boolean;
  /** Ends what is over. */
  readonly tick: (now: number) => void;
};

const refuse = (code: Refusal['code'], message: string): Result<never> => ({
  ok: false,
  refusal: { code, message },
});

/** Makes the book from what was stored; `changed` hears the place of every change. */
export const createPresenceBook = (parts: {
  readonly stored: readonly Presence[];
  readonly ledger: Ledger;
  readonly knowsHousehold: (place: string) => boolean;
  readonly changed: (place: string, now: number) => void;
}): PresenceBook => {
  const { ledger, changed } = parts;
  const absent = new Map<string, Presence>(parts.stored.map((presence) => [presence.place, presence]));

  const write = (place: string, body: Presence | null, actor: string, at: number): void => {
    if (body === null) absent.delete(place);
    else absent.set(place, body);
    // Where somebody is, and until when, is their own affair: the record says only that it was changed, and by whom.
    const seq = ledger.enter(at, actor, 'household.presence', `household:${place}`, null, {});
    ledger.tell({ seq, at, what: 'household', event: 'presence', by: actor, data: { place } });
    ledger.put('presence', place, body);
    changed(place, at);
  };

  return {
    put: (user, place, { state, until }, now) => {
      if (!parts.knowsHousehold(place)) return refuse('unknown-place', `no household ${place} is known`);
      if (until === undefined && (state === 'away' || state === 'hospital'))
        return refuse('invalid', `${state} takes the time until which it lasts`);
      if (until !== undefined && until <= now) return refuse('invalid', 'until lies in the past');
      if (until !== undefined && until > now + longestAbsenceMs)
        return refuse('invalid', 'it must be looked at again within 90 days');
      const presence: Presence = {
        place,
        state,
        since: now,
        by: user,
        ...(until === undefined || state === 'home' ? {} : { until }),
      };
      if (state !== 'home' || absent.has(place))
        write(place, state === 'home' ? null : presence, `user:${user}`, now);
      return { ok: true, value: presence };
    },
    erase: (place, now) => {
      if (!absent.delete(place)) return false;
      ledger.put('presence', place, null);
      changed(place, now);
      return true;
    },
    isAway: (place, now) =>
      place?.path.some(({ id }) => {
        const presence = absent.get(id);
        return presence !== undefined && (presence.until === undefined || presence.until > now);
      }) === true,
    tick: (now) => {
      for (const { place, until } of [...absent.values()])
        if (until !== undefined && until <= now) write(place, null, 'system', now);
    },
  };
};
