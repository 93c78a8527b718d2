import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { ownTopic } from '../../simulator/native-voice.ts';
import { Alert } from '../../src/model/alert.ts';
import { Device } from '../../src/model/device.ts';
import {
  copyRulebook,
  dial,
  followFeed,
  isUp,
  journeyMs,
  type Line,
  openDirectory,
  openGateway,
  raisedBy,
  register,
  say,
  wholeJournal,
} from './street.ts';

const devices = 200;
const types = ['call-button', 'smoke-alarm', 'air-monitor', 'water-monitor', 'gas-detector'];

test('a restart in good order raises no alert for any of two hundred devices with wills, and all of them come back', {
  timeout: journeyMs,
}, async () => {
  const rules = openDirectory();
  // A link that is down is an alert at once here: where one came from the restart it could not hide behind a delay.
  copyRulebook(rules, {
    edits: [
      {
        file: 'upkeep.yaml',
        from: '    when: { what: link }\n    on-delay: 2m\n',
        to: '    when: { what: link }\n',
      },
    ],
  });
  const options = { dataDir: openDirectory(), password: 'a password', env: { ZHISHOU_RULES_DIR: rules } };
  const line: Line = { gateway: null };
  let gateway = await openGateway(options);
  line.gateway = gateway;
  const desk = await signIn(gateway.url, 'admin', options.password);
  const before = followFeed(gateway, desk);

  const clients = new Map<string, MqttClient>();
  const join = async (n: number): Promise<void> => {
    const id = `device-${n}`;
    const secret = await register(desk, id, types[n % types.length] ?? '');
    const client = dial(line, id, secret, {
      will: {
        topic: `${ownTopic(id)}/status`,
        payload: Buffer.from('{"state":"offline"}'),
        qos: 1,
        retain: true,
      },
    });
    clients.set(id, client);
  };
  await Promise.all(Array.from({ length: devices }, (_, index) => join(index + 1)));
  const sayOnline = (client: MqttClient): Promise<void> =>
    say(client, 'status', { state: 'online' }, { retain: true });
  const online = z.object({ devices: z.array(Device) });
  await Promise.all([...clients.values()].map(sayOnline));
  expect((await desk.get('/devices?link=online', online)).devices).toHaveLength(devices);

  // Every device is in the middle of a word when the gateway is told to stop.
  const said = [...clients.values()].map((client) => say(client, 'readings', { values: { battery: 90 } }));
  line.gateway = null;
  // It gives itself up with another status where it is not done in 4.5 s.
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  gateway = await openGateway(options);
  line.gateway = gateway;
  const after = followFeed(gateway, desk, before.seq());
  await Promise.all([...clients.values()].map(isUp));
  await Promise.all(said);
  await Promise.all([...clients.values()].map(sayOnline));

  const api = await signIn(gateway.url, 'admin', options.password);
  expect((await api.get('/devices?link=online', online)).devices).toHaveLength(devices);
  expect((await api.get('/devices', online)).devices.map(({ latest }) => latest.battery?.value)).toEqual(
    Array.from({ length: devices }, () => 90),
  );
  expect((await api.get('/alerts', z.object({ alerts: z.array(Alert) }))).alerts).toEqual([]);
  expect((await wholeJournal(api)).filter(({ event }) => event.startsWith('alert.'))).toEqual([]);

  // A will that nobody meant to be one still counts.
  clients.get('device-7')?.stream.destroy();
  const { alert } = (await after.until(raisedBy('device-7'))) as { alert?: Alert };
  expect(alert).toMatchObject({ kind: 'silent', rule: { id: 'link-down' } });
  expect([...before.changes(), ...after.changes()].filter(({ event }) => event === 'raised')).toHaveLength(1);
});
