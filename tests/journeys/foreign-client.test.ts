import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { ownTopic } from '../../simulator/native-voice.ts';
import { Alert } from '../../src/model/alert.ts';
import { makeCertificate } from '../certificate.ts';
import { optional } from '../optional.ts';
import { followFeed, journeyMs, openDirectory, openGateway, raisedBy, register } from './street.ts';

const program = '/usr/bin/mosquitto_pub';
const run = promisify(execFile);

const openStreet = async () => {
  const certificates = openDirectory();
  const paths = { cert: join(certificates, 'cert.pem'), key: join(certificates, 'key.pem') };
  const { cert, key } = await makeCertificate();
  writeFileSync(paths.cert, cert);
  writeFileSync(paths.key, key);
  const gateway = await openGateway({
    env: { ZHISHOU_MQTTS_PORT: '0', ZHISHOU_TLS_CERT: paths.cert, ZHISHOU_TLS_KEY: paths.key },
  });
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const feed = followFeed(gateway, api);
  await feed.until(({ type }) => type === 'snapshot');
  const plain = ['-h', '127.0.0.1', '-p', String(gateway.mqtt)];
  const tls = ['-h', 'localhost', '-p', String(gateway.mqtts), '--cafile', paths.cert];
  const press = (id: string, secret: string, where: readonly string[], ...rest: readonly string[]) =>
    run(program, [
      ...where,
      '-u',
      id,
      '-P',
      secret,
      '-t',
      `${ownTopic(id)}/events`,
      '-m',
      '{"event":"sos"}',
      ...rest,
    ]);
  return { api, feed, plain, tls, press };
};

optional('mosquitto-clients', existsSync(program))('a pager that is somebody else’s MQTT client', () => {
  test('rings in the duty room, plain and over TLS, at QoS 1 and 2, and ends content', {
    timeout: journeyMs,
  }, async () => {
    const { api, feed, plain, tls, press } = await openStreet();
    const ways = [
      { id: 'plain-1', where: plain, qos: '1' },
      { id: 'plain-2', where: plain, qos: '2' },
      { id: 'tls-1', where: tls, qos: '1' },
      { id: 'tls-2', where: tls, qos: '2' },
    ];
    for (const { id, where, qos } of ways) {
      const secret = await register(api, id, 'call-button');
      // It rejects where the program ends with a status other than 0.
      await press(id, secret, where, '-q', qos);
      expect(await feed.until(raisedBy(id))).toMatchObject({
        alert: { kind: 'sos', priority: 'critical', state: 'latched-unacknowledged', count: 1 },
      });
    }
  });

  test('is refused with a wrong secret, over TLS as well, and nothing rings', {
    timeout: journeyMs,
  }, async () => {
    const { api, plain, tls, press } = await openStreet();
    await register(api, 'pager-1', 'call-button');
    for (const where of [plain, tls]) {
      const refusal = await press('pager-1', 'no secret of ours', where, '-q', '1').catch(
        (error: unknown) => error,
      );
      expect(refusal).toMatchObject({ stderr: expect.stringContaining('not authorised') });
      expect((refusal as { code: unknown }).code).toBeGreaterThan(0);
    }
    expect((await api.get('/alerts', z.object({ alerts: z.array(Alert) }))).alerts).toEqual([]);
  });
});
