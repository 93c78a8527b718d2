import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { journeyMs, openDirectory, openGateway } from './street.ts';

/** What `/readyz` says to somebody who trusts this authority. */
const readiness = (port: number, ca: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/readyz', ca, agent: false }, (answer) => {
      const pieces: Buffer[] = [];
      answer.on('data', (piece: Buffer) => pieces.push(piece));
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(pieces).toString())));
    }).on('error', reject);
  });

test(
  'switched on, HTTPS needs nothing else: seats and devices trust one file, also after a restart',
  async () => {
    const dataDir = openDirectory();
    const env = {
      ZHISHOU_HTTP_TLS: 'true',
      ZHISHOU_MQTTS_PORT: '0',
      ZHISHOU_TLS_NAMES: 'console.example, 192.0.2.7',
    };
    const first = await openGateway({ dataDir, env });
    const authority = readFileSync(join(dataDir, 'tls-authority.crt'), 'utf8');
    expect(await readiness(first.http, authority)).toMatchObject({ warnings: [] });
    const log = first.log().join('\n');
    expect(log).toContain('the seats must be told to trust it');
    expect(log).toMatch(/"names":"DNS:console\.example,.*IP Address:192\.0\.2\.7/);
    const stranger = connectAsync({
      protocol: 'mqtts',
      host: '127.0.0.1',
      port: first.mqtts ?? 0,
      ca: authority,
      username: 'nobody',
      password: 'x',
      reconnectPeriod: 0,
    });
    // Refused for its password, and not for our certificate.
    await expect(stranger).rejects.toMatchObject({ code: expect.any(Number) });
    await first.stop();
    const second = await openGateway({ dataDir, env });
    expect(await readiness(second.http, authority)).toMatchObject({ warnings: [] });
    expect(second.log().join('\n')).not.toContain('must be told');
  },
  journeyMs,
);
