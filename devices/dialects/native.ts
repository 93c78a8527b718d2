import { type CallMedia, Candidate, callMedia, DeviceSignal, maxSdp } from '../../src/model/call.ts';
import type { Decoded, Dialect, Item, RefusedPart, Subject } from '../../src/model/dialect.ts';
import { type EventName, eventNames, type Value } from '../../src/model/reading.ts';
import { Id } from '../../src/model/text.ts';
import { maxDataDepth, maxMessageId, maxReadings, maxTextValue, measurementName } from './native-payloads.ts';
import { isObject, isShallow, readJson, readJsonLeniently } from './read-json.ts';
import { readMoment } from './read-moment.ts';
import { createRefusals, type Refusals } from './refusals.ts';

const devices = 'zhishou/v1/devices/';
const hubs = 'zhishou/v1/hubs/';
const bySender: Subject = { by: 'sender' };
const events: ReadonlySet<string> = new Set(eventNames);
/** 20 ms of G.711 A-law behind a sequence number of 4 bytes. */
const soundBytes = 164;
const downwards: ReadonlySet<string> = new Set(['commands', 'voice/down', 'voice/audio/down']);

/** Where a device hears something, directly or through its hub. */
const below = (sender: string, subject: Subject, device: string, leaf: string): string =>
  subject.by === 'sender' ? `${devices}${sender}/${leaf}` : `${hubs}${sender}/devices/${device}/${leaf}`;

/** Whose topic it is and what is below it, or null where it lies outside the sender's own namespace. */
const locate = (
  sender: string,
  topic: string,
): { readonly child: string | null; readonly leaf: string } | null => {
  if (topic.startsWith(devices)) {
    const end = devices.length + sender.length;
    if (topic.charCodeAt(end) !== 47 || !topic.startsWith(sender, devices.length)) return null;
    return { child: null, leaf: topic.slice(end + 1) };
  }
  if (!topic.startsWith(hubs)) return null;
  const end = hubs.length + sender.length;
  if (topic.charCodeAt(end) !== 47 || !topic.startsWith(sender, hubs.length)) return null;
  const below = topic.slice(end + 1);
  if (!below.startsWith('devices/')) return { child: null, leaf: '' };
  const slash = below.indexOf('/', 8);
  return slash < 0
    ? { child: null, leaf: '' }
    : { child: below.slice(8, slash), leaf: below.slice(slash + 1) };
};

const eventOf = (written: unknown): EventName | null => {
  const name =
    typeof written === 'string' && written.length <= maxTextValue ? written.trim().toLowerCase() : '';
  return events.has(name) ? (name as EventName) : null;
};

const isValue = (value: unknown): value is Value =>
  typeof value === 'number'
    ? // JSON has no Infinity, but 1e999 becomes one.
      Number.isFinite(value)
    : typeof value === 'boolean' || (typeof value === 'string' && value.length <= maxTextValue);

/** The values that can be read; the record that was parsed itself where all of them can. */
const readValues = (
  values: Readonly<Record<string, unknown>>,
  refusals: Refusals,
): Readonly<Record<string, Value>> => {
  let sound = true;
  for (const name in values) {
    if (measurementName.test(name) && isValue(values[name])) continue;
    sound = false;
    refusals.add(
      'invalid-value',
      `${name.slice(0, 64)}: a measurement is a snake_case name with a number, a boolean or a short text`,
    );
  }
  if (sound) return values as Readonly<Record<string, Value>>;
  const good: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values))
    if (measurementName.test(name) && isValue(value)) good[name] = value;
  return good;
};

/** The device's time and id. What cannot be read of them is refused, and the rest takes effect without it: a wrong clock must not hide a fire. */
const readEnvelope = (
  body: Readonly<Record<string, unknown>>,
  refusals: Refusals,
): { readonly at?: number; readonly messageId?: string } => {
  const envelope: { at?: number; messageId?: string } = {};
  if (body.at !== undefined) {
    const at = readMoment(body.at);
    if (at === null) refusals.add('invalid-time', 'at: must be epoch milliseconds, or ISO 8601 with a zone');
    else envelope.at = at;
  }
  const id = body.id;
  if (id !== undefined) {
    if (typeof id === 'string' && id.length > 0 && id.length <= maxMessageId && id.isWellFormed())
      envelope.messageId = id;
    else if (Number.isSafeInteger(id)) envelope.messageId = String(id);
    else
      refusals.add(
        'invalid-id',
        `id: must be a well-formed text of 1 to ${maxMessageId} characters or a whole number`,
      );
  }
  return envelope;
};

