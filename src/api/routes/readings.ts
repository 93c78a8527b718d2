import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { ReadingPoint } from '../../gateway/ports.ts';
import { type Series, Value } from '../../model/reading.ts';
import { Moment } from '../../model/text.ts';
import { userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { createSeriesFinder, repeated, Span } from '../series.ts';

const mostSeries = 64;
const mostPoints = 100_000;

const Measured = {
  unit: z.string().nullable(),
  points: z.array(
    z.union([z.tuple([Moment, Value]), z.tuple([Moment, z.number(), z.number(), z.number()])]).readonly(),
  ),
};
const Points = z.coerce.number().int().min(1).max(5000).default(500);

const SeriesName = z.string().regex(/^[^:]{1,64}:[^:]{1,64}$/, 'must be <device>:<measurement>');

// Thousands of points are megabytes of JSON: each series is written by itself, so that presses pass in between.
async function* inPieces(
  measured: readonly (Series & { readonly points: readonly ReadingPoint[] })[],
): AsyncGenerator<string> {
  let before = '{"series":[';
  for (const series of measured) {
    yield `${before}${JSON.stringify(series)}`;
    before = ',';
    await nextTurn();
  }
  yield ']}';
}

/** What devices measured. */
export const readingRoutes = (app: App, { duty, archive, options }: RouteParts): void => {
  const finder = createSeriesFinder(duty, options.now);

  app.get(
    '/api/v1/devices/:id/readings',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['devices'],
        summary:
          'Readings of one measurement in [from, to), the last day by default, in at most `points` points; `unit` is null for flags and texts',
        params: z.object({ id: z.string().max(64) }),
        querystring: z.object({ measurement: z.string().min(1).max(64), ...Span, points: Points }),
        response: { 200: z.object(Measured) },
      },
    },
    async (request, reply) => {
      const { measurement, points } = request.query;
      const device = finder.device(userOf(request), request.params.id);
      const { unit } = finder.series(device, measurement);
      const span = finder.span(request.query);
      const measured = await archive.readings({ device: device.id, measurement, ...span, points });
      // As text: to check thousands of our own points against the schema would keep presses waiting.
      reply.type('application/json; charset=utf-8');
      return reply.send(JSON.stringify({ unit, points: measured }) as never);
    },
  );

  app.get(
    '/api/v1/readings',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['readings'],
        summary:
          'Readings of several devices and measurements at once, in the order in which they were asked for',
        description: `\`series\` is \`<device>:<measurement>\`, 1 to ${mostSeries} times. Each is answered like \`/devices/{id}/readings\`: in [from, to), the last day by default, in at most \`points\` points; ${mostPoints} points in all. One that is unknown, hidden or not measured refuses the whole question.`,
        querystring: z.object({ series: repeated(SeriesName, mostSeries), ...Span, points: Points }),
        response: {
          200: {
            description: 'The series',
            content: {
              'application/json': {
                schema: z.object({
                  series: z.array(z.object({ device: z.string(), measurement: z.string(), ...Measured })),
                }),
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { series: names, points } = request.query;
      const user = userOf(request);
      const wanted = names.map((name) => {
        const [id = '', measurement = ''] = name.split(':');
        return finder.series(finder.device(user, id), measurement);
      });
      const span = finder.span(request.query);
      if (wanted.length * points > mostPoints)
        return refuse('bad-request', `\`series\` times \`points\` must be ${mostPoints} at most.`);
      const measured: (Series & { readonly points: readonly ReadingPoint[] })[] = [];
      for (const series of wanted) {
        // One question after another: somebody else's is answered in between, and none for whom nobody waits.
        if (reply.raw.destroyed) break;
        const { device, measurement } = series;
        measured.push({
          ...series,
          points: await archive.readings({ device, measurement, ...span, points }),
        });
      }
      reply.type('application/json; charset=utf-8');
      return reply.send(Readable.from(inPieces(measured)) as never);
    },
  );
};
