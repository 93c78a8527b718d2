import type { Decoded, Dialect, Item, Subject } from '../../src/model/dialect.ts';
import { isObject, readText, shapeFault } from './read-json.ts';
import { readMoment } from './read-moment.ts';
import { createRefusals } from './refusals.ts';
import { isField, isPress, readFields } from './zigbee2mqtt-fields.ts';

const base = 'zigbee2mqtt/';
const bridge = 'zigbee2mqtt/bridge/';
/** Where Zigbee2MQTT describes its devices to Home Assistant, if it is told to; it says nothing to us. */
const discovery = 'homeassistant/';

/** Zigbee2MQTT's first year: a `last_seen` before it is seconds, an uptime, or a clock that was never set. */
const firstYear = Date.UTC(2018, 0, 1);

/** How long a siren sounds by itself (s), should the word to stop never reach it. */
const sirenSeconds = 1800;

const silent: Decoded = { ok: true, items: [] };
const refuse = (reason: string, detail: string): Decoded => ({ ok: false, reason, detail });

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const stateOf = (text: string): 'online' | 'offline' | null => {
  const body = parse(text);
  const state = isObject(body) ? body.state : text;
  return state === 'online' || state === 'offline' ? state : null;
};

const readStatus = (subject: Subject, text: string): Decoded => {
  const state = stateOf(text);
  if (state === null) return refuse('invalid-state', 'must be online or offline, plain or as JSON {"state"}');
  return { ok: true, items: [{ subject, kind: 'status', state }] };
};

/** What the bridge says of itself and its network. Its inventory speaks of emergency actions and of status too; only its own state and a device that announces itself mean anything. */
const readBridge = (topic: string, bytes: Uint8Array): Decoded => {
  const about = topic.slice(bridge.length);
  if (about !== 'state' && about !== 'event') return silent;
  const text = readText(bytes);
  if (!text.ok) return text;
  const fault = shapeFault(bytes);
  if (fault !== null) return { ok: false, ...fault };
  if (about === 'state') return readStatus({ by: 'sender' }, text.value);
  const body = parse(text.value);
  if (!isObject(body) || body.type !== 'device_announce' || !isObject(body.data)) return silent;
  const address = body.data.friendly_name;
  if (typeof address !== 'string') return silent;
  return {
    ok: true,
    items: [{ subject: { by: 'address', address }, kind: 'readings', values: {}, lenient: true }],
  };
};

const readDevice = (address: string, state: Readonly<Record<string, unknown>>): Decoded => {
  const refusals = createRefusals();
  const subject: Subject = { by: 'address', address };
  const seen = readMoment(state.last_seen);
  const at = seen !== null && seen >= firstYear ? { at: seen } : {};
  const { values, unreadable } = readFields(state);
  for (const name of unreadable) refusals.add('invalid-value', `${name}: cannot be read`);
  const items: Item[] = [];
  if (isPress(state.action)) {
    items.push({ subject, kind: 'event', event: 'sos', ...at, data: { action: state.action } });
  }
  if (state.test === true) items.push({ subject, kind: 'event', event: 'test', ...at });
  items.push({ subject, kind: 'readings', values, ...at, lenient: true });
  const decoded = refusals.decoded(items);
  return decoded.ok && decoded.refused === undefined ? decoded : { ...decoded, subject };
};

/** Zigbee2MQTT's topics (https://www.zigbee2mqtt.io): `zigbee2mqtt/<friendly name>` with a device's state, `…/availability`, and `zigbee2mqtt/bridge/…`. Devices are found by their friendly name. */
export const zigbee2mqtt: Dialect = {
  name: 'zigbee2mqtt',
  decode: ({ topic, bytes }) => {
    if (topic.startsWith(discovery)) return silent;
    if (!topic.startsWith(base) || topic.length === base.length)
      return refuse('unknown-topic', 'not below zigbee2mqtt/');
    if (topic.startsWith(bridge)) return readBridge(topic, bytes);
    const name = topic.slice(base.length);
    const slash = name.lastIndexOf('/');
    const last = name.slice(slash + 1);
    // Requests to Zigbee2MQTT, and the empty message with which a retained one is deleted.
    if ((slash > 0 && (last === 'set' || last === 'get')) || bytes.byteLength === 0) return silent;
    const text = readText(bytes);
    if (!text.ok) return text;
    const fault = shapeFault(bytes);
    if (fault !== null) return { ok: false, ...fault };
    if (slash > 0 && last === 'availability') {
      return readStatus({ by: 'address', address: name.slice(0, slash) }, text.value);
    }
    const body = parse(text.value);
    if (isObject(body)) return readDevice(name, body);
    // One topic for each field (`output: attribute`), and the older topic of a button's action, whose payload is bare text.
    if (slash > 0 && isField(last)) return readDevice(name.slice(0, slash), { [last]: body ?? text.value });
    const about = { subject: { by: 'address', address: name } } as const;
    return body === undefined
      ? { ...refuse('not-json', 'no JSON'), ...about }
      : { ...refuse('not-an-object', 'the state of a device is an object'), ...about };
  },
  mayPublish: (_, topic) => topic.startsWith(base) || topic.startsWith(discovery),
  // Zigbee2MQTT listens to everything below its own base topic.
  maySubscribe: (_, filter) => filter.startsWith(base) || filter.startsWith(discovery),
  mayRetain: () => false,
  encodeCommand: (_, subject, { command }) => {
    if (subject.by !== 'address' || /[+#]/.test(subject.address)) return null;
    const topic = `${base}${subject.address}/set`;
    if (command === 'siren-on') {
      const warning = { mode: 'emergency', level: 'high', strobe: true, duration: sirenSeconds };
      return { topic, payload: JSON.stringify({ warning }) };
    }
    if (command === 'siren-off') {
      return {
        topic,
        payload: JSON.stringify({ warning: { mode: 'stop', level: 'low', strobe: false, duration: 0 } }),
      };
    }
    return null;
  },
};
