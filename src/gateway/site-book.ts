import type { Result } from '../model/fault.ts';
import type { NewSite, Site } from '../model/site.ts';
import type { Ledger } from './ledger.ts';

/** Where the places of the street stand on the ground. Nothing of it decides anything: it is for the map alone. */
export type SiteBook = {
  /** `unknown-place` where no device stands in any such place. */
  readonly put: (user: string, place: string, site: NewSite, now: number) => Result<Site>;
  readonly remove: (user: string, place: string, now: number) => Result<null>;
};

/** Makes the book; `known` says whether it is a place of the street, `has` whether it stands on the map. */
export const createSiteBook = (parts: {
  readonly ledger: Ledger;
  readonly known: (place: string) => boolean;
  readonly has: (place: string) => boolean;
}): SiteBook => {
  const { ledger } = parts;
  const tell = (now: number, user: string, event: string, place: string): void => {
    const seq = ledger.enter(now, `user:${user}`, `site.${event}`, `place:${place}`, null, {});
    ledger.tell({ seq, at: now, what: 'system', event: 'sites-changed', by: user, data: { place } });
  };
  return {
    put: (user, place, site, now) => {
      if (!parts.known(place))
        return { ok: false, refusal: { code: 'unknown-place', message: `no device stands in ${place}` } };
      const body: Site = { ...site, place, since: now, by: user };
      ledger.put('site', place, body);
      tell(now, user, 'put', place);
      return { ok: true, value: body };
    },
    remove: (user, place, now) => {
      if (!parts.has(place))
        return { ok: false, refusal: { code: 'not-found', message: `${place} is not on the map` } };
      ledger.put('site', place, null);
      tell(now, user, 'removed', place);
      return { ok: true, value: null };
    },
  };
};
