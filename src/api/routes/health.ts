import { z } from 'zod';
import type { App, RouteParts } from '../parts.ts';

/** Alive, ready, and the figures for Prometheus. */
export const healthRoutes = (app: App, { ready, metrics }: RouteParts): void => {
  app.get(
    '/healthz',
    {
      config: { role: 'anyone' },
      schema: { tags: ['health'], summary: 'Alive', response: { 200: z.object({ ok: z.literal(true) }) } },
    },
    async () => ({ ok: true as const }),
  );

  app.get(
    '/readyz',
    {
      config: { role: 'anyone' },
      schema: {
        tags: ['health'],
        summary: 'Able to take readings and to commit them',
        response: {
          200: z.object({ ok: z.literal(true) }),
          503: z.object({ ok: z.literal(false), problems: z.array(z.string()) }),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      const { ok, problems } = ready();
      return ok
        ? reply.code(200).send({ ok: true })
        : reply.code(503).send({ ok: false, problems: [...problems] });
    },
  );

  app.get(
    '/metrics',
    {
      config: { role: 'anyone' },
      schema: {
        tags: ['health'],
        summary: 'Figures for Prometheus',
        response: {
          200: { description: 'Prometheus text', content: { 'text/plain': { schema: z.string() } } },
        },
      },
    },
    async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
};
