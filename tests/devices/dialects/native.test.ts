import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { native } from '../../../devices/dialects/native.ts';
import {
  NativeCommandPayload,
  NativeEventPayload,
  NativeReadingsPayload,
  NativeReplyPayload,
  NativeStatusPayload,
} from '../../../devices/dialects/native-payloads.ts';
import { eventNames } from '../../../src/model/reading.ts';

const decode = (leaf: string, payload: unknown, prefix = 'zhishou/v1/devices/d1/') =>
  native.decode({
    sender: 'd1',
    topic: prefix + leaf,
    bytes:
      typeof payload === 'string'
        ? new TextEncoder().encode(payload)
        : new TextEncoder().encode(JSON.stringify(payload)),
  });
const itemsOf = (leaf: string, payload: unknown, prefix?: string) => {
  const decoded = decode(leaf, payload, prefix);
  return decoded.ok ? decoded.items : decoded.reason;
};
const reasonsOf = (leaf: string, payload: unknown) => {
  const decoded = decode(leaf, payload);
  return decoded.ok ? (decoded.refused ?? []).map(({ reason }) => reason) : [decoded.reason];
};

describe('readings', () => {
  test('one, with the device’s own time and id', () => {
    expect(
      decode('readings', {
        at: 1_700_000_000_000,
        id: 'm1',
        values: { smoke: true, temperature: 21.5, valve: 'open' },
      }),
    ).toEqual({
      ok: true,
      items: [
        {
          subject: { by: 'sender' },
          kind: 'readings',
          values: { smoke: true, temperature: 21.5, valve: 'open' },
          at: 1_700_000_000_000,
          messageId: 'm1',
        },
      ],
    });
  });

  test('many, in the order they were said, and none at all as a sign of life', () => {
    expect(itemsOf('readings', [{ values: { co: 1 } }, { values: { co: 2 } }])).toMatchObject([
      { values: { co: 1 } },
      { values: { co: 2 } },
    ]);
    expect(itemsOf('readings', { values: {} })).toMatchObject([{ kind: 'readings', values: {} }]);
  });

  test('through a hub they are the child’s, and a hub’s own where it names itself', () => {
    expect(itemsOf('readings', { values: {} }, 'zhishou/v1/hubs/d1/devices/child/')).toMatchObject([
      { subject: { by: 'id', id: 'child' } },
    ]);
    expect(itemsOf('readings', { values: {} }, 'zhishou/v1/hubs/d1/devices/d1/')).toMatchObject([
      { subject: { by: 'sender' } },
    ]);
    expect(itemsOf('readings', { values: {} }, 'zhishou/v1/hubs/d1/devices/a b/')).toBe('unknown-device');
  });

  test('a good one beside a bad one takes effect, and the bad one is named', () => {
    const decoded = decode('readings', [
      { values: { smoke: true } },
      7,
      { value: 1 },
      { values: { co: [1], Temperature: 3, co2: 500 } },
    ]);
    expect(decoded).toMatchObject({
      ok: true,
      items: [{ values: { smoke: true } }, { values: { co2: 500 } }],
      refused: [
        { reason: 'not-an-object' },
        { reason: 'no-values' },
        { reason: 'invalid-value' },
        { reason: 'invalid-value' },
      ],
    });
  });

  test.each([
    ['a local time without a zone', { at: '2026-11-23T08:00:00' }, 'invalid-time'],
    ['a time before the epoch', { at: -1 }, 'invalid-time'],
    ['an id that is no text and no whole number', { id: 1.5 }, 'invalid-id'],
    ['a number too large to tell two ids apart', { id: 2 ** 53 }, 'invalid-id'],
    ['an endless id', { id: 'x'.repeat(129) }, 'invalid-id'],
    ['an id with half a character in it', { id: '\ud800' }, 'invalid-id'],
  ])('smoke with %s still counts, and what was wrong is named', (_, envelope, reason) => {
    const decoded = decode('readings', { ...envelope, values: { smoke: true } });
    expect(decoded).toEqual({
      ok: true,
      items: [{ subject: { by: 'sender' }, kind: 'readings', values: { smoke: true } }],
      refused: [{ reason, detail: expect.any(String) }],
    });
  });

  test('a whole number is an id like its digits', () => {
    expect(itemsOf('readings', { id: 42, values: {} })).toMatchObject([{ messageId: '42' }]);
  });

  test.each([
    ['', 'empty'],
    ['nope', 'not-json'],
    ['{"values":{"smoke":NaN}}', 'not-json'],
    ['[]', 'empty'],
    ['7', 'not-an-object'],
    ['null', 'not-an-object'],
    ['{"values":[]}', 'no-values'],
    ['{}', 'no-values'],
  ])('of %j nothing can be read', (text, reason) => {
    expect(itemsOf('readings', text)).toBe(reason);
  });

  test('a number beyond all numbers, a text without end and a name that is no measurement are refused', () => {
    expect(reasonsOf('readings', '{"values":{"co":1e999}}')).toEqual(['invalid-value']);
    expect(reasonsOf('readings', { values: { valve: 'x'.repeat(257) } })).toEqual(['invalid-value']);
    expect(reasonsOf('readings', '{"values":{"__proto__":true}}')).toEqual(['invalid-value']);
    expect(reasonsOf('readings', { values: { co: null } })).toEqual(['invalid-value']);
  });

  test('bytes that are no UTF-8 are refused as such', () => {
    const bytes = new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]);
    expect(native.decode({ sender: 'd1', topic: 'zhishou/v1/devices/d1/readings', bytes })).toMatchObject({
      ok: false,
      reason: 'not-utf8',
    });
  });

  test('a thousand bad elements are counted, not listed', () => {
    const decoded = decode('readings', [...Array(999).fill(1), { values: { smoke: true } }]);
    expect(decoded).toMatchObject({ ok: true, items: [{ values: { smoke: true } }] });
    expect(decoded.ok && decoded.refused?.at(-1)).toEqual({ reason: 'more', detail: 'and 979 more' });
  });
});

