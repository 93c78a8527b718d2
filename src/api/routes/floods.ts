import { z } from 'zod';
import { Flood } from '../../model/flood.ts';
import { userOf } from '../access.ts';
import { mayHearFlood } from '../hearing.ts';
import type { App, RouteParts } from '../parts.ts';

/** More alerts than a seat can read. */
export const floodRoutes = (app: App, { duty }: RouteParts): void => {
  app.get(
    '/api/v1/floods',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['alerts'],
        summary: 'Floods under way: ten alerts within 10 min for one set of rights, until fewer than five',
        response: { 200: z.object({ floods: z.array(Flood) }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      return { floods: duty.committed.floods().filter(({ places }) => mayHearFlood(user, places)) };
    },
  );
};
