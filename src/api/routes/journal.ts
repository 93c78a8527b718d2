import { z } from 'zod';
import { ChainedEntry } from '../../model/journal.ts';
import { userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

/** The record. */
export const journalRoutes = (app: App, { archive }: RouteParts): void => {
  app.get(
    '/api/v1/journal',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['journal'],
        summary:
          'The record after a number, oldest first; each entry is chained to the one before it; for those with rights to the whole street',
        querystring: z.object({
          after: z.coerce.number().int().nonnegative().default(0),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: z.object({ entries: z.array(ChainedEntry) }) },
      },
    },
    async (request) => {
      // A chain with links left out could not be verified.
      if (userOf(request).places.length > 0)
        refuse('not-allowed', 'The record is of the whole street; it takes rights to all of it.');
      return { entries: [...(await archive.journal(request.query.after, request.query.limit))] };
    },
  );
};
