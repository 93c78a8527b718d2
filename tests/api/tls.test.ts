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
