import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { Alert } from '../model/alert.ts';
import { Call } from '../model/call.ts';
import { TimelineEntry } from '../model/change.ts';
import { Device } from '../model/device.ts';
import { ErrorBody } from '../model/fault.ts';
import { Household } from '../model/household.ts';
import { ChainedEntry } from '../model/journal.ts';
import { Place } from '../model/place.ts';
import { Quarantined } from '../model/quarantine.ts';
import { User } from '../model/user.ts';
import { sessionCookie } from './access.ts';
import type { App } from './parts.ts';

const named = {
  Alert,
  Call,
  ChainedEntry,
  Device,
  ErrorBody,
  Household,
  Place,
  Quarantined,
  TimelineEntry,
  User,
};

/** Describes every route from the schemas that it runs on; to be called before any route is added. */
export const describeRoutes = async (app: App, version: string): Promise<void> => {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const transform = createJsonSchemaTransform({ schemaRegistry: registry });

  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/v1') || route.schema?.hide === true) return;
    const { response } = route.schema ?? {};
    route.schema = {
      ...route.schema,
      response: {
        ...(response as object | undefined),
        default: { description: 'A refusal', content: { 'application/json': { schema: ErrorBody } } },
      },
    };
  });

  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'zhishou',
        version,
        description:
          'The monitoring gateway of a street. Times are epoch milliseconds, in a query string ISO 8601 with an offset as well; spans are [from, to). Every error is `{"error":{"code","message","details"?}}`. While the store cannot commit, commands answer 503 `store-unavailable`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: sessionCookie },
        },
      },
    },
    transform: (document) => {
      const { schema, url } = transform(document);
      const role = document.route.config?.role;
      if (role === undefined || role === 'anyone' || schema.hide === true) return { schema, url };
      const description = [schema.description, `Role: ${role}.`]
        .filter((part) => part !== undefined)
        .join(' ');
      return { schema: { ...schema, description, security: [{ bearer: [] }, { cookie: [] }] }, url };
    },
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: registry }),
  });

  await app.register(fastifySwaggerUi, {
    routePrefix: '/api/docs',
    theme: { title: 'zhishou API' },
    transformStaticCSP: (header) => header.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
  });

  app.get(
    '/api/v1/openapi.json',
    { config: { role: 'anyone' }, schema: { tags: ['description'], summary: 'This API, as OpenAPI 3.1' } },
    async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(app.swagger())),
  );
};
