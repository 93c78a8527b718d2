import type { Result } from '../model/fault.ts';
import type { Household } from '../model/household.ts';
import type { Ledger } from './ledger.ts';
import type { PresenceBook } from './presence-book.ts';

/** The cards of the homes: who lives there, and what whoever speaks with them must know. What stands on one is in no record: that says who changed it, and when. */
export type HouseholdBook = {
  /** `unknown-place` where it is no known home. */
  readonly put: (user: string, household: Household, now: number) => Result<Household>;
  /** The card, and who is at home there; `not-found` where nothing was kept of either. */
  readonly erase: (user: string, place: string, now: number) => Result<null>;
};

/** Makes the book; `knows` says whether it is a home of the street, `has` whether anything is kept of it. */
export const createHouseholdBook = (parts: {
  readonly ledger: Ledger;
  readonly presences: Pick<PresenceBook, 'erase'>;
  readonly knows: (place: string) => boolean;
  readonly has: (place: string) => boolean;
}): HouseholdBook => {
  const { ledger } = parts;
  const write = (
    event: 'changed' | 'erased',
    place: string,
    body: Household | null,
    user: string,
    at: number,
  ): void => {
    const by = `user:${user}`;
    const seq = ledger.enter(at, by, `household.${event}`, `household:${place}`, null, {});
    ledger.tell({ seq, at, what: 'household', event, by, data: { place } });
    ledger.put('household', place, body);
  };
  return {
    put: (user, household, now) => {
      const { place } = household;
      if (!parts.knows(place))
        return { ok: false, refusal: { code: 'unknown-place', message: `no household ${place} is known` } };
      write('changed', place, household, user, now);
      return { ok: true, value: household };
    },
    erase: (user, place, now) => {
      if (!parts.has(place))
        return { ok: false, refusal: { code: 'not-found', message: `no card of ${place}` } };
      write('erased', place, null, user, now);
      parts.presences.erase(place, now);
      return { ok: true, value: null };
    },
  };
};
