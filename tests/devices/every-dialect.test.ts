import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dialects } from '../../devices/index.ts';
import { DeviceSignal } from '../../src/model/call.ts';
import { commandNames } from '../../src/model/command.ts';
import type { Decoded } from '../../src/model/dialect.ts';
import { eventNames } from '../../src/model/reading.ts';

const sender = 'hub-1';
const topic = fc.oneof(
  fc.string(),
  fc.constantFrom(
    'zhishou/v1/devices/hub-1/readings',
    'zhishou/v1/devices/hub-1/events',
    'zhishou/v1/devices/hub-1/status',
    'zhishou/v1/devices/hub-1/replies',
    'zhishou/v1/devices/hub-1/voice/up',
    'zhishou/v1/devices/hub-1/voice/audio/up',
    'zhishou/v1/hubs/hub-1/devices/a/readings',
    'zhishou/v1/hubs/hub-1/devices/../readings',
    'zigbee2mqtt/厨房/烟感',
    'zigbee2mqtt/kitchen/availability',
    'zigbee2mqtt/kitchen/action',
    'zigbee2mqtt/bridge/state',
    'zigbee2mqtt/bridge/event',
  ),
);

/** Names that mean something, with anything at all beside them. */
const telling = fc.dictionary(
  fc.constantFrom(
    'values',
    'event',
    'state',
    'id',
    'at',
    'ok',
    'error',
    'data',
    'action',
    'smoke',
    'alarm_1',
    'battery',
    'last_seen',
    'contact',
    'type',
    'call',
    'sdp',
    'candidate',
    'media',
    'expiresAt',
    '__proto__',
  ),
  fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('sos', 'online', 'emergency', 'request', 'c1', 1e308, -0, '80.00'),
  ),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  telling.map((value) => new TextEncoder().encode(JSON.stringify(value))),
  fc.array(telling).map((value) => new TextEncoder().encode(JSON.stringify(value))),
);

const expectSound = (decoded: Decoded): void => {
  const refused = decoded.ok ? (decoded.refused ?? []) : [decoded];
  for (const { reason, detail } of refused) {
    expect(reason).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(detail.length).toBeLessThan(400);
  }
  expect(refused.length).toBeLessThan(50);
  if (!decoded.ok) return;
  for (const item of decoded.items) {
    if ('at' in item) expect(Number.isSafeInteger(item.at) && Number(item.at) >= 0).toBe(true);
    if (item.kind === 'event') expect(eventNames).toContain(item.event);
    if (item.kind === 'voice') expect(DeviceSignal.parse(item.signal)).toEqual(item.signal);
    if (item.kind === 'audio') expect(item.frame.byteLength).toBe(164);
    if (item.kind !== 'readings') continue;
    for (const [name, value] of Object.entries(item.values)) {
      expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
      expect(['number', 'boolean', 'string']).toContain(typeof value);
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(256);
    }
  }
};

describe.each([...dialects])('the dialect %s', (name, dialect) => {
  test('is registered under its own name', () => {
    expect(dialect.name).toBe(name);
  });

  test('never throws, whatever the bytes, and makes of them only what the house can take or a named refusal', () => {
    fc.assert(
      fc.property(topic, bytes, (where, what) => {
        const message = { sender, topic: where, bytes: what };
        const decoded = dialect.decode(message);
        expectSound(decoded);
        expect(dialect.decode(message)).toEqual(decoded);
        dialect.mayPublish(sender, where);
        dialect.maySubscribe(sender, where);
        dialect.mayRetain(sender, where);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['a tower of brackets', '['.repeat(262_144)],
    ['a tower of objects', '{"values":'.repeat(26_000)],
    ['deep data in an event', `{"event":"sos","data":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`],
    ['more bytes than may be', `{"values":{"smoke":true},"pad":"${'x'.repeat(262_144)}"}`],
    ['a thousand and one readings', JSON.stringify(Array(1001).fill({ values: {} }))],
  ])('survives %s on any of its topics', (_, text) => {
    for (const where of [
      'zhishou/v1/devices/hub-1/readings',
      'zhishou/v1/devices/hub-1/events',
      'zigbee2mqtt/x',
      'zigbee2mqtt/bridge/event',
    ]) {
      expectSound(dialect.decode({ sender, topic: where, bytes: new TextEncoder().encode(text) }));
    }
  });

  test('lets nobody speak, listen or be remembered as another device', () => {
    const foreign = [
      'zhishou/v1/devices/other/readings',
      'zhishou/v1/hubs/other/devices/hub-1/readings',
      '$SYS/x',
      '',
      '/',
      'zhishou/v1/devices/hub-10/status',
    ];
    for (const where of foreign) {
      expect(dialect.mayPublish(sender, where), where).toBe(false);
      expect(dialect.mayRetain(sender, where), where).toBe(false);
    }
    for (const filter of [
      '#',
      '+/#',
      '$SYS/#',
      'zhishou/#',
      'zhishou/v1/devices/+/commands',
      'zhishou/v1/+/hub-1/#',
      'zhishou/v1/devices/other/commands',
      ...foreign,
    ]) {
      expect(dialect.maySubscribe(sender, filter), filter).toBe(false);
    }
  });

  test('carries a command out on a topic without wildcards, as JSON, or says that it cannot', () => {
    for (const command of commandNames) {
      for (const subject of [
        { by: 'sender' },
        { by: 'id', id: 'child' },
        { by: 'address', address: '楼道/警号 1' },
      ] as const) {
        const sent = dialect.encodeCommand(sender, subject, {
          id: 'c1',
          device: 'child',
          command,
          createdAt: 1,
          expiresAt: 2,
        });
        if (sent === null) continue;
        expect(sent.topic).not.toMatch(/[+#]/);
        expect(JSON.parse(sent.payload)).toBeTypeOf('object');
      }
    }
  });

  test('carries signalling of a call out on a topic without wildcards, as JSON, where it knows calls at all', () => {
    const { encodeVoice, audioTopic } = dialect;
    expect(encodeVoice === undefined).toBe(audioTopic === undefined);
    const notice = { call: 'c1', type: 'end', reason: 'replaced', expiresAt: 2 } as const;
    const sent = encodeVoice?.(sender, { by: 'id', id: 'child' }, 'child', notice);
    if (sent === undefined) return;
    expect(sent.topic).not.toMatch(/[+#]/);
    expect(JSON.parse(sent.payload)).toEqual(notice);
    expect(audioTopic?.(sender, { by: 'id', id: 'child' }, 'child')).not.toMatch(/[+#]/);
  });
});