/** What each of the elements of an array says, or the one that stands alone. */
const readEach = (
  body: unknown,
  what: string,
  read: (element: unknown, refusals: Refusals) => Item | null,
): Decoded => {
  const elements = Array.isArray(body) ? body : [body];
  if (elements.length === 0) return refuse('empty', `an array of no ${what}`);
  if (elements.length > maxReadings)
    return refuse('too-many', `${elements.length} ${what}; at most ${maxReadings} in one message`);
  const refusals = createRefusals();
  const items: Item[] = [];
  for (const element of elements) {
    const item = read(element, refusals);
    if (item !== null) items.push(item);
  }
  return refusals.decoded(items);
};

const readReadings = (subject: Subject, body: unknown): Decoded =>
  readEach(body, 'readings', (element, refusals) => {
    if (!isObject(element)) refusals.add('not-an-object', 'readings are an object with `values`');
    else if (!isObject(element.values))
      refusals.add('no-values', 'values: must be an object of measurements');
    else {
      const values = readValues(element.values, refusals);
      return { subject, kind: 'readings', values, ...readEnvelope(element, refusals) };
    }
    return null;
  });

const readEvents = (subject: Subject, body: unknown): Decoded =>
  readEach(body, 'events', (element, refusals) => {
    if (!isObject(element)) {
      refusals.add('not-an-object', 'an event is an object with `event`');
      return null;
    }
    const event = eventOf(element.event);
    if (event === null) {
      refusals.add('unknown-event', `event: must be one of ${eventNames.join(', ')}`);
      return null;
    }
    const item: Item = { subject, kind: 'event', event, ...readEnvelope(element, refusals) };
    const { data } = element;
    if (data === undefined) return item;
    if (isObject(data) && isShallow(data, maxDataDepth)) return { ...item, data };
    refusals.add('invalid-data', `data: must be an object of at most ${maxDataDepth} levels`);
    return item;
  });

/** A press is read however its bytes were spoilt on the way; what was wrong with them is named beside it. */
const readEventBytes = (subject: Subject, bytes: Uint8Array): Decoded => {
  const json = readJsonLeniently(bytes);
  if (!json.ok) return json;
  const decoded = readEvents(subject, json.value);
  return decoded.ok && json.flaw ? { ...decoded, refused: [json.flaw, ...(decoded.refused ?? [])] } : decoded;
};

/** A call for help of somebody whose name is no id; null where it is anything else. Nobody can be registered under that id, but a hub may know the name as an address. */
const readCall = (address: string, bytes: Uint8Array): Decoded | null => {
  const decoded = readEventBytes({ by: 'address', address }, bytes);
  const calls = decoded.ok && decoded.items.some((item) => item.kind === 'event' && item.event === 'sos');
  return calls ? decoded : null;
};

const readStatus = (subject: Subject, body: unknown): Decoded => {
  const state = isObject(body) ? body.state : undefined;
  if (state !== 'online' && state !== 'offline')
    return refuse('invalid-state', 'state: must be online or offline');
  return { ok: true, items: [{ subject, kind: 'status', state }] };
};

const readReply = (subject: Subject, body: unknown): Decoded => {
  if (!isObject(body)) return refuse('not-an-object', 'a reply is an object with `id` and `ok`');
  const refusals = createRefusals();
  const command = readEnvelope({ id: body.id }, refusals).messageId;
  if (command === undefined) return refuse('invalid-id', 'id: must be the id of the command');
  const { ok, error } = body;
  if (typeof ok !== 'boolean') return refuse('invalid-reply', 'ok: must be true or false');
  if (error !== undefined && typeof error !== 'string')
    refusals.add('invalid-reply', 'error: must be a text');
  const said = typeof error === 'string' ? { error: error.slice(0, 1024) } : {};
  return refusals.decoded([{ subject, kind: 'reply', command, ok, ...said }]);
};

const signalTypes: ReadonlySet<string> = new Set(DeviceSignal.shape.type.options);
const media: ReadonlySet<string> = new Set(callMedia);

const typeOf = (written: unknown): DeviceSignal['type'] | null => {
  const name =
    typeof written === 'string' && written.length <= maxTextValue ? written.trim().toLowerCase() : '';
  return signalTypes.has(name) ? (name as DeviceSignal['type']) : null;
};

