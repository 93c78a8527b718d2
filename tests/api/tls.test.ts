import { request } from 'node:https';
import { expect, test } from 'vitest';
import { makeCertificate } from '../certificate.ts';
import { ofType, openConsole } from './console-client.ts';
import { adminPassword, openDutyRoom } from './duty-room.ts';

test('behind TLS the cookie travels nowhere else, and the live feed works the same', async () => {
  const { cert, key } = await makeCertificate();
  const room = await openDutyRoom({ tls: { cert, key } });
  try {
    const port = await room.port();
    const cookie = await new Promise<string>((resolve, reject) => {
      const login = request(
        {
          host: '127.0.0.1',
          port,
          path: '/api/v1/session',
          method: 'POST',
          ca: cert,
          rejectUnauthorized: false,
          headers: { 'content-type': 'application/json' },
        },
        (answer) => {
          answer.resume();
          expect(answer.headers['strict-transport-security']).toBeDefined();
          resolve(String(answer.headers['set-cookie']));
        },
      );
      login.on('error', reject);
      login.end(JSON.stringify({ username: 'admin', password: adminPassword }));
    });
    expect(cookie).toContain('Secure');
    const desk = await openConsole(`wss://127.0.0.1:${port}/api/v1/live`, {
      rejectUnauthorized: false,
      headers: { cookie: cookie.split(';')[0] ?? '', origin: `https://127.0.0.1:${port}` },
    });
    expect((await desk.until(ofType('snapshot'))).alerts).toEqual([]);
    desk.socket.terminate();
    await desk.closed;
  } finally {
    await room[Symbol.asyncDispose]();
  }
});

/** The head of an answer over a connection of its own, from a server that this authority vouches for. */
const ask = (port: number, ca: string): Promise<Readonly<Record<string, unknown>>> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', ca, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.headers));
    });
    asked.on('error', reject);
    asked.end();
  });

test('another certificate counts from the next connection on, and an open desk stays open', async () => {
  const [first, second] = [await makeCertificate(), await makeCertificate()];
  const room = await openDutyRoom({ tls: first });
  try {
    const port = await room.port();
    const desk = await openConsole(`wss://127.0.0.1:${port}/api/v1/live`, {
      ca: first.cert,
      headers: { authorization: `Bearer ${room.admin.token}` },
    });
    room.api.changeCertificate(second);
    await ask(port, second.cert);
    await expect(ask(port, first.cert)).rejects.toThrow();
    await room.register('p1');
    await desk.until(ofType('change'));
    desk.socket.terminate();
  } finally {
    await room[Symbol.asyncDispose]();
  }
});

test('no browser is told to insist on a certificate that the gateway made itself', async () => {
  const pair = await makeCertificate();
  const room = await openDutyRoom({ tls: { ...pair, own: true } });
  try {
    const headers = await ask(await room.port(), pair.cert);
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['content-security-policy']).toBeDefined();
  } finally {
    await room[Symbol.asyncDispose]();
  }
});
