import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { Quarantined } from '../../src/model/quarantine.ts';
import { followFeed, journeyMs, openGateway, raisedBy, register } from './street.ts';

const Page = z.object({ quarantine: z.array(Quarantined) });

test('a pager that presses under a wrong topic is an alert in the duty room, with what it said', {
  timeout: journeyMs,
}, async () => {
  const gateway = await openGateway();
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const feed = followFeed(gateway, api);
  await feed.until(({ type }) => type === 'snapshot');
  const secret = await register(api, 'pager-1', 'call-button');
  const topic = 'zhishou/v1/device/pager-1/events';
  const pager = await mqtt.connectAsync(gateway.mqttUrl, {
    username: 'pager-1',
    password: secret,
    reconnectPeriod: 100,
  });
  pager.publish(topic, '{"event":"sos"}', { qos: 1 });
  const raised = await feed.until(raisedBy('pager-1'));
  await pager.endAsync(true);
  expect(raised).toMatchObject({ alert: { kind: 'not-understood', priority: 'high' } });
  const { quarantine } = await api.get('/quarantine', Page);
  expect(quarantine).toMatchObject([
    { sender: 'pager-1', topic, reason: 'not-its-own-topic', payload: '{"event":"sos"}' },
  ]);
});
