import { z } from 'zod';
import { Quarantined } from '../../src/model/quarantine.ts';
import { deviceOf, inShort, isRinging, raisedBy } from '../alert-expectations.ts';
import type { ApiClient } from '../api-client.ts';
import { planDevice } from '../fleet-plan.ts';
import { childTopic, ownTopic } from '../native-voice.ts';
import type { Random } from '../random.ts';
import { declareScenario, patienceMs } from '../scenario.ts';
import { connackAndPuback, connectPacket, packet, publishPacket, throwAt } from '../vandal.ts';

const rudeConnections = 20;
const QuarantinePage = z.looseObject({ quarantine: z.array(Quarantined), next: z.string().optional() });

/** Everything in quarantine since `from` (epoch ms) that was sent over this connection. */
const quarantineOf = async (
  api: ApiClient,
  sender: string,
  from: number,
): Promise<readonly Quarantined[]> => {
  const found: Quarantined[] = [];
  let after = '';
  for (;;) {
    const page = await api.get(`/quarantine?limit=500${after}`, QuarantinePage);
    found.push(...page.quarantine.filter((row) => row.sender === sender && row.at >= from));
    if (page.next === undefined || page.quarantine.some((row) => row.at < from)) return found;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
};

/** Bytes that are no MQTT: chance, packets cut short, packets that lie about themselves. */
const rudeBytes = (random: Random): readonly Uint8Array[] => [
  ...Array.from({ length: rudeConnections }, () => random.bytes(random.between(1, 2000))),
  connectPacket('somebody', 'x'.repeat(43)).slice(0, 9),
  // 60 MiB announced, nothing sent; a length that never ends; a PUBLISH before any CONNECT; a protocol nobody speaks.
  packet(0x10, new Uint8Array(0), 60 * 1024 * 1024),
  Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
  publishPacket('zhishou/v1/devices/somebody/readings', '{}'),
  packet(0x10, Buffer.from('\0\u0004MQTT\u0063\u0002\0\0\0\0', 'latin1')),
  Buffer.from('GET / HTTP/1.1\r\nHost: street\r\n\r\n'),
];

/** What a device can say that means nothing: below which of its topics, and what. */
const nonsense = (
  random: Random,
): readonly { readonly leaf: string; readonly payload: string | Uint8Array }[] => [
  { leaf: 'readings', payload: random.bytes(300) },
  { leaf: 'readings', payload: '' },
  { leaf: 'readings', payload: '{"values":{"battery":' },
  { leaf: 'readings', payload: `${'['.repeat(50_000)}${']'.repeat(50_000)}` },
  { leaf: 'readings', payload: `{"values":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_001)}` },
  { leaf: 'readings', payload: '[]' },
  { leaf: 'readings', payload: 'null' },
  { leaf: 'readings', payload: '{"values":{"battery":NaN}}' },
  { leaf: 'readings', payload: '{"values":{"battery":1e999}}' },
  { leaf: 'readings', payload: '{"values":{"battery":"full"}}' },
  { leaf: 'readings', payload: '{"values":{"battery":{"percent":50}}}' },
  { leaf: 'readings', payload: '{"values":{"battery":-40}}' },
  { leaf: 'readings', payload: '{"values":{"__proto__":1,"constructor":2}}' },
  { leaf: 'readings', payload: '{"at":"yesterday","values":{"battery":50}}' },
  { leaf: 'events', payload: '{"event":"explode"}' },
  { leaf: 'events', payload: '{"event":["sos"]}' },
  { leaf: 'events', payload: '"sos"' },
  { leaf: 'status', payload: '{"state":"so-so"}' },
  { leaf: 'replies', payload: '{"id":{},"ok":"yes"}' },
  { leaf: 'nowhere', payload: '{}' },
];

/** Topics on which nobody may publish, or not this device. */
const foreignTopics = (victim: string): readonly string[] => [
  `${ownTopic(victim)}/events`,
  `${ownTopic(victim)}/readings`,
  `${ownTopic(victim)}/commands`,
  `${ownTopic('+')}/events`,
  `${ownTopic(victim)}/#`,
  'zhishou/v1/devices/../events',
  '$SYS/broker/load',
  'zigbee2mqtt/bridge/state',
  '/',
];

/** Broken devices, and people who mean harm. */
export const garbage = declareScenario({
  name: 'garbage',
  plot: 'Strangers throw bytes at the broker, and broken devices and hubs say what makes no sense or speak in the name of others.',
  mustFollow: {
    'rude-ended': 'a connection that does not speak MQTT is ended',
    acknowledged: 'what a device says that makes no sense is acknowledged',
    quarantined: 'all of it is listed in quarantine, with a reason',
    'strange-child': 'so is what a hub says for a device whose id is none',
    'foreign-ended': "who publishes on another's topic, or on a wildcard, loses the connection",
    'foreign-ignored': 'nothing that was said in the name of another has any effect',
    undisturbed: 'no other device loses its connection',
    'still-rings': 'afterwards a press still rings',
  },
  defaults: { devices: 50, speed: 60 },
  play: async (stage) => {
    const { api, feed, fleet, mqttUrl, prefix } = stage;
    const [home, vandalHome, hubHome] = stage.random('homes').shuffle(stage.street.homes);
    if (!home || !vandalHome || !hubHome) throw new RangeError('the street has no three homes');
    const pager = planDevice(prefix, 'call-button', home.place);
    const broken = planDevice(prefix, 'smoke-alarm', vandalHome.place);
    const hub = planDevice(prefix, 'hub', hubHome.place);
    const vandal = planDevice(`${prefix}.vandal`, 'door-sensor', vandalHome.place);
    await stage.runBackground();
    const secrets = await stage.install([pager, broken, hub, vandal]);
    // The vandal's own connection would be in the way of those that speak with its credential.
    await fleet.link(vandal.id).close();
    const secret = secrets.get(vandal.id) ?? '';

    const rude = rudeBytes(stage.random('rude bytes'));
    const aftermaths = await Promise.all(
      rude.map((bytes) => throwAt(mqttUrl, bytes, { withinMs: patienceMs })),
    );
    for (const [index, { outcome }] of aftermaths.entries())
      stage.must(
        'rude-ended',
        outcome === 'ended',
        `${outcome} after ${Buffer.from(rude[index] ?? []).toString('hex', 0, 20)}…`,
      );

    const said = nonsense(stage.random('nonsense'));
    for (const [index, { leaf, payload }] of said.entries()) {
      stage.progress('nonsense', index, said.length);
      await stage.mustCome(
        'acknowledged',
        fleet.link(broken.id).publish(`${ownTopic(broken.id)}/${leaf}`, payload),
      );
    }
    const kept = await quarantineOf(api, broken.id, stage.startedAt);
    for (const { leaf, payload } of said) {
      const size = Buffer.byteLength(payload);
      const found = kept.some(
        (row) => row.topic === `${ownTopic(broken.id)}/${leaf}` && row.size === size && row.reason.length > 0,
      );
      stage.must(
        'quarantined',
        found,
        `${leaf} ${Buffer.from(payload).toString('utf8', 0, 60)} is not there`,
      );
    }

    const children = ['a/b', 'a b', '..', '名字', 'x'.repeat(65), ''];
    for (const child of children) {
      await stage.mustCome(
        'acknowledged',
        fleet.link(hub.id).publish(`${childTopic(hub.id, child)}/readings`, '{"values":{"battery":50}}'),
      );
    }
    const ofHub = new Set((await quarantineOf(api, hub.id, stage.startedAt)).map(({ topic }) => topic));
    for (const child of children)
      stage.must(
        'strange-child',
        ofHub.has(`${childTopic(hub.id, child)}/readings`),
        `what was said for "${child}" is not there`,
      );

    for (const [index, topic] of foreignTopics(pager.id).entries()) {
      stage.progress("others' topics", index, 9);
      const said = Buffer.concat([
        connectPacket(vandal.id, secret),
        publishPacket(topic, '{"event":"sos","values":{"battery":1}}'),
      ]);
      const { outcome, received } = await throwAt(mqttUrl, said, {
        withinMs: patienceMs,
        untilReceived: connackAndPuback,
      });
      // A connection that was not even let in would prove nothing.
      const letIn = received[0] === 0x20 && received[3] === 0;
      stage.must(
        'foreign-ended',
        letIn && outcome === 'ended',
        `${topic}: ${letIn ? outcome : 'not let in'}`,
      );
    }
    const { battery } = (await deviceOf(api, pager.id)).latest;
    stage.must(
      'foreign-ignored',
      battery === undefined,
      `its battery is said to be ${String(battery?.value)}`,
    );
    for (const alert of await stage.alertsRaised()) stage.must('foreign-ignored', false, inShort(alert));

    const lost = [...fleet.links()].filter(({ counts }) => counts().connections > 1);
    stage.must(
      'undisturbed',
      lost.length === 0,
      `${lost.length} were, ${lost.map(({ id }) => id).join(', ')}`,
    );

    const since = feed.mark();
    await fleet.device(pager.id).press();
    const { alert } = await stage.mustSee('still-rings', raisedBy(pager.id, 'sos'), since);
    stage.must('still-rings', isRinging(alert), inShort(alert));
    const raised = await stage.alertsRaised();
    stage.must('foreign-ignored', raised.length === 1, raised.map(inShort).join('; '));
  },
});