describe('events', () => {
  test('a press is read whatever is wrong beside it', () => {
    const decoded = decode('events', { event: 'sos', at: 'yesterday', id: {}, data: [] });
    expect(decoded).toMatchObject({ ok: true, items: [{ kind: 'event', event: 'sos' }] });
    expect(reasonsOf('events', { event: 'sos', at: 'yesterday', id: {}, data: [] })).toEqual([
      'invalid-time',
      'invalid-id',
      'invalid-data',
    ]);
  });

  test.each([
    ['a NUL behind it', [...Buffer.from('{"event":"sos"}'), 0]],
    ['a NUL and rubbish behind it', [...Buffer.from('{"event":"sos"}'), 0, 0xff, 0x22]],
    ['a name in GBK', [...Buffer.from('{"event":"sos","data":{"name":"'), 0xd5, 0xc5, ...Buffer.from('"}}')]],
    [
      'GBK with a backslash in it',
      [...Buffer.from('{"event":"sos","data":{"name":"'), 0x81, 0x5c, ...Buffer.from('"}}')],
    ],
    [
      'bytes of no encoding',
      [...Buffer.from('{"event":"sos","data":{"name":"'), 0xff, 0xff, ...Buffer.from('"}}')],
    ],
  ])('a press with %s is read, and what was wrong is named', (_, bytes) => {
    const topic = 'zhishou/v1/devices/d1/events';
    const decoded = native.decode({ sender: 'd1', topic, bytes: new Uint8Array(bytes) });
    expect(decoded).toMatchObject({
      ok: true,
      items: [{ subject: { by: 'sender' }, kind: 'event', event: 'sos' }],
      refused: [{ reason: 'invalid-data', detail: expect.stringContaining('in spite of') }],
    });
  });

  test('what a name in GBK says is kept', () => {
    const bytes = new Uint8Array([
      ...Buffer.from('{"event":"sos","data":{"name":"'),
      0xd5,
      0xc5,
      ...Buffer.from('"}}'),
    ]);
    const decoded = native.decode({ sender: 'd1', topic: 'zhishou/v1/devices/d1/events', bytes });
    expect(decoded.ok && decoded.items).toMatchObject([{ data: { name: '张' } }]);
  });

  test('a press of a child whose name is no id is of that name, and nothing else of such a child is taken', () => {
    expect(itemsOf('events', { event: 'sos' }, 'zhishou/v1/hubs/d1/devices/奶奶/')).toMatchObject([
      { subject: { by: 'address', address: '奶奶' }, event: 'sos' },
    ]);
    expect(itemsOf('events', { event: 'fault' }, 'zhishou/v1/hubs/d1/devices/奶奶/')).toBe('unknown-device');
    expect(itemsOf('readings', { values: {} }, 'zhishou/v1/hubs/d1/devices/奶奶/')).toBe('unknown-device');
  });

  test('a slash too many behind the topic costs no press', () => {
    expect(itemsOf('events/', { event: 'sos' })).toMatchObject([{ subject: { by: 'sender' }, event: 'sos' }]);
    expect(itemsOf('events/x', { event: 'sos' })).toBe('unknown-topic');
  });

  test('data is passed on while it is shallow', () => {
    expect(
      itemsOf('events', { event: 'fault', data: { code: 7, where: { room: 'kitchen' } } }),
    ).toMatchObject([{ event: 'fault', data: { code: 7, where: { room: 'kitchen' } } }]);
    const deep = JSON.parse(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`);
    expect(reasonsOf('events', { event: 'fault', data: deep })).toEqual(['invalid-data']);
  });

  test('a name that no device may say is refused', () => {
    for (const event of ['s o s', 'explode', '', 1, null, undefined])
      expect(itemsOf('events', { event })).toBe('unknown-event');
  });

  test('a press is a press however its letters are written, with blanks around it, and in an array', () => {
    for (const event of ['Sos', 'SOS', ' sos\n'])
      expect(itemsOf('events', { event })).toMatchObject([{ kind: 'event', event: 'sos' }]);
    expect(itemsOf('events', [{ event: 'SOS', id: 'a' }, { event: 'sos-cancel' }])).toMatchObject([
      { event: 'sos', messageId: 'a' },
      { event: 'sos-cancel' },
    ]);
    expect(reasonsOf('events', [{ event: 'help' }, 7, { event: 'sos' }])).toEqual([
      'unknown-event',
      'not-an-object',
    ]);
    expect(itemsOf('events', [])).toBe('empty');
    expect(itemsOf('events', Array(1001).fill({ event: 'sos' }))).toBe('too-many');
  });
});

describe('status, replies and voice', () => {
  test('status says online or offline', () => {
    expect(itemsOf('status', { state: 'offline' })).toEqual([
      { subject: { by: 'sender' }, kind: 'status', state: 'offline' },
    ]);
    expect(itemsOf('status', { state: 'asleep' })).toBe('invalid-state');
  });

  test('a reply names its command and what came of it', () => {
    expect(itemsOf('replies', { id: 'c1', ok: false, error: 'no siren' })).toEqual([
      { subject: { by: 'sender' }, kind: 'reply', command: 'c1', ok: false, error: 'no siren' },
    ]);
    expect(itemsOf('replies', { ok: true })).toBe('invalid-id');
    expect(itemsOf('replies', { id: 'c1', ok: 'yes' })).toBe('invalid-reply');
    expect(reasonsOf('replies', { id: 'c1', ok: true, error: 3 })).toEqual(['invalid-reply']);
  });

  test('signalling says what somebody wants of a call', () => {
    const said = (signal: object) => [{ subject: { by: 'sender' }, kind: 'voice', signal }];
    expect(itemsOf('voice/up', { call: 'c1', type: 'request' })).toEqual(
      said({ call: 'c1', type: 'request' }),
    );
    expect(
      itemsOf('voice/up', {
        call: 'c1',
        type: ' Request ',
        media: 'mqtt-audio',
        expiresAt: '2026-01-01T00:00:00Z',
      }),
    ).toEqual(said({ call: 'c1', type: 'request', media: 'mqtt-audio', expiresAt: 1_767_225_600_000 }));
    expect(itemsOf('voice/up', { call: 'c1', type: 'answer', sdp: 'v=0' })).toEqual(
      said({ call: 'c1', type: 'answer', sdp: 'v=0' }),
    );
    expect(
      itemsOf('voice/up', { call: 'c1', type: 'candidate', candidate: { candidate: 'x', sdpMid: '0' } }),
    ).toEqual(said({ call: 'c1', type: 'candidate', candidate: { candidate: 'x', sdpMid: '0' } }));
  });

  test('a request whose particulars are wrong is a request all the same, with what was wrong beside it', () => {
    expect(
      reasonsOf('voice/up', {
        call: 'c1',
        type: 'request',
        sdp: 'x'.repeat(16_385),
        candidate: 7,
        media: { toString: 1 },
        expiresAt: 'soon',
      }),
    ).toEqual(['invalid-sdp', 'invalid-candidate', 'invalid-media', 'invalid-time']);
    expect(itemsOf('voice/up', { call: 'c1', type: 'request', media: 'smoke' })).toEqual([
      { subject: { by: 'sender' }, kind: 'voice', signal: { call: 'c1', type: 'request' } },
    ]);
    // What follows a NUL is passed over, as with a press.
    expect(itemsOf('voice/up', '{"call":"c1","type":"request"}\0rest')).toEqual([
      { subject: { by: 'sender' }, kind: 'voice', signal: { call: 'c1', type: 'request' } },
    ]);
  });

  test('signalling that names no call, or wants nothing known, is refused by name', () => {
    expect(itemsOf('voice/up', { type: 'request' })).toBe('invalid-call');
    expect(itemsOf('voice/up', { call: 'c 1', type: 'request' })).toBe('invalid-call');
    expect(itemsOf('voice/up', { call: 'c1', type: 'sing' })).toBe('unknown-signal');
    expect(itemsOf('voice/up', { call: 'c1', type: 'candidate' })).toBe('invalid-candidate');
    expect(itemsOf('voice/up', { call: 'c1', type: 'candidate', candidate: 'x'.repeat(1_025) })).toBe(
      'invalid-candidate',
    );
    expect(itemsOf('voice/up', [])).toBe('not-an-object');
    expect(itemsOf('voice/up', 'x')).toBe('not-json');
  });

  test('sound is 4 bytes of sequence and 160 of A-law, and nothing else', () => {
    const frame = new Uint8Array(164);
    const decode = (bytes: Uint8Array) =>
      native.decode({ sender: 'd1', topic: 'zhishou/v1/devices/d1/voice/audio/up', bytes });
    expect(decode(frame)).toEqual({
      ok: true,
      items: [{ subject: { by: 'sender' }, kind: 'audio', frame }],
    });
    for (const length of [0, 163, 165, 4])
      expect(decode(new Uint8Array(length))).toMatchObject({ ok: false, reason: 'invalid-audio' });
    expect(native.mayPublish('d1', 'zhishou/v1/devices/d1/voice/audio/up')).toBe(true);
    expect(native.mayRetain('d1', 'zhishou/v1/devices/d1/voice/up')).toBe(false);
  });

  test('a device hears of its calls on its own topics, or on those of its hub', () => {
    const notice = { call: 'c1', type: 'state', state: 'ringing', expiresAt: 5 } as const;
    expect(native.encodeVoice?.('d1', { by: 'sender' }, 'd1', notice)).toEqual({
      topic: 'zhishou/v1/devices/d1/voice/down',
      payload: JSON.stringify(notice),
    });
    expect(native.encodeVoice?.('h1', { by: 'id', id: 'd1' }, 'd1', notice).topic).toBe(
      'zhishou/v1/hubs/h1/devices/d1/voice/down',
    );
    expect(native.audioTopic?.('d1', { by: 'sender' }, 'd1')).toBe('zhishou/v1/devices/d1/voice/audio/down');
    expect(native.maySubscribe('d1', 'zhishou/v1/devices/d1/voice/down')).toBe(true);
    expect(native.maySubscribe('d1', 'zhishou/v1/devices/d1/voice/up')).toBe(false);
  });

  test('a topic of one’s own that means nothing costs a line in quarantine and no connection', () => {
    for (const leaf of ['reading', 'readings/x', 'commands', '']) {
      expect(native.mayPublish('d1', `zhishou/v1/devices/d1/${leaf}`)).toBe(true);
      expect(itemsOf(leaf, {})).toBe('unknown-topic');
    }
    expect(native.mayPublish('d1', 'zhishou/v1/hubs/d1/devices/any/readings')).toBe(true);
  });
});

describe('who may listen and be remembered', () => {
  test.each([
    ['zhishou/v1/devices/d1/commands', true],
    ['zhishou/v1/devices/d1/voice/down', true],
    ['zhishou/v1/devices/d1/voice/audio/down', true],
    ['zhishou/v1/devices/d1/#', true],
    ['zhishou/v1/devices/d1/+', true],
    ['zhishou/v1/hubs/d1/#', true],
    ['zhishou/v1/hubs/d1/devices/+/commands', true],
    ['zhishou/v1/hubs/d1/devices/child/commands', true],
    ['zhishou/v1/devices/d1/readings', false],
    ['zhishou/v1/devices/d1', false],
    ['zhishou/v1/devices/d1#', false],
  ])('d1 asks for %s: %s', (filter, allowed) => {
    expect(native.maySubscribe('d1', filter)).toBe(allowed);
  });

  test('only a device’s own status is kept', () => {
    expect(native.mayRetain('d1', 'zhishou/v1/devices/d1/status')).toBe(true);
    for (const topic of ['zhishou/v1/devices/d1/readings', 'zhishou/v1/hubs/d1/devices/a/status'])
      expect(native.mayRetain('d1', topic)).toBe(false);
  });
});

test('a command goes to the device itself, or to its hub, in the form that is published', () => {
  const command = {
    id: 'c1',
    device: 'd1',
    command: 'sos-accepted',
    by: '王',
    alert: 'a1',
    createdAt: 1,
    expiresAt: 2,
  } as const;
  const own = native.encodeCommand('d1', { by: 'sender' }, command);
  expect(own?.topic).toBe('zhishou/v1/devices/d1/commands');
  expect(NativeCommandPayload.parse(JSON.parse(own?.payload ?? ''))).toEqual({
    id: 'c1',
    command: 'sos-accepted',
    by: '王',
    alert: 'a1',
    expiresAt: 2,
  });
  expect(native.encodeCommand('h1', { by: 'id', id: 'd1' }, command)?.topic).toBe(
    'zhishou/v1/hubs/h1/devices/d1/commands',
  );
});

describe('what is published and what is read agree', () => {
  const at = fc.oneof(
    fc.integer({ min: -5, max: 2_000_000_000_000 }),
    fc.constantFrom('2026-11-23T08:00:00+08:00', '2026-11-23T08:00:00', '2026-02-30T00:00:00Z'),
    fc.jsonValue(),
  );
  const id = fc.oneof(fc.string({ maxLength: 140 }), fc.integer(), fc.jsonValue());
  const value = fc.oneof(fc.double(), fc.boolean(), fc.string({ maxLength: 300 }), fc.jsonValue());
  const name = fc.oneof(fc.constantFrom('smoke', 'co', 'pm25'), fc.string({ maxLength: 5 }));
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const readings = fc.record({
    at: maybe(at),
    id: maybe(id),
    values: fc.oneof(fc.dictionary(name, value, { noNullPrototype: true }), fc.jsonValue()),
  });
  const event = fc.record({
    event: fc.oneof(fc.constantFrom(...eventNames, 'SOS', ' Sos '), fc.string()),
    at: maybe(at),
    id: maybe(id),
    data: maybe(fc.oneof(fc.object({ maxDepth: 10, values: [fc.boolean()] }), fc.jsonValue())),
  });
  const payloads: readonly (readonly [string, z.ZodType, fc.Arbitrary<unknown>])[] = [
    [
      'readings',
      NativeReadingsPayload,
      fc.oneof(readings, fc.array(readings, { maxLength: 4 }), fc.jsonValue()),
    ],
    ['events', NativeEventPayload, fc.oneof(event, fc.array(event, { maxLength: 4 }))],
    [
      'status',
      NativeStatusPayload,
      fc.oneof(fc.record({ state: fc.constantFrom('online', 'offline', 'gone') }), fc.jsonValue()),
    ],
    [
      'replies',
      NativeReplyPayload,
      fc.record({
        id: maybe(id),
        ok: fc.oneof(fc.boolean(), fc.jsonValue()),
        error: maybe(fc.oneof(fc.string(), fc.jsonValue())),
      }),
    ],
  ];

  test('a measurement by the name of __proto__ is refused like any other that is no name', () => {
    for (const value of ['1', '{"a":1}', '[1]']) {
      const decoded = decode('readings', `{"values":{"__proto__":${value}}}`);
      expect(decoded.ok && decoded.refused === undefined).toBe(false);
    }
  });

  test.each(payloads)(
    'on %s: a payload is read without complaint exactly if the schema takes it',
    (leaf, schema, arbitrary) => {
      fc.assert(
        fc.property(arbitrary, (payload) => {
          const text = JSON.stringify(payload) ?? 'null';
          // zod passes this key over in silence, where the dialect says that it is no name.
          fc.pre(!text.includes('"__proto__"'));
          const decoded = decode(leaf, text);
          expect(decoded.ok && decoded.refused === undefined).toBe(
            schema.safeParse(JSON.parse(text)).success,
          );
        }),
        { numRuns: 1500 },
      );
    },
  );
});
