import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { explain } from '../../gateway/explain.ts';
import { Alert } from '../../model/alert.ts';
import { TimelineEntry } from '../../model/change.ts';
import { type AlertOperation, type AlertVerb, alertOperations } from '../../model/operation.ts';
import { Text } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, signedInOf, userOf } from '../access.ts';
import { AlertFilter, createAlertFinder } from '../alert-finder.ts';
import { Refused, refuse } from '../errors.ts';
import { mayReadNotes } from '../hearing.ts';
import type { App, RouteParts } from '../parts.ts';
import type { SignedIn } from '../sessions.ts';
import { streetClock } from '../street-clock.ts';

const summaries: Readonly<Record<AlertVerb, string>> = {
  take: '接警: claim, acknowledge and, where a call of it rings, answer in one step; the first wins, the next gets 409 already-claimed',
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
  arrived: 'Somebody who was sent is on site',
  'family-informed': 'The family knows',
  close:
    'Close with a disposition; 409 still-active while the condition holds. How the person who called for help was reached is said in `reached`; 409 nobody-reached without it where a call with them came to nothing, nobody arrived and the disposition says that nothing was wrong',
};

/** The alerts and what an operator does with them. */
export const alertRoutes = (app: App, { duty, archive, commits, consoles, options }: RouteParts): void => {
  const { committed } = duty;
  const sayTime = streetClock(options.timeZone);

  const finder = createAlertFinder(duty.committed, archive, options.now);

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

  const perform = async (signedIn: SignedIn, wanted: AlertOperation): Promise<Alert> => {
    const { user } = signedIn;
    const { console: named, ...operation } = 'console' in wanted ? wanted : { ...wanted, console: undefined };
    const id = operation.alert;
    if (user.places.length > 0 && duty.storeHealth().ok) await visible(user, id);
    if (operation.verb === 'hand-over') await refuseBlindHeir(operation.to, id);
    try {
      const alert = await commits.run(() => duty.perform(user.id, operation, consoles.of(signedIn, named)));
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
        querystring: AlertFilter,
        response: { 200: z.object({ alerts: z.array(Alert), next: z.string().optional() }) },
      },
    },
    async (request) => {
      return finder.page(userOf(request), request.query);
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
          'An alert with its timeline, the readings that raised it, and in a sentence why it is there and why in its state; the notes in the timeline are for operators',
        params,
        response: { 200: Alert.extend({ timeline: z.array(TimelineEntry), explanation: Text }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const user = userOf(request);
      const alert = await find(id);
      if (alert === null || !maySee(user, alert.place))
        return refuse('not-found', `There is no alert ${id}.`);
      const now = options.now();
      const timeline = await archive.timeline(id);
      return {
        ...alert,
        timeline: mayReadNotes(user) ? [...timeline] : timeline.map(({ note: _note, ...entry }) => entry),
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
        perform(signedInOf(request), { verb, alert: request.params.id, ...request.body } as AlertOperation),
    );
  }
};
