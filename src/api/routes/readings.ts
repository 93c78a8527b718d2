import { z } from 'zod';
import { Value } from '../../model/reading.ts';
import { Moment } from '../../model/text.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

const dayMs = 24 * 3_600_000;

/** What a device measured. */
export const readingRoutes = (app: App, { duty, archive, options }: RouteParts): void => {
  app.get(
    '/api/v1/devices/:id/readings',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['devices'],
        summary:
          'Readings of one measurement in [from, to), the last day by default, in at most `points` points; `unit` is null for flags and texts',
        params: z.object({ id: z.string().max(64) }),
        querystring: z.object({
          measurement: z.string().min(1).max(64),
          from: z.coerce.number().pipe(Moment).optional(),
          to: z.coerce.number().pipe(Moment).optional(),
          points: z.coerce.number().int().min(1).max(5000).default(500),
        }),
        response: {
          200: z.object({
            unit: z.string().nullable(),
            points: z.array(
              z
                .union([z.tuple([Moment, Value]), z.tuple([Moment, z.number(), z.number(), z.number()])])
                .readonly(),
            ),
          }),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { measurement, points } = request.query;
      const device = duty.committed.device(id);
      if (device === null || !maySee(userOf(request), device.place))
        return refuse('not-found', `There is no device ${id}.`);
      const declared = duty.types.get(device.type)?.measurements[measurement];
      if (declared === undefined && device.latest[measurement] === undefined)
        return refuse('invalid', `A ${device.type} does not measure ${measurement}.`);
      const to = request.query.to ?? options.now() + 1;
      const from = request.query.from ?? Math.max(0, to - dayMs);
      if (from >= to) return refuse('bad-request', '`from` must lie before `to`.');
      return {
        unit: declared?.kind === 'number' ? declared.unit : null,
        points: [...(await archive.readings({ device: id, measurement, from, to, points }))],
      };
    },
  );
};
