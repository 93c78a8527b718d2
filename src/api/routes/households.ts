import { z } from 'zod';
import { Household, NewHousehold, NewPresence, Presence } from '../../model/household.ts';
import { Id } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

/** The cards of the homes: personal data, for those who answer, and for no wall. */
export const householdRoutes = (app: App, { duty, commits }: RouteParts): void => {
  const { committed } = duty;
  const params = z.object({ place: Id });

  const refuseOutsideRights = (user: User, id: string): void => {
    if (user.places.length === 0) return;
    const place = committed.places().find((known) => known.id === id);
    if (place === undefined || !maySee(user, place)) refuse('not-found', `There is no household ${id}.`);
  };

  app.get(
    '/api/v1/households/:place',
    {
      config: { role: 'operator' },
      schema: { tags: ['households'], summary: "A home's card", params, response: { 200: Household } },
    },
    async (request, reply) => {
      const { place } = request.params;
      refuseOutsideRights(userOf(request), place);
      reply.header('cache-control', 'no-store');
      return committed.households.get(place) ?? refuse('not-found', `There is no household ${place}.`);
    },
  );

  app.put(
    '/api/v1/households/:place',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['households'],
        summary: "Write a home's card, the whole of it: what is left out is empty from then on",
        params,
        body: NewHousehold,
        response: { 200: Household },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { place } = request.params;
      const card = request.body;
      if (card.place !== undefined && card.place !== place)
        refuse('invalid', 'The card names another place than the path.');
      refuseOutsideRights(user, place);
      return commits.run(() => duty.putHousehold(user.id, Household.parse({ ...card, place })));
    },
  );

  app.get(
    '/api/v1/households/:place/presence',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['households'],
        summary: 'Whether somebody is at home; without an entry somebody is',
        params,
        response: { 200: Presence.partial({ since: true, by: true }) },
      },
    },
    async (request, reply) => {
      const { place } = request.params;
      const known = committed.places().some(({ id }) => id === place);
      if (!known) refuse('not-found', `There is no household ${place}.`);
      refuseOutsideRights(userOf(request), place);
      reply.header('cache-control', 'no-store');
      return committed.presences.get(place) ?? { place, state: 'home' as const };
    },
  );

  app.put(
    '/api/v1/households/:place/presence',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['households'],
        summary:
          'Say whether somebody is at home, also for a home without a card. It ends by itself at `until`, which is required for away and hospital and lies within 90 days; it never mutes a call for help',
        params,
        body: NewPresence,
        response: { 200: Presence },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { place } = request.params;
      refuseOutsideRights(user, place);
      return commits.run(() => duty.putPresence(user.id, place, request.body));
    },
  );

  app.delete(
    '/api/v1/households/:place',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['households'],
        summary: 'Erase all that is known of the people of a home',
        params,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { place } = request.params;
      refuseOutsideRights(user, place);
      await commits.run(() => duty.eraseHousehold(user.id, place));
      return reply.code(204).send();
    },
  );
};
