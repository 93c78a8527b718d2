import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ErrorBody } from '../../src/model/fault.ts';
import { type DutyRoom, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

describe('what cannot be answered', () => {
  const post = (payload: string, type = 'application/json') =>
    room.api.app.inject({
      method: 'POST',
      url: '/api/v1/devices',
      headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': type },
      payload,
    });

  test('gets an error with a code, whatever is wrong with it, and the gateway lives', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    for (const [payload, type, status, code] of [
      ['{"id":', 'application/json', 400, 'bad-request'],
      ['null', 'application/json', 400, 'bad-request'],
      ['[]', 'application/json', 400, 'bad-request'],
      ['{"__proto__":{"x":1}}', 'application/json', 400, 'bad-request'],
      ['{"id":"x","type":7}', 'application/json', 400, 'bad-request'],
      [deep, 'application/json', 400, 'bad-request'],
      ['id=x', 'application/x-www-form-urlencoded', 400, 'bad-request'],
      [`{"id":"${'x'.repeat(300_000)}"}`, 'application/json', 413, 'payload-too-large'],
    ] as const) {
      const answer = await post(payload, type);
      expect([payload.slice(0, 40), answer.statusCode, ErrorBody.parse(answer.json()).error.code]).toEqual([
        payload.slice(0, 40),
        status,
        code,
      ]);
      expect(answer.body).not.toMatch(/ at .*\.[jt]s/);
    }
  });

  test.each([
    ['POST', '/devices'],
    ['PATCH', '/devices/pager'],
    ['PUT', '/households/h301'],
    ['POST', '/devices/import'],
    ['POST', '/session'],
  ] as const)(
    'a body of %s %s that is no UTF-8 is refused as that, and nothing of it is kept',
    async (method, url) => {
      // 床头呼叫器, as an editor on a Chinese Windows saves it.
      const name = Buffer.from('b4b2cdb7bafdbdd0c6f7', 'hex');
      const answer = await room.api.app.inject({
        method,
        url: `/api/v1${url}`,
        headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': 'application/json' },
        payload: Buffer.concat([
          Buffer.from('{"id":"p","type":"call-button","name":"'),
          name,
          Buffer.from('"}'),
        ]),
      });
      expect([answer.statusCode, answer.json()]).toMatchObject([
        400,
        { error: { code: 'bad-request', message: expect.stringContaining('It is not UTF-8: ') } },
      ]);
      expect((await room.admin.call('GET', '/devices/p')).status).toBe(404);
    },
  );

  test('a body with a byte order mark before it is read', async () => {
    const { statusCode } = await post('\ufeff{"id":"p","type":"call-button","name":"床头呼叫器"}');
    expect(statusCode).toBe(201);
    expect((await room.admin.call('GET', '/devices/p')).body.name).toBe('床头呼叫器');
  });

  test('every problem of a request is named with its path', async () => {
    const { body } = await room.admin.call('POST', '/devices', { id: '../x', type: 3, colour: 'red' });
    const problems = body.error?.details?.problems as { path: string; message: string }[];
    expect(problems.map(({ path }) => path)).toEqual(['body.id', 'body.type', 'body']);
    expect(problems.every(({ message }) => message.length > 0)).toBe(true);
  });

  test('a path that does not exist is 404 in JSON, a strange URL too', async () => {
    for (const url of ['/api/v1/nothing', '/api/v1/devices/%zz', '/api']) {
      const answer = await room.api.app.inject({ url });
      expect([url, answer.statusCode >= 400 && answer.statusCode < 500]).toEqual([url, true]);
      ErrorBody.parse(answer.json());
    }
  });

  test('a mistake of ours is a 500 without a stack, and the log has it', async () => {
    Object.assign(room.core.duty, {
      rules: () => {
        throw new Error('secret detail');
      },
    });
    const { status, body } = await room.admin.call('GET', '/rules');
    expect([status, body.error?.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(body)).not.toContain('secret detail');
    expect(room.logged()).toContain('secret detail');
  });

  test('what is no HTTP gets an error and its connection back', async () => {
    const socket = connect(await room.port(), '127.0.0.1');
    socket.write('\x10\x0c\x00\x04MQTT\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    ErrorBody.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''));
  });
});

describe('the console’s files', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'zhishou-console-'));
    await mkdir(join(dir, 'assets'));
    await writeFile(join(dir, 'index.html'), '<!doctype html><title>值守</title>');
    await writeFile(join(dir, 'assets', 'index-abc123.js'), 'export {}');
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('the page answers a browser on every path, a probe of a path that is none hears so, named files are kept for ever, and a missing file is missing', async () => {
    const built = await openDutyRoom({ consoleDir: dir });
    try {
      const get = (url: string, accept?: string) =>
        built.api.app.inject({ url, headers: accept === undefined ? {} : { accept } });
      const asked = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      for (const [url, accept] of [
        ['/', undefined],
        ['/', asked],
        ['/wall', undefined],
        ['/wall', asked],
        ['/devices/p1?from=1', asked],
      ] as const) {
        const page = await get(url, accept);
        expect([url, page.statusCode, page.headers['cache-control']]).toEqual([url, 200, 'no-cache']);
        expect(page.body).toContain('值守');
      }
      for (const url of ['/health', '/livez', '/walls', '/health?verbose'])
        for (const accept of [undefined, '*/*', 'application/json'])
          expect([url, accept, (await get(url, accept)).statusCode]).toEqual([url, accept, 404]);
      const script = await get('/assets/index-abc123.js');
      expect(script.headers['cache-control']).toContain('immutable');
      expect(script.headers['content-type']).toContain('javascript');
      expect((await get('/assets/index-old.js')).statusCode).toBe(404);
      expect((await get('/api/v1/nothing')).headers['content-type']).toContain('application/json');
      expect((await get('/../package.json')).body).not.toContain('"name"');
      expect((await get('/%2e%2e/package.json')).body).not.toContain('"name"');
    } finally {
      await built[Symbol.asyncDispose]();
    }
  });

  test('where it is not built, a plain page says so', async () => {
    const page = await room.api.app.inject({ url: '/' });
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('not built');
  });

  test('no page of another site may frame it, and no script but our own runs in it', async () => {
    const { headers } = await room.api.app.inject({ url: '/' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});
