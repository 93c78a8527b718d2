import { z } from 'zod';
import type { Committed } from '../gateway/doors.ts';
import { staleAfterMs } from '../gateway/figures.ts';
import type { Archive } from '../gateway/ports.ts';
import { type Alert, alertKinds, alertStates, priorities } from '../model/alert.ts';
import { liesWithin } from '../model/place.ts';
import { Id } from '../model/text.ts';
import type { User } from '../model/user.ts';
import { maySee } from './access.ts';
import { QueryMoment } from './query-moment.ts';

/** Which alerts are asked for: `state` and `stale` (active for more than 24 h) mean open ones, except the state `closed`. */
export const AlertFilter = z.object({
  open: z
    .enum(['true', 'false'])
    .transform((open) => open === 'true')
    .optional(),
  priority: z.enum(priorities).optional(),
  kind: z.enum(alertKinds).optional(),
  state: z.enum(alertStates).optional(),
  stale: z
    .enum(['true', 'false'])
    .transform((stale) => stale === 'true')
    .optional(),
  place: Id.optional(),
  device: z.string().max(64).optional(),
  from: QueryMoment.optional(),
  to: QueryMoment.optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  after: z.string().max(64).optional(),
});
export type AlertFilter = Readonly<z.infer<typeof AlertFilter>>;

const pageOfDefault = 100;
// Active for longer than this, it stands on the board like furniture.

// What is read at a time where only some of it is wanted: by kind, or by a user with limited rights.
const scanned = 500;

const isStale = ({ active, count, raisedAt, lastAt }: Alert, now: number): boolean =>
  active && (count === 1 ? raisedAt : lastAt) < now - staleAfterMs;

const fits = (
  alert: Alert,
  { priority, kind, place, device, from, to, after, state, stale }: AlertFilter,
  now: number,
): boolean =>
  (state === undefined || alert.state === state) &&
  (stale === undefined || isStale(alert, now) === stale) &&
  (after === undefined || alert.id < after) &&
  (priority === undefined || alert.priority === priority) &&
  (kind === undefined || alert.kind === kind) &&
  (place === undefined || (alert.place !== null && liesWithin(alert.place, place))) &&
  (device === undefined || alert.device === device || alert.devices.includes(device)) &&
  (from === undefined || alert.raisedAt >= from) &&
  (to === undefined || alert.raisedAt < to);

// Ids sort by time.
const newestFirst = (a: Alert, b: Alert): number => (a.id < b.id ? 1 : -1);

/** Some alerts, newest first; `next` is the `after` of the next page. */
export type AlertPage = { readonly alerts: Alert[]; readonly next?: string };

/** Finds alerts among what is committed, for those who may see them. */
export type AlertFinder = {
  /** A page of them: of those that are open all, unless a `limit` is given; else 100. */
  readonly page: (user: User, filter: AlertFilter) => Promise<AlertPage>;
  /** The next ones of a long list as they are read, perhaps none, and where it goes on; null = that was all. */
  readonly next: (
    user: User,
    filter: AlertFilter,
    limit: number,
  ) => Promise<{ readonly alerts: readonly Alert[]; readonly after: string | null }>;
};

/** Makes the finder. */
export const createAlertFinder = (
  committed: Pick<Committed, 'alerts'>,
  archive: Pick<Archive, 'alerts'>,
  now: () => number,
): AlertFinder => {
  /** All that is wanted is open, and so in memory. */
  const isOfOpen = ({ open, state, stale }: AlertFilter): boolean =>
    state !== 'closed' && (open === true || state !== undefined || stale !== undefined);

  const openAlerts = (user: User, filter: AlertFilter): AlertPage => {
    const found = [...committed.alerts.values()]
      .filter((alert) => maySee(user, alert.place) && fits(alert, filter, now()))
      .sort(newestFirst);
    // All of them unless a page is asked for: nothing that is open is to be missed for not knowing of `next`.
    const alerts = found.slice(0, filter.limit);
    const last = alerts.at(-1);
    return last === undefined || alerts.length === found.length ? { alerts } : { alerts, next: last.id };
  };

  const read = (filter: AlertFilter, after: string | undefined, limit: number) =>
    archive.alerts({ ...filter, ...(filter.state === 'closed' ? { open: false } : {}), after, limit });

  const isWanted = (user: User, { kind }: AlertFilter, alert: Alert): boolean =>
    maySee(user, alert.place) && (kind === undefined || alert.kind === kind);

  const storedAlerts = async (user: User, filter: AlertFilter): Promise<AlertPage> => {
    const limit = filter.limit ?? pageOfDefault;
    const pageSize = user.places.length === 0 && filter.kind === undefined ? limit + 1 : scanned;
    const found: Alert[] = [];
    let after = filter.after;
    for (;;) {
      const page = await read(filter, after, pageSize);
      for (const alert of page) if (isWanted(user, filter, alert)) found.push(alert);
      after = page.at(-1)?.id;
      if (found.length > limit || page.length < pageSize) break;
    }
    const alerts = found.slice(0, limit);
    const last = alerts.at(-1);
    return found.length > limit && last !== undefined ? { alerts, next: last.id } : { alerts };
  };

  return {
    page: async (user, filter) => (isOfOpen(filter) ? openAlerts(user, filter) : storedAlerts(user, filter)),
    next: async (user, filter, limit) => {
      if (isOfOpen(filter)) {
        const { alerts, next } = openAlerts(user, { ...filter, limit });
        return { alerts, after: next ?? null };
      }
      const page = await read(filter, filter.after, limit);
      return {
        alerts: page.filter((alert) => isWanted(user, filter, alert)),
        after: page.length < limit ? null : (page.at(-1)?.id ?? null),
      };
    },
  };
};
