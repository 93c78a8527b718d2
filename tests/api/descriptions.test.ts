import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DutyRoom, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeAll(async () => {
  room = await openDutyRoom();
});
afterAll(() => room[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

/** Everything that a document refers to within itself and does not have. */
const dangling = (document: Json): string[] => {
  const missing: string[] = [];
  const resolve = (ref: string): unknown =>
    ref
      .slice(2)
      .split('/')
      .reduce<unknown>((node, step) => (node as Json | undefined)?.[step.replaceAll('~1', '/')], document);
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref } = node as { $ref?: unknown };
    if (typeof $ref === 'string' && $ref.startsWith('#/') && resolve($ref) === undefined) missing.push($ref);
    for (const child of Object.values(node)) walk(child);
  };
  walk(document);
  return missing;
};

describe('the published description', () => {
  test('names every HTTP route of the contract, open to everybody, and refers to nothing that is not there', async () => {
    const { status, body } = await room.anybody.call('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const paths = body.paths as Record<string, Record<string, Json>>;
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const verbs = [
      'take',
      'acknowledge',
      'claim',
      'release',
      'hand-over',
      'reset',
      'shelve',
      'unshelve',
      'comment',
      'dispatch',
      'close',
    ];
    expect(described).toEqual(
      expect.arrayContaining([
        'GET /healthz',
        'GET /readyz',
        'GET /metrics',
        ...[
          'POST /session',
          'GET /session',
          'DELETE /session',
          'GET /openapi.json',
          'GET /asyncapi.json',
          'GET /devices',
          'POST /devices',
          'GET /devices/{id}',
          'PATCH /devices/{id}',
          'DELETE /devices/{id}',
          'POST /devices/{id}/secret',
          'POST /devices/{id}/out-of-service',
          'POST /devices/{id}/in-service',
          'POST /test-modes',
          'GET /test-modes',
          'DELETE /test-modes/{id}',
          'GET /floods',
          'GET /households/{place}/presence',
          'PUT /households/{place}/presence',
          'POST /devices/import',
          'GET /devices/{id}/readings',
          'GET /readings',
          'GET /readings/export',
          'GET /users',
          'POST /users',
          'PATCH /users/{id}',
          'DELETE /users/{id}',
          'GET /alerts',
          'GET /alerts/{id}',
          ...verbs.map((verb) => `POST /alerts/{id}/${verb}`),
          'GET /calls',
          'POST /calls',
          'POST /calls/{id}/answer',
          'POST /calls/{id}/hang-up',
          'POST /calls/{id}/hand-over',
          'POST /calls/{id}/listen',
          'POST /calls/{id}/leave',
          'GET /calls/{id}',
          'GET /calls/{id}/recording',
          'PUT /calls/{id}/legal-hold',
          'GET /rules',
          'GET /rules/files',
          'PUT /rules/files',
          'GET /rules/versions',
          'GET /rules/versions/{number}',
          'POST /rules/versions/{number}/restore',
          'GET /rule-kinds',
          'POST /rules/check',
          'POST /rules/try',
          'GET /quarantine',
          'POST /quarantine/{id}/retry',
          'GET /journal',
          'GET /device-types',
          'GET /places',
          'GET /households/{place}',
          'PUT /households/{place}',
          'DELETE /households/{place}',
        ].map((line) => line.replace(' ', ' /api/v1')),
      ]),
    );
    expect(dangling(body)).toEqual([]);
    expect(JSON.stringify(paths['/api/v1/alerts']?.get)).toContain('#/components/schemas/Alert');
    expect(paths['/api/v1/devices']?.post).toMatchObject({
      security: [{ bearer: [] }, { cookie: [] }],
      description: 'Role: admin.',
    });
  });

  test('names the live feed and every topic of a device, with what may be said on them', async () => {
    const { status, body } = await room.anybody.call('GET', '/asyncapi.json');
    expect(status).toBe(200);
    expect(body.asyncapi).toBe('3.0.0');
    const channels = Object.values(
      body.channels as Record<string, { address: string; messages: Record<string, { payload: Json }> }>,
    );
    expect(channels.map(({ address }) => address)).toEqual(
      expect.arrayContaining([
        '/api/v1/live',
        ...[
          'readings',
          'events',
          'status',
          'commands',
          'replies',
          'voice/up',
          'voice/down',
          'voice/audio/up',
          'voice/audio/down',
        ].flatMap((leaf) => [
          `zhishou/v1/devices/{id}/${leaf}`,
          `zhishou/v1/hubs/{hub}/devices/{id}/${leaf}`,
        ]),
      ]),
    );
    for (const { messages } of channels)
      for (const { payload } of Object.values(messages))
        expect(Object.keys(payload).length).toBeGreaterThan(1);
    expect(JSON.stringify(channels)).toContain('"sos"');
    const named = body.channels as Record<string, { messages: Record<string, Json> }>;
    expect(named['device-voice-audio-up']?.messages['voice-audio-up']).toMatchObject({
      contentType: 'application/octet-stream',
    });
    expect(JSON.stringify(named['device-voice-up'])).toContain('"hang-up"');
    expect(JSON.stringify(named['device-voice-down'])).toContain('"offer"');
    for (const message of ['serverMessage', 'clientMessage'])
      expect(JSON.stringify(named.live?.messages[message])).toContain('"const":"voice"');
    expect(dangling(body)).toEqual([]);
  });

  test('can be read in a browser', async () => {
    const page = await room.api.app.inject({ url: '/api/docs/' });
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('swagger-ui');
    expect((await room.api.app.inject({ url: '/api/docs' })).statusCode).toBeLessThan(400);
    expect((await room.api.app.inject({ url: '/api/docs/static/swagger-ui-bundle.js' })).statusCode).toBe(
      200,
    );
  });
});

test('no request has a part whose misspelt field would be passed over in silence', async () => {
  const { body } = await room.anybody.call('GET', '/openapi.json');
  const paths = body.paths as Record<string, Record<string, Json>>;
  const loose: string[] = [];
  const walk = (node: unknown, where: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, properties, additionalProperties } = node as Json;
    if (type === 'object' && properties !== undefined && additionalProperties !== false) loose.push(where);
    for (const [step, child] of Object.entries(node)) walk(child, `${where}.${step}`);
  };
  // A place is referred to, and left out: each of its fields is required, so one that is misspelt is missing.
  const bodies = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) =>
      requestBody === undefined ? [] : [[`${method} ${path}`, requestBody] as const],
    ),
  );
  expect(bodies.length).toBeGreaterThan(30);
  for (const [where, requestBody] of bodies) walk(requestBody, where);
  expect(loose).toEqual([]);
});
