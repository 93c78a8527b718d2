import { z } from 'zod';
import { alertKinds, priorities } from '../../model/alert.ts';
import { Text } from '../../model/text.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

const Params = z.record(z.string(), z.unknown()).readonly();

const RuleAnswer = z.object({
  id: z.string(),
  version: z.string(),
  kind: z.string(),
  types: z.array(z.string()).readonly(),
  levels: z
    .array(
      z.object({
        params: Params,
        priority: z.enum(priorities),
        latching: z.boolean(),
        onDelayMs: z.number(),
        offDelayMs: z.number(),
        title: Text.nullable(),
      }),
    )
    .readonly(),
  reAlarmAfterMs: z.number().nullable(),
  alert: z.object({ kind: z.enum(alertKinds), test: z.boolean(), title: Text }),
  shelvable: z.boolean(),
  hours: z
    .object({
      days: z.array(z.number()).readonly(),
      from: z.number(),
      to: z.number(),
      inside: z.boolean(),
    })
    .nullable(),
  limits: z
    .array(
      z.object({
        where: z.union([z.object({ device: z.string() }), z.object({ place: z.string() })]),
        off: z.boolean(),
        params: z.array(Params).readonly(),
      }),
    )
    .readonly(),
  explains: z.array(z.string()).readonly(),
  groups: z.boolean(),
});

/** The rulebook that is in force. */
export const ruleRoutes = (app: App, { duty }: RouteParts): void => {
  app.get(
    '/api/v1/rules',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary: 'Rules in force',
        response: { 200: z.object({ rules: z.array(RuleAnswer) }) },
      },
    },
    async () => ({ rules: [...duty.rules()] }),
  );

  for (const verb of ['check', 'try'] as const) {
    app.post(
      `/api/v1/rules/${verb}`,
      {
        config: { role: 'admin' },
        schema: { tags: ['rules'], summary: 'Drafts are not part of this gateway: 501' },
      },
      async () => refuse('not-implemented', 'This gateway takes its rules from its files only.'),
    );
  }
};
