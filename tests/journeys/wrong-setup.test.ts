import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { Device } from '../../src/model/device.ts';
import { Quarantined } from '../../src/model/quarantine.ts';
import { followFeed, journeyMs, openGateway, raisedBy, register, wholeJournal } from './street.ts';

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

test('a pager with a wrong secret is told by its device, until it comes with the right one', {
  timeout: journeyMs,
}, async () => {
  const gateway = await openGateway();
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const secret = await register(api, 'pager-1', 'call-button');
  const device = (): Promise<Device> => api.get('/devices/pager-1', Device);
  expect(await device()).not.toHaveProperty('loginRefused');
  const connect = (password: string): Promise<mqtt.MqttClient> =>
    mqtt.connectAsync(gateway.mqttUrl, { username: 'pager-1', password, reconnectPeriod: 0 }, false);
  for (const wrong of [`${secret}x`, '']) await expect(connect(wrong)).rejects.toMatchObject({ code: 5 });
  expect(await device()).toMatchObject({ link: 'unknown', loginRefused: { reason: 'wrong-secret' } });
  const record = (await wholeJournal(api)).filter(({ subject }) => subject === 'device:pager-1');
  expect(record.map(({ event }) => event)).toEqual(['device.registered']);
  const pager = await connect(secret);
  // The broker answers first and opens the way for what waits; only then is the device on line.
  await expect.poll(device).toMatchObject({ link: 'online' });
  expect(await device()).not.toHaveProperty('loginRefused');
  await pager.endAsync();
});
