import { z } from 'zod';
import { Call } from '../../model/call.ts';
import { refuse } from '../errors.ts';
import type { App } from '../parts.ts';

/** Voice calls: this gateway makes none, so there are none to list. */
export const callRoutes = (app: App): void => {
  app.get(
    '/api/v1/calls',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['calls'],
        summary: 'Voice calls',
        response: { 200: z.object({ calls: z.array(Call) }) },
      },
    },
    async () => ({ calls: [] }),
  );

  const verbs = ['/answer', '/hang-up', '/hand-over'].map((verb) => `/api/v1/calls/:id${verb}`);
  for (const url of ['/api/v1/calls', ...verbs]) {
    app.post(
      url,
      {
        config: { role: 'operator' },
        schema: { tags: ['calls'], summary: 'Voice is not part of this gateway: 501' },
      },
      async () => refuse('not-implemented', 'This gateway has no voice calls.'),
    );
  }
};
