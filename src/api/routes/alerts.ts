import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { explain } from '../../gateway/explain.ts';
import { staleAfterMs } from '../../gateway/figures.ts';
import type { AlertQuery } from '../../gateway/ports.ts';
import { Alert, alertStates, priorities } from '../../model/alert.ts';
import { TimelineEntry } from '../../model/change.ts';
import { type AlertOperation, type AlertVerb, alertOperations } from '../../model/operation.ts';
import { liesWithin } from '../../model/place.ts';
import { Id, Moment, Text } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { Refused, refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { streetClock } from '../street-clock.ts';

const Query = z.object({
  open: z
    .enum(['true', 'false'])
    .transform((open) => open === 'true')
    .optional(),
  priority: z.enum(priorities).optional(),
  state: z.enum(alertStates).optional(),
  stale: z
    .enum(['true', 'false'])
    .transform((stale) => stale === 'true')
    .optional(),
  place: Id.optional(),
  device: z.string().max(64).optional(),
  from: z.coerce.number().pipe(Moment).optional(),
  to: z.coerce.number().pipe(Moment).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  after: z.string().max(64).optional(),
});
type Query = z.infer<typeof Query>;

const pageOfDefault = 100;
// What is read at a time to fill a page of what a user with limited rights may see.
const scanned = 500;

const isStale = ({ active, count, raisedAt, lastAt }: Alert, now: number): boolean =>
  active && (count === 1 ? raisedAt : lastAt) < now - staleAfterMs;

const fits = (
  alert: Alert,
  { priority, place, device, from, to, after, state, stale }: Query,
  now: number,
): boolean =>
  (state === undefined || alert.state === state) &&
  (stale === undefined || isStale(alert, now) === stale) &&
  (after === undefined || alert.id < after) &&
  (priority === undefined || alert.priority === priority) &&
  (place === undefined || (alert.place !== null && liesWithin(alert.place, place))) &&
  (device === undefined || alert.device === device || alert.devices.includes(device)) &&
  (from === undefined || alert.raisedAt >= from) &&
  (to === undefined || alert.raisedAt < to);

// Ids sort by time.
const newestFirst = (a: Alert, b: Alert): number => (a.id < b.id ? 1 : -1);

const summaries: Readonly<Record<AlertVerb, string>> = {
  take: '接警: claim and acknowledge in one step; the first wins, the next gets 409 already-claimed',
  acknowledge: 'Acknowledge: somebody knows',
  claim: 'Claim: somebody sees to it',
  release: 'Give a claim back',
  'hand-over': 'Give a claim to somebody else',
  reset: 'Reset a latched alert',
  shelve:
    'Set aside until a time within 8 h, with the reason as `note`; it comes back unacknowledged if it still holds. 409 not-shelvable for people, smoke, CO and critical gas',
  unshelve: 'Take off the shelf before its time',
  comment: 'Write a note',
  dispatch: 'Somebody was sent',
  close: 'Close with a disposition; 409 still-active while the condition holds',
};

/** The alerts and what an operator does with them. */
export const alertRoutes = (app: App, { duty, archive, commits, options }: RouteParts): void => {
  const { committed } = duty;
  const sayTime = streetClock(options.timeZone);

  const openAlerts = (user: User, query: Query): { alerts: Alert[]; next?: string } => {
    const found = [...committed.alerts.values()]
      .filter((alert) => maySee(user, alert.place) && fits(alert, query, options.now()))
      .sort(newestFirst);
    // All of them unless a page is asked for: nothing that is open is to be missed for not knowing of `next`.
    const alerts = found.slice(0, query.limit);
    const last = alerts.at(-1);
    return last === undefined || alerts.length === found.length ? { alerts } : { alerts, next: last.id };
  };

  const storedAlerts = async (user: User, query: Query): Promise<{ alerts: Alert[]; next?: string }> => {
    const limit = query.limit ?? pageOfDefault;
    const pageSize = user.places.length === 0 ? limit + 1 : scanned;
    const found: Alert[] = [];
    let after = query.after;
    for (;;) {
      const asked: AlertQuery = { ...query, after, limit: pageSize };
      const page = await archive.alerts(asked);
      for (const alert of page) if (maySee(user, alert.place)) found.push(alert);
      after = page.at(-1)?.id;
      if (found.length > limit || page.length < pageSize) break;
    }
    const alerts = found.slice(0, limit);
    const last = alerts.at(-1);
    return found.length > limit && last !== undefined ? { alerts, next: last.id } : { alerts };
  };

  const find = async (id: string): Promise<Alert | null> =>
    committed.alerts.get(id) ?? (await archive.alert(id));

  /** The alert, where it exists and the user may see it. */
  const visible = async (user: User, id: string): Promise<Alert> => {
    let alert = await find(id);
    if (alert === null) {
      // It may ring already and not be stored yet.
      await commits.settled();
      alert = await find(id);
    }
    return alert !== null && maySee(user, alert.place)
      ? alert
      : refuse('not-found', `There is no alert ${id}.`);
  };

  /** An alert must not be given to somebody from whom its place is hidden. */
  const refuseBlindHeir = async (to: string, id: string): Promise<void> => {
    const heir = committed.users.get(to);
    if (heir === undefined || heir.places.length === 0) return;
    const alert = await find(id);
    if (alert !== null && !maySee(heir, alert.place))
      refuse('unknown-user', `The rights of ${to} do not cover this alert.`);
  };

  const perform = async (user: User, operation: AlertOperation): Promise<Alert> => {
    const id = operation.alert;
    if (user.places.length > 0 && duty.storeHealth().ok) await visible(user, id);
    if (operation.verb === 'hand-over') await refuseBlindHeir(operation.to, id);
    try {
      const alert = await commits.run(() => duty.perform(user.id, operation));
      // Decided before its raising was committed, the alert does not know when that was.
      return alert.committedAt === 0 ? (committed.alerts.get(id) ?? alert) : alert;
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== 'not-found') throw error;
      const closed = await archive.alert(id);
      if (closed === null) throw error;
      return refuse('already-closed', `Alert ${id} is closed.`, {
        closedAt: closed.closedAt,
        disposition: closed.disposition,
      });
    }
  };

  app.get(
    '/api/v1/alerts',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['alerts'],
        summary:
          'Alerts, newest first; `next` is the `after` of the next page. `state` and `stale` (active for more than 24 h) ask for open ones, except the state `closed`',
        querystring: Query,
        response: { 200: z.object({ alerts: z.array(Alert), next: z.string().optional() }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { open, state, stale } = request.query;
      if (state === 'closed') return storedAlerts(user, { ...request.query, open: false });
      return open === true || state !== undefined || stale !== undefined
        ? openAlerts(user, request.query)
        : storedAlerts(user, request.query);
    },
  );

  const params = z.object({ id: z.string().max(64) });

  app.get(
    '/api/v1/alerts/:id',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['alerts'],
        summary:
          'An alert with its timeline, the readings that raised it, and in a sentence why it is there and why in its state',
        params,
        response: { 200: Alert.extend({ timeline: z.array(TimelineEntry), explanation: Text }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const alert = await find(id);
      if (alert === null || !maySee(userOf(request), alert.place))
        return refuse('not-found', `There is no alert ${id}.`);
      const now = options.now();
      return {
        ...alert,
        timeline: [...(await archive.timeline(id))],
        explanation: explain(
          alert,
          duty.types,
          now,
          (at) => sayTime(at, now),
          (id) => committed.users.get(id)?.name ?? id,
        ),
      };
    },
  );

  const refuseWithoutDisposition = (request: FastifyRequest): void => {
    const { body } = request;
    if (typeof body === 'object' && body !== null && !('disposition' in body))
      refuse('needs-disposition', 'Closing an alert takes a disposition.');
  };

  for (const verb of Object.keys(alertOperations) as AlertVerb[]) {
    app.post(
      `/api/v1/alerts/:id/${verb}`,
      {
        config: { role: 'operator' },
        preValidation: async (request) => {
          if (verb === 'close') refuseWithoutDisposition(request);
        },
        schema: {
          tags: ['alerts'],
          summary: summaries[verb],
          params,
          body: alertOperations[verb] as z.ZodType<object>,
          response: { 200: Alert },
        },
      },
      async (request) =>
        // The schema of this very verb has read the body.
        perform(userOf(request), { verb, alert: request.params.id, ...request.body } as AlertOperation),
    );
  }
};
