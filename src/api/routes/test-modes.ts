import { z } from 'zod';
import { NewTestMode, TestMode } from '../../model/test-mode.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

/** Detectors under test: who said so, where, until when, and who is on site. */
export const testModeRoutes = (app: App, { duty, commits }: RouteParts): void => {
  const { committed } = duty;
  const knownPlace = (id: string) => committed.places().find((place) => place.id === id) ?? null;

  app.get(
    '/api/v1/test-modes',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['devices'],
        summary: 'The test modes that are running',
        response: { 200: z.object({ testModes: z.array(TestMode) }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      return {
        testModes: [...committed.testModes.values()].filter(
          ({ endedAt, place }) => endedAt === undefined && maySee(user, knownPlace(place)),
        ),
      };
    },
  );

  app.post(
    '/api/v1/test-modes',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['devices'],
        summary:
          'Put detectors of these types in all of a place under test, for 2 h at most. What they say is shown, marked, and calls nobody; a call for help is never covered: 422 not-testable',
        body: NewTestMode,
        response: { 201: TestMode },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const place = knownPlace(request.body.place);
      if (place !== null && !maySee(user, place))
        refuse('not-allowed', 'Your rights do not cover that place.');
      return reply.code(201).send(await commits.run(() => duty.startTestMode(user.id, request.body)));
    },
  );

  app.delete(
    '/api/v1/test-modes/:id',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['devices'],
        summary: 'End a test mode at once; what still holds then is real and rings',
        params: z.object({ id: z.string().max(64) }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { id } = request.params;
      const mode = committed.testModes.get(id);
      if (mode !== undefined && !maySee(user, knownPlace(mode.place)))
        refuse('not-found', `There is no test mode ${id}.`);
      await commits.run(() => duty.endTestMode(user.id, id));
      return reply.code(204).send();
    },
  );
};