/** Signalling of a call. What is wrong beside who asks for what is refused, and the rest takes effect: a person waits. */
const readSignal = (subject: Subject, body: unknown, flaw: RefusedPart | undefined): Decoded => {
  if (!isObject(body)) return refuse('not-an-object', 'signalling is an object with `call` and `type`');
  const type = typeOf(body.type);
  if (type === null) return refuse('unknown-signal', `type: must be one of ${[...signalTypes].join(', ')}`);
  const call = Id.safeParse(body.call);
  if (!call.success) return refuse('invalid-call', 'call: must be the id of the call, best a UUID');
  const refusals = createRefusals();
  if (flaw) refusals.add(flaw.reason, flaw.detail);
  const signal: { -readonly [K in keyof DeviceSignal]: DeviceSignal[K] } = { call: call.data, type };
  if (typeof body.sdp === 'string' && body.sdp.length <= maxSdp) signal.sdp = body.sdp;
  else if (body.sdp !== undefined)
    refusals.add('invalid-sdp', `sdp: must be a text of at most ${maxSdp} characters`);
  if (body.candidate !== undefined) {
    const candidate = Candidate.safeParse(body.candidate);
    if (candidate.success) signal.candidate = candidate.data;
    else
      refusals.add('invalid-candidate', 'candidate: must be the line of a candidate, or an object with it');
  }
  if (typeof body.media === 'string' && media.has(body.media)) signal.media = body.media as CallMedia;
  else if (body.media !== undefined)
    refusals.add('invalid-media', `media: must be one of ${callMedia.join(', ')}`);
  if (body.expiresAt !== undefined) {
    const at = readMoment(body.expiresAt);
    if (at === null)
      refusals.add('invalid-time', 'expiresAt: must be epoch milliseconds, or ISO 8601 with a zone');
    else signal.expiresAt = at;
  }
  if (type === 'candidate' && signal.candidate === undefined) {
    if (body.candidate === undefined) refusals.add('invalid-candidate', 'candidate: is missing');
    return refusals.decoded([]);
  }
  return refusals.decoded([{ subject, kind: 'voice', signal }]);
};

/** A request is read however its bytes were spoilt on the way, as a press is. */
const readSignalBytes = (subject: Subject, bytes: Uint8Array): Decoded => {
  const json = readJsonLeniently(bytes);
  return json.ok ? readSignal(subject, json.value, json.flaw) : json;
};

const readSound = (subject: Subject, bytes: Uint8Array): Decoded =>
  bytes.byteLength === soundBytes
    ? { ok: true, items: [{ subject, kind: 'audio', frame: bytes }] }
    : refuse(
        'invalid-audio',
        `a message of sound has ${soundBytes} bytes: 4 of sequence, 160 of G.711 A-law`,
      );

const readers: ReadonlyMap<string, (subject: Subject, body: unknown) => Decoded> = new Map([
  ['readings', readReadings],
  ['status', readStatus],
  ['replies', readReply],
]);

const refuse = (reason: string, detail: string): Decoded => ({ ok: false, reason, detail });

const readLeaf = (subject: Subject, leaf: string, bytes: Uint8Array): Decoded => {
  if (leaf === 'events') return readEventBytes(subject, bytes);
  if (leaf === 'voice/up') return readSignalBytes(subject, bytes);
  if (leaf === 'voice/audio/up') return readSound(subject, bytes);
  const reader = readers.get(leaf);
  if (reader === undefined) return refuse('unknown-topic', 'nothing is known under this topic');
  const json = readJson(bytes);
  return json.ok ? reader(subject, json.value) : json;
};

/** The gateway's own convention: JSON below `zhishou/v1/devices/{id}/`, and below `zhishou/v1/hubs/{hub}/devices/{id}/` for what a hub carries. */
export const native: Dialect = {
  name: 'native',
  decode: ({ sender, topic, bytes }) => {
    const where = locate(sender, topic);
    if (where === null) return refuse('unknown-topic', 'not a topic of this sender');
    if (/^events\/+$/.test(where.leaf))
      return native.decode({ sender, topic: topic.replace(/\/+$/, ''), bytes });
    if (where.child !== null && !Id.safeParse(where.child).success) {
      const refused = refuse('unknown-device', 'the device in the topic has no valid id');
      if (where.leaf !== 'events') return { ...refused, subject: { by: 'id', id: where.child } };
      // What happened to nobody knows whom may be a press: its hub has to stand for it.
      return readCall(where.child, bytes) ?? refused;
    }
    const subject: Subject =
      where.child === null || where.child === sender ? bySender : { by: 'id', id: where.child };
    const decoded = readLeaf(subject, where.leaf, bytes);
    const complete = decoded.ok && decoded.refused === undefined;
    return complete || subject.by === 'sender' ? decoded : { ...decoded, subject };
  },
  mayPublish: (sender, topic) => locate(sender, topic) !== null,
  maySubscribe: (sender, filter) => {
    const where = locate(sender, filter);
    if (where === null) return filter === `${hubs}${sender}/#`;
    // A wildcard inside the own namespace can only hear what is the sender's own.
    return downwards.has(where.leaf) || /(^|\/)[+#](\/|$)/.test(filter);
  },
  mayRetain: (sender, topic) => topic === `${devices}${sender}/status`,
  encodeCommand: (sender, subject, command) => {
    const { id, command: name, expiresAt, alert, by } = command;
    return {
      topic: below(sender, subject, command.device, 'commands'),
      payload: JSON.stringify({ id, command: name, expiresAt, alert, by }),
    };
  },
  encodeVoice: (sender, subject, device, notice) => ({
    topic: below(sender, subject, device, 'voice/down'),
    payload: JSON.stringify(notice),
  }),
  audioTopic: (sender, subject, device) => below(sender, subject, device, 'voice/audio/down'),
};
