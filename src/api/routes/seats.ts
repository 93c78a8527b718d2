import { z } from 'zod';
import { Seat } from '../../model/seat.ts';
import type { App, RouteParts } from '../parts.ts';

/** Who is on line. */
export const seatRoutes = (app: App, { seats }: RouteParts): void => {
  app.get(
    '/api/v1/seats',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['shifts'],
        summary:
          'Everybody who may answer and is on line now, with the pages that are open: whether each can be seen, and heard',
        response: { 200: z.object({ seats: z.array(Seat) }) },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      return { seats: [...seats.list()] };
    },
  );
};
