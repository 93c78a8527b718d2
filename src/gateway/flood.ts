import type { Alert } from '../model/alert.ts';
import type { Flood } from '../model/flood.ts';
import { covers } from '../model/place.ts';
import type { Ledger } from './ledger.ts';

/** As many alerts within so long are more than one seat can read (after ISA-18.2); below `endsBelow` it is over. */
const floodOf = 10;
const withinMs = 600_000;
const endsBelow = 5;

/** The fact row under which floods are kept. */
export const floodFact = 'floods';

/** What is kept of one set of rights: the newest raise times, and the flood where there is one. */
type Scope = {
  readonly places: readonly string[];
  readonly times: readonly number[];
  readonly flood: { readonly since: number; readonly alerts: number } | null;
};

/** The watch for floods, seat by seat: whoever has the same rights has the same flood. */
export type FloodWatch = {
  /** A new alert was raised. */
  readonly note: (alert: Alert, now: number) => void;
  readonly tick: (now: number) => void;
  /** The wall clock was set by so many ms. */
  readonly shift: (byMs: number) => void;
};

const scopesIn = (stored: number | string | undefined): readonly Scope[] =>
  typeof stored === 'string' ? (JSON.parse(stored) as Scope[]) : [];

/** The floods that a stored fact row tells of. */
export const floodsIn = (stored: number | string | undefined): readonly Flood[] =>
  scopesIn(stored).flatMap(({ places, flood }) => (flood ? [{ places: [...places], ...flood }] : []));

/** The floods among calling alerts raised at these moments (in order) as one seat would have had them, until `end`. */
export const floodsAmong = (
  raisedAt: readonly number[],
  end: number,
): readonly { readonly from: number; readonly to: number }[] => {
  const floods: { from: number; to: number }[] = [];
  let since: number | null = null;
  for (const [index, at] of raisedAt.entries()) {
    // It was over when the fifth newest had left the span, unless another came first.
    const overAt = (raisedAt[index - endsBelow] ?? Number.NEGATIVE_INFINITY) + withinMs;
    if (since !== null && overAt <= at) {
      floods.push({ from: since, to: overAt });
      since = null;
    }
    const tenth = raisedAt[index - floodOf + 1];
    if (since === null && tenth !== undefined && at - tenth <= withinMs) since = at;
  }
  if (since !== null) {
    const overAt = (raisedAt.at(-endsBelow) ?? since) + withinMs;
    floods.push({ from: since, to: Math.min(end, Math.max(since, overAt)) });
  }
  return floods;
};

const keyOf = (places: readonly string[]): string => places.join(' ');

/** What nobody is called for is no part of a flood. */
const calls = ({ test, state }: Alert): boolean =>
  !test && state !== 'suppressed' && state !== 'out-of-service';

/** Makes the watch. `rights` are the distinct places of the users, each sorted. */
export const createFloodWatch = (parts: {
  readonly stored: number | string | undefined;
  readonly ledger: Ledger;
  readonly rights: () => readonly (readonly string[])[];
}): FloodWatch => {
  const { ledger, rights } = parts;
  const scopes = new Map<string, Scope>(scopesIn(parts.stored).map((scope) => [keyOf(scope.places), scope]));

  let unsaved = false;
  const save = (): void => {
    unsaved = false;
    ledger.put('fact', floodFact, JSON.stringify([...scopes.values()]));
  };

  const tell = (event: 'began' | 'ended', { places }: Scope, alerts: number, at: number): void => {
    const data = { places: [...places], alerts };
    const seq = ledger.enter(at, 'system', `flood.${event}`, `flood:${keyOf(places)}`, null, data);
    ledger.tell({ seq, at, what: 'system', event: `flood-${event}`, by: 'system', data });
  };

  return {
    note: (alert, now) => {
      if (!calls(alert)) return;
      for (const places of rights()) {
        if (!covers(places, alert.place)) continue;
        const { times, flood } = scopes.get(keyOf(places)) ?? { times: [], flood: null };
        const newest = [...times, now].slice(-floodOf);
        const begins = flood === null && newest.length === floodOf && now - (newest[0] ?? 0) <= withinMs;
        const after: Scope = {
          places,
          times: newest,
          flood: flood
            ? { ...flood, alerts: flood.alerts + 1 }
            : begins
              ? { since: now, alerts: floodOf }
              : null,
        };
        scopes.set(keyOf(places), after);
        unsaved = true;
        if (!begins) continue;
        tell('began', after, floodOf, now);
        save();
      }
    },
    tick: (now) => {
      if (!unsaved && ![...scopes.values()].some(({ flood }) => flood !== null)) return;
      const known = new Set(rights().map(keyOf));
      for (const [key, scope] of scopes) {
        const lately = scope.times.filter((at) => at > now - withinMs).length;
        const over = scope.flood !== null && (lately < endsBelow || !known.has(key));
        if (over) {
          tell('ended', scope, scope.flood?.alerts ?? lately, now);
          scopes.set(key, { ...scope, flood: null });
          unsaved = true;
        }
        // Nobody has these rights any more.
        if (!known.has(key)) unsaved = scopes.delete(key);
      }
      if (unsaved) save();
    },
    shift: (byMs) => {
      if (scopes.size === 0) return;
      for (const [key, { places, times, flood }] of scopes)
        scopes.set(key, {
          places,
          times: times.map((at) => at + byMs),
          flood: flood && { ...flood, since: flood.since + byMs },
        });
      save();
    },
  };
};
