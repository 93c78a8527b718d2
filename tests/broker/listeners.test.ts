import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { makeCertificate } from '../certificate.ts';
import { optional } from '../optional.ts';
import { closed, commandFor, openStreet, secretOf, topicOf } from './street.ts';

const { cert, key } = await makeCertificate();
const tls = { port: 0, cert, key };

test('a press arrives over TLS from a client that has checked the certificate', async () => {
  await using street = await openStreet({ tls });
  const pager = await street.connect('pager-1', {
    protocol: 'mqtts',
    host: 'localhost',
    port: street.tlsPort ?? 0,
    ca: cert,
  });
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  expect(street.door.texts()).toEqual(['press']);
});

test('another certificate counts from the next connection on, and nobody who is there loses theirs', async () => {
  await using street = await openStreet({ tls });
  const settings = { protocol: 'mqtts', host: 'localhost', port: street.tlsPort ?? 0 } as const;
  const before = await street.connect('pager-1', { ...settings, ca: cert });
  const next = await makeCertificate();
  street.broker.changeCertificate(next);
  const after = await street.connect('pager-2', { ...settings, ca: next.cert });
  for (const [pager, id] of [
    [before, 'pager-1'],
    [after, 'pager-2'],
  ] as const)
    await pager.publishAsync(topicOf(id, 'events'), id, { qos: 1 });
  expect(street.door.texts()).toEqual(['pager-1', 'pager-2']);
});

test('bytes that are no TLS on the TLS port cost nobody else anything', async () => {
  await using street = await openStreet({ tls });
  const stranger = connect(street.tlsPort ?? 0, '127.0.0.1');
  stranger.on('error', () => {});
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  stranger.resume();
  await once(stranger, 'close');
  await street.connect('pager-1', {
    protocol: 'mqtts',
    host: 'localhost',
    port: street.tlsPort ?? 0,
    ca: cert,
  });
});

test('strangers who never finish the handshake of TLS keep no device out', async () => {
  await using street = await openStreet({ tls, maxConnections: 20 });
  const silent = Array.from({ length: 60 }, () =>
    connect(street.tlsPort ?? 0, '127.0.0.1').on('error', () => {}),
  );
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  const pager = await street.connect('pager-1', {
    protocol: 'mqtts',
    host: 'localhost',
    port: street.tlsPort ?? 0,
    ca: cert,
  });
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  for (const socket of silent) socket.destroy();
  expect(street.broker.stats().evicted).toBeGreaterThanOrEqual(55);
});

test('a press arrives over a WebSocket that the HTTP side hands over, and a command goes back', async () => {
  await using street = await openStreet();
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, maxPayload: 262_144 });
  sockets.on('connection', (socket, request) =>
    street.broker.accept(createWebSocketStream(socket), request.socket.remoteAddress ?? ''),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  street.door.register('pager-1', secretOf('pager-1'));
  const pager = await mqtt.connectAsync(`ws://127.0.0.1:${address.port}/mqtt`, {
    username: 'pager-1',
    password: secretOf('pager-1'),
    reconnectPeriod: 0,
  });
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 2 });
  expect(street.door.texts()).toEqual(['press']);
  street.door.queue(commandFor('pager-1', 'c-1'));
  await pager.subscribeAsync(topicOf('pager-1', 'commands'), { qos: 1 });
  await street.door.until(() => street.door.deliveries.includes('c-1'));
  const gone = closed(pager);
  await street.broker.close();
  await gone;
  expect(street.door.links).toEqual(['up pager-1']);
  sockets.close();
  http.close();
});

test('a port that is taken is an error and not a broker without ears', async () => {
  await using street = await openStreet();
  await expect(openStreet({ port: street.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

optional('mosquitto-clients', existsSync('/usr/bin/mosquitto_pub'))('a foreign client', () => {
  const run = promisify(execFile);
  const credentials = ['-u', 'pager-1', '-P', secretOf('pager-1')];
  const press = ['-t', topicOf('pager-1', 'events'), '-m', '{"event":"sos"}'];

  test.each([
    ['mqttv31', '0'],
    ['mqttv31', '1'],
    ['mqttv311', '1'],
    ['mqttv311', '2'],
  ])('presses in %s at QoS %s', async (version, qos) => {
    await using street = await openStreet();
    street.door.register('pager-1', secretOf('pager-1'));
    const port = ['-h', '127.0.0.1', '-p', String(street.port)];
    await run('/usr/bin/mosquitto_pub', [...port, ...credentials, ...press, '-V', version, '-q', qos]);
    await street.door.until(() => street.door.taken.length === 1);
    expect(street.door.texts()).toEqual(['{"event":"sos"}']);
  });

  test('presses over TLS', async () => {
    await using street = await openStreet({ tls });
    street.door.register('pager-1', secretOf('pager-1'));
    const folder = await mkdtemp(join(tmpdir(), 'zhishou-tls-'));
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, cert);
    const port = ['-h', 'localhost', '-p', String(street.tlsPort), '--cafile', authority];
    await run('/usr/bin/mosquitto_pub', [...port, ...credentials, ...press, '-q', '1']);
    await rm(folder, { recursive: true });
    expect(street.door.texts()).toEqual(['{"event":"sos"}']);
  });

  test('is told that its secret is wrong', async () => {
    await using street = await openStreet();
    street.door.register('pager-1', 'another secret');
    const port = ['-h', '127.0.0.1', '-p', String(street.port)];
    await expect(run('/usr/bin/mosquitto_pub', [...port, ...credentials, ...press])).rejects.toMatchObject({
      stderr: expect.stringContaining('not authorised'),
    });
  });

  test('hears the command that waited for it', async () => {
    await using street = await openStreet();
    street.door.register('pager-1', secretOf('pager-1'));
    street.door.queue(commandFor('pager-1', 'c-1'));
    const where = ['-h', '127.0.0.1', '-p', String(street.port), '-t', topicOf('pager-1', 'commands')];
    const listener = spawn('/usr/bin/mosquitto_sub', [...where, ...credentials, '-q', '1', '-C', '1']);
    const [heard] = await once(listener.stdout, 'data');
    expect(String(heard).trim()).toBe('{"id":"c-1"}');
    await street.door.until(() => street.door.deliveries.includes('c-1'));
    if (listener.exitCode === null) await once(listener, 'exit');
  });
});
