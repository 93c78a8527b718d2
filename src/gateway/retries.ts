import type { DeviceTypes } from '../model/device-type.ts';
import type { Dialects, Item } from '../model/dialect.ts';
import type { Result } from '../model/fault.ts';
import type { PassedOver, Quarantined, RetryOutcome } from '../model/quarantine.ts';
import type { Engine } from '../model/rule.ts';
import { believe, isLate } from './clock-trust.ts';
import type { DeviceBook, WorkingDevice } from './device-book.ts';
import type { Inbound } from './doors.ts';
import { idKeptMs, pressIdKeptMs, type SeenBefore } from './heard-ids.ts';
import { byOf, type Effects, type IngestCounts, nameOf } from './ingest.ts';
import { judgeValue } from './judge-value.ts';
import type { Ledger } from './ledger.ts';
import { type Fault, messageOf, type Quarantine } from './quarantine.ts';

/** Takes a message in quarantine in again with what is known by now: what had no effect then and can have one now takes effect, late, and what still cannot stays with its new reason. Nothing that took effect when it came does so again, and the message says nothing of its sender's link or clock, for it is long ago. `not-retriable`: it may never take effect. */
export type Retry = (user: string, row: Quarantined, now: number) => Result<RetryOutcome>;

/** Reasons for which a message never takes effect, whatever the row says. */
const never: ReadonlySet<string> = new Set(['stored-copy', 'poison']);

