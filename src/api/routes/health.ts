import { z } from 'zod';
import type { App, RouteParts } from '../parts.ts';

/** Alive, ready, and the figures for Prometheus. */
export const healthRoutes = (app: App, { ready, metrics, recording }: RouteParts): void => {
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
        summary: 'Able to take readings and to commit them; `warnings` must be seen to and stop nothing',
        response: {
          200: z.object({ ok: z.literal(true), warnings: z.array(z.string()) }),
          503: z.object({
            ok: z.literal(false),
            problems: z.array(z.string()),
            warnings: z.array(z.string()),
          }),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      const { ok, problems, warnings: listed } = ready();
      const warnings = [...listed];
      return ok
        ? reply.code(200).send({ ok: true, warnings })
        : reply.code(503).send({ ok: false, problems: [...problems], warnings });
    },
  );

  app.get(
    '/api/v1/health',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['health'],
        summary: 'What /readyz says, for somebody at a desk, and whether calls are recorded',
        response: {
          200: z.object({
            ok: z.boolean(),
            problems: z.array(z.string()),
            warnings: z.array(z.string()),
            recording: z.boolean(),
          }),
        },
      },
    },
    async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      const { ok, problems, warnings } = ready();
      return {
        ok,
        problems: [...problems],
        warnings: [...warnings],
        recording: recording?.() ?? false,
      };
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
