import { z } from 'zod';
import { Figures, longestFiguresMs } from '../../model/figures.ts';
import { Id } from '../../model/text.ts';
import { mayActAs } from '../../model/user.ts';
import { userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { QueryMoment } from '../query-moment.ts';

const Query = z
  .object({
    from: QueryMoment,
    to: QueryMoment,
    place: Id.optional(),
  })
  .refine(({ from, to }) => from < to, { message: 'must lie after `from`', path: ['to'] })
  .refine(({ from, to }) => to - from <= longestFiguresMs, {
    message: 'is more than 366 days',
    path: ['to'],
  });

/** How the duty room does. */
export const figureRoutes = (app: App, { duty, archive, options }: RouteParts): void => {
  app.get(
    '/api/v1/figures',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['figures'],
        summary:
          'Figures of [from, to), 366 days at most, of what whoever asks may see: answer times against their targets, load, floods, stale alerts, priorities, how alerts ended, by day and hour of the street. `holders` names everybody to supervisors, and others only themselves',
        querystring: Query,
        response: { 200: Figures },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { from, to, place } = request.query;
      if (
        place !== undefined &&
        !duty.committed
          .places()
          .some(({ id, path }) => id === place || path.some((step) => step.id === place))
      )
        refuse('unknown-place', `There is no place ${place}.`);
      const figures = await archive.figures({
        from,
        to,
        now: options.now(),
        place,
        places: user.places,
        timeZone: options.timeZone,
      });
      return mayActAs(user.role, 'supervisor')
        ? figures
        : { ...figures, holders: figures.holders.filter((holder) => holder.user === user.id) };
    },
  );
};