/** Makes it. */
export const createRetry = (parts: {
  readonly devices: DeviceBook;
  readonly types: DeviceTypes;
  readonly dialects: Dialects;
  readonly engine: () => Engine;
  readonly ledger: Ledger;
  readonly seenBefore: SeenBefore;
  readonly quarantine: Quarantine;
  readonly effects: Effects;
  readonly counts: IngestCounts;
}): Retry => {
  const { devices, types, dialects, ledger, seenBefore, quarantine, effects, counts } = parts;

  /** What is taken of one message. */
  type Taking = {
    readonly row: Quarantined;
    readonly message: Inbound;
    readonly sender: WorkingDevice;
    readonly now: number;
    /** How many items the message was read as. */
    readonly items: number;
    readonly taken: { readings: number; events: number; presses: number };
    readonly passedOver: Set<PassedOver>;
    readonly faults: Fault[];
  };

  const takeReadings = (
    { row, message, now, items, taken, faults }: Taking,
    device: WorkingDevice,
    item: Item & { kind: 'readings' },
    index: number,
  ): void => {
    const type = types.get(device.record.type);
    if (type === undefined) return;
    const { receivedAt } = message;
    const { at: believed, wrong } = believe(item.at, receivedAt);
    const only = row.retriable?.measurement;
    // What else the message brought without a time of its own has those right after its receipt: nothing of it is replaced.
    const at = item.at !== undefined && !wrong ? believed : receivedAt + items + index;
    for (const [measurement, value] of Object.entries(item.values)) {
      if (only !== undefined && measurement !== only) continue;
      const fault = judgeValue(type, measurement, value);
      if (fault !== null) {
        if (fault.reason === 'unknown-measurement' && item.lenient) continue;
        faults.push({ device: device.record.id, ...fault, part: { item: index, measurement } });
        continue;
      }
      const own = wrong && item.at !== undefined ? { deviceAt: item.at } : {};
      const reading = { device: device.record.id, measurement, value, at, receivedAt, ...own };
      ledger.keepReading(reading);
      devices.noteValue(device, measurement, value, at, receivedAt);
      counts.readings += 1;
      taken.readings += 1;
      const findings = parts.engine().late(device.record, reading, now);
      if (findings.length > 0) effects.findings(findings, device, now, true);
    }
  };

  const takeEvent = (
    { message, now, taken }: Taking,
    device: WorkingDevice,
    item: Item & { kind: 'event' },
  ): void => {
    const { receivedAt } = message;
    counts.events += 1;
    taken.events += 1;
    effects.happened(device, item.event, now);
    if (item.event === 'sos-cancel') {
      effects.cancelled(device, receivedAt, now);
      return;
    }
    const { at } = believe(item.at, receivedAt);
    const findings = parts.engine().event(device.record, { event: item.event, at, receivedAt }, now);
    if (findings.length > 0) effects.findings(findings, device, now, true);
  };

  const takePress = (
    { message, sender, now, taken }: Taking,
    device: WorkingDevice | null,
    item: Item & { kind: 'event' },
  ): void => {
    const { receivedAt, retained } = message;
    const { at, wrong } = believe(item.at, receivedAt);
    counts.events += 1;
    taken.presses += 1;
    effects.pressed({
      device,
      sender,
      by: byOf(item),
      name: nameOf(item, message),
      at,
      receivedAt,
      now,
      late: wrong || isLate(at, now),
      raw: message,
      maybeStored: retained,
      suspect: false,
    });
  };

  /** Whether the same was heard under its id since. An item whose device was known when it came has been remembered then. */
  const isRepeated = (taking: Taking, device: WorkingDevice | null, item: Item): boolean => {
    const { row, message } = taking;
    if ((item.kind !== 'readings' && item.kind !== 'event') || item.messageId === undefined) return false;
    if (row.retriable?.item !== undefined && row.reason !== 'unknown-device') return false;
    const whose = device?.record.id ?? `${message.sender}/${nameOf(item, message)}`;
    const repeated =
      item.kind === 'event' && item.event === 'sos'
        ? seenBefore(`${whose} sos`, item.messageId, message.receivedAt, pressIdKeptMs)
        : seenBefore(whose, item.messageId, message.receivedAt, idKeptMs);
    if (repeated) counts.duplicates += 1;
    return repeated;
  };

  const takeItem = (taking: Taking, item: Item, index: number): void => {
    const { row, message, now, taken, passedOver, faults } = taking;
    const device = devices.resolve(message.sender, item.subject);
    const name = nameOf(item, message);
    const isPress = item.kind === 'event' && item.event === 'sos';
    if (isPress && row.retriable?.item !== undefined) {
      // A press in a message that could be read rang when it came, whoever was registered then.
      passedOver.add('rang-already');
      return;
    }
    if (message.retained && (item.kind === 'voice' || (isPress && item.subject.by !== 'sender'))) {
      const detail = 'what was published with the retain flag may be a stored copy';
      faults.push({ device: name, reason: 'stored-copy', detail, part: null });
      return;
    }
    if (item.kind === 'status' || item.kind === 'audio') {
      passedOver.add('of-its-moment');
      return;
    }
    if (device === null && !isPress) {
      const detail = `no device ${name} is registered under ${message.sender}`;
      faults.push({ device: name, reason: 'unknown-device', detail, part: { item: index } });
      return;
    }
    if (isRepeated(taking, device, item)) {
      passedOver.add('duplicate');
      return;
    }
    if (isPress) {
      takePress(taking, device, item);
      return;
    }
    if (device === null) return;
    switch (item.kind) {
      case 'readings':
        takeReadings(taking, device, item, index);
        return;
      case 'event':
        takeEvent(taking, device, item);
        return;
      case 'reply':
        taken.events += 1;
        effects.replied(device, item.command, item.ok, item.error, now);
        return;
      case 'voice':
        if (item.signal.type !== 'request') {
          passedOver.add('of-its-moment');
          return;
        }
        taken.presses += 1;
        effects.askedBefore(device, item.signal.call, message.receivedAt, now);
        return;
    }
  };

  const takeMessage = (
    row: Quarantined,
    message: Inbound,
    now: number,
  ): Pick<Taking, 'taken' | 'passedOver' | 'faults'> => {
    const taken = { readings: 0, events: 0, presses: 0 };
    const passedOver = new Set<PassedOver>();
    const faults: Fault[] = [];
    const done = { taken, passedOver, faults };
    const part = { item: row.retriable?.item, measurement: row.retriable?.measurement };
    const sender = devices.get(message.sender);
    const dialect = sender && dialects.get(sender.record.dialect);
    if (sender === undefined || dialect === undefined) {
      const detail = `no device ${message.sender} is registered`;
      faults.push({ device: null, reason: 'unknown-sender', detail, part });
      return done;
    }
    const decoded = dialect.decode(message);
    if (!decoded.ok) {
      const { reason, detail, subject } = decoded;
      const named = subject === undefined ? null : devices.resolve(message.sender, subject);
      const device = subject === undefined || subject.by === 'sender' ? null : (named?.record.id ?? null);
      faults.push({ device, reason, detail, part });
      return done;
    }
    const { items } = decoded;
    const taking: Taking = { row, message, sender, now, items: items.length, ...done };
    if (part.item !== undefined) {
      const item = items[part.item];
      // Its sender speaks another convention by now, in which it says less.
      if (item === undefined) faults.push({ ...row, part });
      else takeItem(taking, item, part.item);
      return done;
    }
    for (const refused of decoded.refused ?? []) faults.push({ device: null, ...refused, part: null });
    for (const [index, item] of items.entries()) takeItem(taking, item, index);
    return done;
  };

  return (user, row, now) => {
    const message = row.retriable === undefined || never.has(row.reason) ? null : messageOf(row);
    if (message === null) {
      return {
        ok: false,
        refusal: {
          code: 'not-retriable',
          message: never.has(row.reason)
            ? 'What is a stored copy, or stopped the gateway, never takes effect.'
            : 'It is not kept whole, or the rest of it took effect when it came: it cannot be taken in again.',
          details: { reason: row.reason },
        },
      };
    }
    const before = ledger.seq();
    const { taken, passedOver, faults } = takeMessage(row, message, now);
    const alerts = new Set<string>();
    for (const { seq, alert } of ledger.uncommitted()) if (alert && seq > before) alerts.add(alert.id);
    const left = quarantine.keepLeft(row.id, message, faults);
    ledger.enter(now, `user:${user}`, 'quarantine.retried', `quarantine:${row.id}`, null, {
      sender: row.sender,
      reason: row.reason,
      ...taken,
      left: left.map(({ id, reason }) => ({ id, reason })),
    });
    return { ok: true, value: { taken, alerts: [...alerts], passedOver: [...passedOver], left } };
  };
};
