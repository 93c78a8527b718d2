import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { zigbee2mqtt } from '../../../devices/dialects/zigbee2mqtt.ts';
import { deviceTypes } from '../../../devices/index.ts';
import type { Item } from '../../../src/model/dialect.ts';
import type { Value } from '../../../src/model/reading.ts';

type Meaning = {
  readonly metric?: string;
  readonly event?: string;
  readonly value: unknown;
  readonly unit?: string;
  readonly note?: string;
};
type Sample = {
  readonly vendor: string;
  readonly model: string;
  readonly topic: string | null;
  readonly payload: string;
  readonly means: readonly Meaning[];
  readonly note: string;
};

const samples: readonly Sample[] = readFileSync(new URL('../payloads.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

const decode = (topic: string, payload: string) =>
  zigbee2mqtt.decode({ sender: 'hub-1', topic, bytes: new TextEncoder().encode(payload) });
const itemsOf = (topic: string, payload: string): readonly Item[] => {
  const decoded = decode(topic, payload);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.items;
};
const said = (state: object): readonly Item[] => itemsOf('zigbee2mqtt/x', JSON.stringify(state));
const valuesSaid = (state: object): Readonly<Record<string, Value>> =>
  Object.assign({}, ...said(state).map((item) => (item.kind === 'readings' ? item.values : {})));

/** What a sample's meaning is called with us: its measurement and value, or nothing where we take no such thing. */
const ours = ({ metric, value, note }: Meaning): Readonly<Record<string, unknown>> => {
  switch (metric) {
    case 'carbon_monoxide':
      return { co_alarm: value };
    case 'contact':
      return { open: value !== true };
    case 'presence':
      return { motion: value };
    case 'water_volume':
      return { water_total: Number(value) / 1000 };
    case 'formaldehyde':
    case 'tvoc':
      // Raw numbers of no known unit are held against no limit.
      return note?.startsWith('raw') ? {} : { [metric]: value };
    case 'siren':
    case 'nothing':
    case 'last_seen':
    case 'status':
    case undefined:
      return {};
    default:
      return { [metric]: value };
  }
};

describe('what real devices said means what it meant', () => {
  test.each(samples.map((sample, index) => [index + 1, `${sample.vendor} ${sample.model}`, sample] as const))(
    'line %d: %s',
    (_, __, sample) => {
      const items = itemsOf(sample.topic ?? 'zigbee2mqtt/anything', sample.payload);
      const readings: Readonly<Record<string, Value>> = Object.assign(
        {},
        ...items.map((item) => (item.kind === 'readings' ? item.values : {})),
      );
      const meant: Readonly<Record<string, unknown>> = Object.assign({}, ...sample.means.map(ours));
      // A zone of unknown model says every hazard it might be; the type that it is registered as takes its own.
      const zone = sample.payload.includes('alarm_1');
      const type = deviceTypes.get('smoke-alarm');
      const taken = Object.entries(readings).filter(
        ([name]) => !zone || type?.measurements[name] !== undefined,
      );
      // A counter that the sample leaves out beside its valve.
      const { water_total: _total, ...rest } = Object.fromEntries(taken);
      expect('water_total' in meant ? Object.fromEntries(taken) : rest).toEqual(meant);

      const presses = items.filter((item) => item.kind === 'event' && item.event === 'sos');
      expect(presses).toHaveLength(sample.means.some(({ event }) => event === 'sos') ? 1 : 0);
      expect(items.filter((item) => item.kind === 'event')).toHaveLength(presses.length);
      expect(items.flatMap((item) => (item.kind === 'status' ? [item.state] : []))).toEqual(
        sample.means.filter(({ metric }) => metric === 'status').map(({ value }) => value),
      );
      const seen = sample.means.find(({ metric }) => metric === 'last_seen')?.value;
      for (const item of items) {
        if (item.kind !== 'readings' && item.kind !== 'event') continue;
        expect(item.at).toBe(
          typeof seen === 'string' && seen !== 'receive time' ? Date.parse(seen) : undefined,
        );
      }
    },
  );

  test('nothing of any sample is refused', () => {
    for (const { topic, payload } of samples) {
      const decoded = decode(topic ?? 'zigbee2mqtt/anything', payload);
      expect(decoded.ok && decoded.refused).toBeUndefined();
    }
  });
});

describe('who is meant', () => {
  test('a friendly name may have spaces, slashes and Chinese in it', () => {
    for (const name of ['Air Quality Sensor', '三号楼/502/厨房烟感', '0xa4c13899607febd1']) {
      for (const item of itemsOf(`zigbee2mqtt/${name}`, '{"smoke":true}'))
        expect(item.subject).toEqual({ by: 'address', address: name });
      expect(itemsOf(`zigbee2mqtt/${name}/availability`, 'offline')).toEqual([
        { subject: { by: 'address', address: name }, kind: 'status', state: 'offline' },
      ]);
    }
  });

  test('the bridge’s own state is the hub’s, in both forms', () => {
    for (const payload of ['offline', '{"state":"offline"}']) {
      expect(itemsOf('zigbee2mqtt/bridge/state', payload)).toEqual([
        { subject: { by: 'sender' }, kind: 'status', state: 'offline' },
      ]);
    }
  });

  test('a device that announces itself is alive and has pressed nothing', () => {
    const announced = '{"data":{"friendly_name":"pager"},"type":"device_announce"}';
    expect(itemsOf('zigbee2mqtt/bridge/event', announced)).toEqual([
      { subject: { by: 'address', address: 'pager' }, kind: 'readings', values: {}, lenient: true },
    ]);
  });
});

describe('presses', () => {
  test.each(['emergency', 'sos', 'panic', 'SOS', 'fire'])('%s is one', (action) => {
    expect(said({ action })).toMatchObject([{ kind: 'event', event: 'sos' }, { kind: 'readings' }]);
  });

  test.each(['', null, 'single', 'rotate_right', 1, true, ['emergency'], 'emergency stop'])(
    '%j is none',
    (action) => {
      expect(said({ action }).filter(({ kind }) => kind === 'event')).toEqual([]);
    },
  );

  test('the older topic of an action is the same press', () => {
    expect(itemsOf('zigbee2mqtt/pager/action', 'emergency')).toMatchObject([
      { subject: { by: 'address', address: 'pager' }, kind: 'event', event: 'sos' },
      { kind: 'readings', values: {} },
    ]);
    expect(itemsOf('zigbee2mqtt/pager/action', '')).toEqual([]);
  });
});

describe('fields', () => {
  test.each([
    [{ voltage: 2900 }, {}],
    [{ voltage: 230, battery: 100 }, { battery: 100 }],
    [{ voltage: 231.5 }, { voltage: 231.5 }],
    [{ smoke_density: 255 }, { smoke_density: 100 }],
    [{ temperature: -100 }, {}],
    [{ temperature: -9.5 }, { temperature: -9.5 }],
    [{ battery: 'N/A' }, {}],
    [{ smoke: null, gas: '' }, {}],
    [{ smoke: 'true' }, { smoke: true }],
    [{ formaldehyd: 0.03 }, { hcho: 0.03 }],
    [{ formaldehyd: 12 }, {}],
    [{ fall_status: 'fall' }, { fall: true }],
    [{ state: 'ON' }, {}],
    [{ alarm: true }, {}],
    [{ over_current_threshold: 65, device_temperature: 23 }, {}],
  ])('%j means %j', (state, values) => {
    expect(valuesSaid(state)).toEqual(values);
  });

  test('an alarm zone of unknown model is heard on either channel, whatever the type it is registered as', () => {
    for (const zone of [
      { alarm_1: true, alarm_2: false },
      { alarm_1: false, alarm_2: true },
    ]) {
      expect(valuesSaid(zone)).toMatchObject({ smoke: true, gas: true, co_alarm: true, water_leak: true });
    }
    expect(valuesSaid({ alarm_1: true, smoke: false })).toMatchObject({ smoke: false, gas: true });
    expect(valuesSaid({ alarm_1: null })).toEqual({});
  });

  test('a hazard that cannot be read is refused aloud, and the others count', () => {
    const decoded = decode('zigbee2mqtt/x', '{"smoke":"perhaps","carbon_monoxide":true}');
    expect(decoded).toMatchObject({
      ok: true,
      items: [{ values: { co_alarm: true } }],
      refused: [{ reason: 'invalid-value' }],
    });
  });

  test('what the type does not measure is no fault of a device that cannot know it', () => {
    for (const item of said({ smoke: true })) expect(item).toMatchObject({ lenient: true });
  });

  test('a test button that says so is a test', () => {
    expect(said({ test: true })).toMatchObject([{ kind: 'event', event: 'test' }, { kind: 'readings' }]);
    expect(said({ test: false })).toMatchObject([{ kind: 'readings' }]);
  });

  test.each([1_573_393_389, 'disabled', '2026-04-17 23:33:17', 12345, null])(
    'the last_seen %j is no time to go by',
    (last_seen) => {
      for (const item of said({ smoke: true, last_seen })) expect(item).not.toHaveProperty('at');
    },
  );
});

describe('topics', () => {
  test.each([
    ['zigbee2mqtt/x/set', '{"state":"ON"}'],
    ['zigbee2mqtt/x/get', '{"action":"emergency"}'],
    ['zigbee2mqtt/x', ''],
    ['zigbee2mqtt/bridge/devices', '[{"action":"emergency"}]'],
    ['zigbee2mqtt/bridge/event', '{"type":"device_interview","data":{"action":"emergency"}}'],
    ['homeassistant/sensor/x/config', '{}'],
  ])('%s says nothing', (topic, payload) => {
    expect(itemsOf(topic, payload)).toEqual([]);
  });

  test.each([
    ['other/x', '{}', 'unknown-topic'],
    ['zigbee2mqtt/', '{}', 'unknown-topic'],
    ['zigbee2mqtt/x', 'hello', 'not-json'],
    ['zigbee2mqtt/x', '[]', 'not-an-object'],
    ['zigbee2mqtt/x/availability', 'perhaps', 'invalid-state'],
  ])('%s with %s is refused as %s', (topic, payload, reason) => {
    expect(decode(topic, payload)).toMatchObject({ ok: false, reason });
  });

  test('a hub speaks and listens below its own base topic only, and nothing of it is kept', () => {
    expect(zigbee2mqtt.mayPublish('hub-1', 'zigbee2mqtt/x')).toBe(true);
    expect(zigbee2mqtt.mayPublish('hub-1', 'zigbee2mqttx/x')).toBe(false);
    expect(zigbee2mqtt.maySubscribe('hub-1', 'zigbee2mqtt/#')).toBe(true);
    expect(zigbee2mqtt.mayRetain('hub-1', 'zigbee2mqtt/bridge/state')).toBe(false);
  });
});

test('a siren is told to sound and to stop, and nothing else can be said in this convention', () => {
  const siren = { by: 'address', address: '楼道/警号' } as const;
  const tell = (command: 'siren-on' | 'siren-off' | 'sos-received') =>
    zigbee2mqtt.encodeCommand('hub-1', siren, { id: 'c', device: 's', command, createdAt: 0, expiresAt: 1 });
  expect(tell('siren-on')?.topic).toBe('zigbee2mqtt/楼道/警号/set');
  expect(JSON.parse(tell('siren-on')?.payload ?? '')).toMatchObject({
    warning: { mode: 'emergency', strobe: true },
  });
  expect(JSON.parse(tell('siren-off')?.payload ?? '')).toMatchObject({ warning: { mode: 'stop' } });
  expect(tell('sos-received')).toBeNull();
});
