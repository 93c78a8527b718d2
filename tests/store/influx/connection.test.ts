import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { kindOf, readRetryAfter } from '../../../src/store/influx/connection.ts';
import { nameTarget, readTarget } from '../../../src/store/influx/target.ts';
import { makeCertificate } from '../../certificate.ts';
import { connectTo, targetOf } from './servers.ts';

const point = { measurement: 'temperature', tags: { device: 'air-1' }, fields: { value: 1 }, timestamp: '1' };

/** A connection to a server that answers every request in this way. */
const openServer = async (answer: RequestListener, path = '/zhishou', writeWithinMs = 5_000) => {
  const asked: { url: string; login: string | undefined }[] = [];
  const sockets = new Set<unknown>();
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', login: request.headers.authorization });
    sockets.add(request.socket);
    request.resume().on('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  const address = path.includes('@')
    ? path.replace('@', `@127.0.0.1:${port}`)
    : `http://127.0.0.1:${port}${path}`;
  return { asked, sockets, connection: connectTo(targetOf(address), writeWithinMs) };
};

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

describe('a write', () => {
  test('that InfluxDB took is told as such, over one connection for all', async () => {
    const { asked, sockets, connection } = await openServer(answering(204));
    for (let count = 0; count < 20; count += 1)
      expect(await connection.write([point], 'exact')).toEqual({ ok: true });
    expect(asked[0]?.url).toBe('/write?db=zhishou&precision=ms&rp=exact');
    expect(sockets.size).toBe(1);
  });

  test('logs in as the address says, and as nobody where it says nothing', async () => {
    const named = await openServer(answering(204), 'http://du%40ty:p%3Aass%2F@/zhishou');
    await named.connection.write([point], null);
    expect(named.asked).toEqual([
      { url: '/write?db=zhishou&precision=ms&rp=', login: `Basic ${btoa('du@ty:p:ass/')}` },
    ]);
    const nobody = await openServer(answering(204));
    await nobody.connection.write([point], null);
    expect(nobody.asked[0]?.login).toBeUndefined();
  });

  test('goes where a proxy keeps InfluxDB', async () => {
    const { asked, connection } = await openServer(answering(204), '/influx/v1/zhishou');
    await connection.write([point], null);
    expect(asked[0]?.url).toBe('/influx/v1/write?db=zhishou&precision=ms&rp=');
  });

  test('that some other server answers with 200 did not arrive', async () => {
    const { connection } = await openServer(answering(200, '<h1>Welcome to nginx</h1>'));
    expect(await connection.write([point], null)).toMatchObject({ ok: false, kind: 'misconfigured' });
  });

  test.each([
    [400, '{"error":"unable to parse"}', 'refused', '400 unable to parse'],
    [400, '{"code":"invalid","message":"bad line"}', 'refused', '400 bad line'],
    [
      400,
      '{"error":"partial write of line protocol occurred","data":[{"error_message":"no fields"}]}',
      'refused',
      '400 partial write of line protocol occurred: no fields',
    ],
    [401, '{"error":"authorization failed"}', 'misconfigured', '401 authorization failed'],
    [403, '{"error":"not allowed"}', 'misconfigured', '403 not allowed'],
    [
      404,
      '{"error":"database not found: \\"zhishou\\""}',
      'misconfigured',
      '404 database not found: "zhishou"',
    ],
    [413, 'Request Entity Too Large', 'too-large', '413 Request Entity Too Large'],
    [429, 'slow down', 'unreachable', '429 slow down'],
    [301, '', 'misconfigured', '301'],
    [500, '{"error":"timeout"}', 'unreachable', '500 A reason'],
    [500, '', 'misconfigured', '500 retention policy not found: exact'],
    [503, 'busy', 'unreachable', '503 Service Unavailable'],
  ])('answered with %i %s is %s', async (status, body, kind, error) => {
    const header = status === 500 ? { 'x-influxdb-error': error.slice(4) } : {};
    const { connection } = await openServer(answering(status, body, header));
    expect(await connection.write([point], null)).toMatchObject({
      ok: false,
      kind,
      error,
      denied: status === 403,
      timedOut: false,
    });
  });

  test.each([429, 503])('answered with %i says when to come again', async (status) => {
    const { connection } = await openServer(answering(status, '', { 'retry-after': '7' }));
    expect(await connection.write([point], null)).toMatchObject({ kind: 'unreachable', retryAfterMs: 7_000 });
  });

  test('is tried at once after a failure: the only breaker is ours', async () => {
    let well = false;
    const { asked, connection } = await openServer((request, response) =>
      answering(well ? 204 : 503)(request, response),
    );
    for (let count = 0; count < 5; count += 1)
      expect(await connection.write([point], null)).toMatchObject({ ok: false, kind: 'unreachable' });
    well = true;
    expect(await connection.write([point], null)).toEqual({ ok: true });
    expect(asked).toHaveLength(6);
  });
});

describe('a server that', () => {
  test('never answers is given up in time', async () => {
    const { connection } = await openServer(() => undefined, '/zhishou', 100);
    expect(await connection.write([point], null)).toMatchObject({ kind: 'unreachable', timedOut: true });
  });

  test('begins an answer and never ends it is given up in time', async () => {
    const { connection } = await openServer((_, response) => response.writeHead(204).flushHeaders());
    const { connection: second } = await openServer(
      (_, response) => response.writeHead(200, { 'content-length': '10' }).write('{'),
      '/zhishou',
      100,
    );
    // A 204 has no body, so its head is the whole of it.
    expect(await connection.write([point], null)).toEqual({ ok: true });
    expect(await second.write([point], null)).toMatchObject({ kind: 'unreachable', timedOut: true });
    expect(await second.ask('SELECT 1', { withinMs: 100 })).toMatchObject({
      kind: 'unreachable',
      timedOut: true,
    });
  });

  test('drips an answer for ever is given up in time', async () => {
    const timers = new Set<NodeJS.Timeout>();
    onTestFinished(() => {
      for (const timer of timers) clearInterval(timer);
    });
    const { connection } = await openServer((_, response) => {
      response.writeHead(200);
      timers.add(setInterval(() => response.write(' '), 20));
    });
    expect(await connection.ask('SELECT 1', { withinMs: 200 })).toMatchObject({
      kind: 'unreachable',
      timedOut: true,
    });
  });

  test('cuts its answer off is not waited for', async () => {
    const { connection } = await openServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"results":', () => response.destroy());
    });
    expect(await connection.ask('SELECT 1', { withinMs: 20_000 })).toMatchObject({
      kind: 'unreachable',
      timedOut: false,
    });
  });

  test('speaks no HTTP is told of', async () => {
    const server = createTcpServer((socket) => socket.end('220 mail\r\n', () => socket.destroy())).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { readonly port: number };
    const connection = connectTo(targetOf(`http://127.0.0.1:${port}/zhishou`));
    expect(await connection.write([point], null)).toMatchObject({ kind: 'unreachable' });
    server.close();
    await once(server, 'close');
    expect(await connection.write([point], null)).toMatchObject({
      kind: 'unreachable',
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('answers questions with what is no answer is told of', async () => {
    for (const body of [
      '<html>',
      '[]',
      'null',
      '{"results":5}',
      '{"error":"no"}',
      '{"results":[{"error":"no"}]}',
    ]) {
      const { connection } = await openServer(answering(200, body));
      const answer = await connection.ask('SELECT 1', { withinMs: 20_000 });
      if (answer.ok) expect(answer.series).toEqual([]);
      else expect(answer.kind).toBe('refused');
    }
  });
});

test('over TLS a write arrives where the certificate is good, and nothing is sent where it is not', async () => {
  const { cert, key } = await makeCertificate();
  let asked = 0;
  const server = createSecureServer({ cert, key }, (request, response) => {
    asked += 1;
    request.resume().on('end', () => response.writeHead(204).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const trusted = getCACertificates('default');
  onTestFinished(() => {
    setDefaultCACertificates(trusted);
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  const target = targetOf(`https://localhost:${port}/zhishou`);
  expect(await connectTo(target).write([point], null)).toMatchObject({
    kind: 'unreachable',
    error: expect.stringContaining('certificate'),
  });
  expect(asked).toBe(0);
  setDefaultCACertificates([cert]);
  expect(await connectTo(target).write([point], null)).toEqual({ ok: true });
  expect(asked).toBe(1);
});

test('what Retry-After may say', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(readRetryAfter(undefined, now)).toBeNull();
  expect(readRetryAfter('120', now)).toBe(120_000);
  expect(readRetryAfter('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(readRetryAfter('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0);
  expect(readRetryAfter('99999999', now)).toBe(600_000);
  expect(readRetryAfter('soon', now)).toBeNull();
  for (let status = 300; status < 600; status += 1) expect(kindOf(status, '')).toBeTruthy();
});

describe('an address', () => {
  test('names host, database, login and policy', () => {
    expect(readTarget('https://duty:se%20cret@influx.example/zhishou?rp=year')).toEqual({
      ok: true,
      target: {
        protocol: 'https',
        host: 'influx.example',
        port: 443,
        prefix: '',
        database: 'zhishou',
        policy: 'year',
        login: { user: 'duty', password: 'se cret' },
      },
    });
    expect(readTarget('http://[::1]:8086/a%2Fb')).toMatchObject({
      ok: true,
      target: { host: '[::1]', port: 8086, database: 'a/b', policy: null, login: null },
    });
  });

  test('that cannot be used says why', () => {
    for (const [url, why] of [
      ['http://127.0.0.1:8086', /name the database/],
      ['http://127.0.0.1:8086/', /name the database/],
      ['ftp://127.0.0.1/zhishou', /http/],
      ['influx', /no address/],
      ['http://127.0.0.1/%zz', /no address/],
      ['http://127.0.0.1/zhishou?precision=s', /precision/],
    ] as const)
      expect(readTarget(url)).toEqual({ ok: false, problem: expect.stringMatching(why) });
  });

  test('is logged without its password', () => {
    expect(nameTarget(targetOf('http://duty:secret@127.0.0.1:8086/zhishou'))).toBe(
      'http://127.0.0.1:8086/zhishou',
    );
  });
});
