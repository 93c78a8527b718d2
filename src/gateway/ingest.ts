import type { DeviceSignal } from '../model/call.ts';
import type { DeviceType, DeviceTypes } from '../model/device-type.ts';
import type { Dialects, Item, RefusedPart, Subject } from '../model/dialect.ts';
import type { Value } from '../model/reading.ts';
import type { Engine, Finding } from '../model/rule.ts';
import { believe } from './clock-trust.ts';
import type { DeviceBook, WorkingDevice } from './device-book.ts';
import type { Inbound } from './doors.ts';
import { idKeptMs, pressIdKeptMs, type SeenBefore } from './heard-ids.ts';
import { judgeValue } from './judge-value.ts';
import type { Ledger } from './ledger.ts';
import type { Riddle } from './not-understood.ts';
import type { Part, Quarantine } from './quarantine.ts';
import { createReadingTimes } from './reading-times.ts';

/** Fifty messages of sound come in a second: one that cannot be read is kept only once in so long (ms). */
const soundRefusedEveryMs = 10_000;

/** What the items of a message lead to, beyond readings. */
export type Effects = {
  readonly findings: (
    findings: readonly Finding[],
    device: WorkingDevice,
    receivedAt: number,
    late: boolean,
  ) => void;
  /** Somebody said what cannot be understood; it is in quarantine. */
  readonly puzzled: (riddle: Riddle) => void;
  readonly pressed: (press: {
    /** Null: nobody of that name is registered under the hub. */
    readonly device: WorkingDevice | null;
    readonly sender: WorkingDevice;
    /** What the name is under the sender, where it is not the sender itself. */
    readonly by: 'id' | 'address';
    readonly name: string;
    readonly at: number;
    readonly receivedAt: number;
    /** When it takes effect: of a message out of quarantine long after it was received. */
    readonly now: number;
    readonly late: boolean;
    readonly raw: Inbound;
    /** Published with the retain flag: it may be a copy that some broker had kept. */
    readonly maybeStored: boolean;
    /** The process has died twice in the company of this message: nothing of it but that somebody pressed is to be relied on. */
    readonly suspect: boolean;
  }) => void;
  readonly cancelled: (device: WorkingDevice, receivedAt: number, now: number) => void;
  readonly happened: (device: WorkingDevice, event: string, at: number) => void;
  readonly statusChanged: (device: WorkingDevice, state: 'online' | 'offline', at: number) => void;
  readonly replied: (
    device: WorkingDevice,
    command: string,
    ok: boolean,
    error: string | undefined,
    at: number,
  ) => void;
  /** Signalling of a call. `standing`, asked of a request for a call that nobody knows: whether it is new, was this device's, or was another's. */
  readonly signalled: (
    device: WorkingDevice,
    signal: DeviceSignal,
    message: Inbound,
    standing: () => 'new' | 'own' | 'other',
  ) => void;
  /** Somebody asked to speak, as is only understood now. */
  readonly askedBefore: (device: WorkingDevice, call: string, receivedAt: number, now: number) => void;
  /** 20 ms of sound of a device without UDP. */
  readonly sounded: (device: WorkingDevice, frame: Uint8Array, at: number) => void;
  readonly flagged: (
    device: WorkingDevice,
    flag: 'wrong-clock' | 'retained-press',
    set: boolean,
    at: number,
  ) => void;
};

/** Counts of what came in, since the start. */
export type IngestCounts = {
  messages: number;
  readings: number;
  events: number;
  duplicates: number;
  storedCopies: number;
  refused: number;
};

/** What the name that an item gives is under the sender. */
export const byOf = ({ subject }: Item): 'id' | 'address' => (subject.by === 'address' ? 'address' : 'id');

/** What an item calls whom it speaks of. */
export const nameOf = ({ subject }: Item, { sender }: Inbound): string =>
  subject.by === 'sender' ? sender : subject.by === 'id' ? subject.id : subject.address;

/** The way in. A message takes effect completely before `take` returns, and every part that cannot take effect is in quarantine with its reason. */
export type Ingest = {
  readonly take: (message: Inbound) => void;
  /** Of a message in whose company the process has died twice: only that somebody pressed. */
  readonly takeSuspect: (message: Inbound) => void;
  /** The wall clock was set. */
  readonly shift: () => void;
  readonly counts: IngestCounts;
};

/** Makes the way in. */
export const createIngest = (parts: {
  readonly devices: DeviceBook;
  readonly types: DeviceTypes;
  readonly dialects: Dialects;
  readonly engine: () => Engine;
  readonly ledger: Ledger;
  readonly seenBefore: SeenBefore;
  readonly quarantine: Quarantine;
  readonly effects: Effects;
}): Ingest => {
  const { devices, types, dialects, ledger, seenBefore, quarantine, effects } = parts;
  const counts: IngestCounts = {
    messages: 0,
    readings: 0,
    events: 0,
    duplicates: 0,
    storedCopies: 0,
    refused: 0,
  };
  const measured = new Set([...types.values()].flatMap(({ measurements }) => Object.keys(measurements)));

  const soundRefusedAt = new Map<string, number>();
  const isSoundKept = ({ sender, receivedAt }: Inbound): boolean => {
    const last = soundRefusedAt.get(sender);
    if (last !== undefined && Math.abs(receivedAt - last) < soundRefusedEveryMs) return false;
    soundRefusedAt.set(sender, receivedAt);
    return true;
  };

  /** Keeps what cannot be understood, and tells of it whom it speaks of, as far as that is somebody. */
  const refuse = (
    message: Inbound,
    subject: Subject | undefined,
    { reason, detail }: RefusedPart,
    part: Part,
  ): void => {
    counts.refused += 1;
    if (reason === 'invalid-audio' && !isSoundKept(message)) return;
    const device = devices.resolve(message.sender, subject ?? { by: 'sender' });
    const named = subject !== undefined && subject.by !== 'sender' ? device : null;
    const quarantined = quarantine.keep(message, named?.record.id ?? null, reason, detail, part);
    if (device !== null) effects.puzzled({ device, reason, detail, quarantine: quarantined, message });
  };

  const times = createReadingTimes();

  /** Devices whose clock was wrong in the message that is being taken. */
  const wrongHere = new Set<string>();

  /** No device's id has a space, or is empty: ids of calls have nothing to do with those of messages. */
  const standingOf = (device: string, call: string, at: number): 'new' | 'own' | 'other' => {
    if (seenBefore(`${device} call`, call, at, idKeptMs)) return 'own';
    return seenBefore(' call', call, at, idKeptMs) ? 'other' : 'new';
  };

  /** What was published with the retain flag may be long over. Of a device that asks for a call on its own connection somebody must know all the same. */
  const takeStoredSignal = (item: Item & { kind: 'voice' }, name: string, message: Inbound): void => {
    counts.storedCopies += 1;
    const [reason, detail] = [
      'stored-copy',
      'signalling of a call with the retain flag may be a stored copy',
    ];
    const quarantined = quarantine.keep(message, name, reason, detail);
    const device = devices.get(message.sender);
    if (device && item.subject.by === 'sender' && item.signal.type === 'request')
      effects.puzzled({ device, reason, detail, quarantine: quarantined, message });
  };

  /** A device is flagged for a wrong clock, and cleared by a message that has nothing wrong in it: one whose moments are wrong and right in turn must not fill the record. */
  const judgeClock = (device: WorkingDevice, wrong: boolean, at: number): void => {
    if (wrong) wrongHere.add(device.record.id);
    else if (wrongHere.has(device.record.id)) return;
    if (wrong !== device.record.flags.includes('wrong-clock'))
      effects.flagged(device, 'wrong-clock', wrong, at);
  };

  const takeReadings = (
    device: WorkingDevice,
    type: DeviceType,
    item: Item & { kind: 'readings' },
    index: number,
    message: Inbound,
  ): void => {
    const { receivedAt } = message;
    const { at: believed, late, wrong } = believe(item.at, receivedAt);
    if (item.at !== undefined) judgeClock(device, wrong, receivedAt);
    const own = item.at !== undefined && !wrong;
    const engine = parts.engine();
    for (const measurement in item.values) {
      const value = item.values[measurement] as Value;
      const fault = judgeValue(type, measurement, value);
      if (fault !== null) {
        const { reason, detail } = fault;
        // A convention that sends whatever it has offers more than this device is registered for.
        if (reason === 'unknown-measurement' && item.lenient) continue;
        const part = { item: index, measurement };
        const quarantined = quarantine.keep(message, device.record.id, reason, detail, part);
        // What another type measures is understood, and only not expected here; and a number is no call for help.
        if (reason === 'unknown-measurement' && !measured.has(measurement))
          effects.puzzled({ device, reason, detail, quarantine: quarantined, message });
        continue;
      }
      counts.readings += 1;
      if (own) times.noteOwn(device, measurement, believed, receivedAt);
      const at = own ? believed : times.give(device, measurement, receivedAt);
      const reading =
        wrong && item.at !== undefined
          ? { device: device.record.id, measurement, value, at, receivedAt, deviceAt: item.at }
          : { device: device.record.id, measurement, value, at, receivedAt };
      ledger.keepReading(reading);
      const newest = device.latest.get(measurement);
      const overtaken = newest !== undefined && at < newest.at;
      devices.noteValue(device, measurement, value, at, receivedAt);
      const findings =
        late || overtaken
          ? engine.late(device.record, reading, receivedAt)
          : engine.reading(device.record, reading, receivedAt);
      if (findings.length > 0) effects.findings(findings, device, receivedAt, late);
    }
  };

  const takeEvent = (device: WorkingDevice, item: Item & { kind: 'event' }, message: Inbound): void => {
    const { receivedAt } = message;
    counts.events += 1;
    const { at, wrong } = believe(item.at, receivedAt);
    if (item.at !== undefined) judgeClock(device, wrong, receivedAt);
    effects.happened(device, item.event, receivedAt);
    if (item.event === 'sos-cancel') effects.cancelled(device, receivedAt, receivedAt);
    else {
      const findings = parts.engine().event(device.record, { event: item.event, at, receivedAt }, receivedAt);
      if (findings.length > 0) effects.findings(findings, device, receivedAt, false);
    }
  };

  const takePress = (
    device: WorkingDevice | null,
    name: string,
    sender: WorkingDevice,
    item: Item & { kind: 'event' },
    message: Inbound,
  ): void => {
    const { receivedAt } = message;
    if (message.retained && device) effects.flagged(device, 'retained-press', true, receivedAt);
    counts.events += 1;
    const { at, late, wrong } = believe(item.at, receivedAt);
    if (device && wrong && !device.record.flags.includes('wrong-clock'))
      effects.flagged(device, 'wrong-clock', true, receivedAt);
    effects.pressed({
      device,
      sender,
      by: byOf(item),
      name,
      at,
      receivedAt,
      now: receivedAt,
      late: late || wrong,
      raw: message,
      maybeStored: message.retained,
      suspect: false,
    });
  };

  const takeItem = (item: Item, index: number, sender: WorkingDevice, message: Inbound): void => {
    const device = devices.resolve(message.sender, item.subject);
    const name = nameOf(item, message);
    const press = item.kind === 'event' && item.event === 'sos';
    const messageId = item.kind === 'readings' || item.kind === 'event' ? item.messageId : undefined;
    // Before its id is looked at: a copy must not use up the id of a press. Through a hub the flag marks a copy that some
    // broker had kept: nobody pressed anything now.
    if (press && message.retained && item.subject.by !== 'sender') {
      counts.storedCopies += 1;
      quarantine.keep(
        message,
        name,
        'stored-copy',
        'a retained press through a hub is a stored copy, not a press',
      );
      if (device) {
        effects.flagged(device, 'retained-press', true, message.receivedAt);
        hear(device, message.receivedAt);
      }
      return;
    }
    if (item.kind === 'voice' && message.retained) {
      takeStoredSignal(item, name, message);
      if (device) hear(device, message.receivedAt);
      return;
    }
    if (item.kind === 'audio' && message.retained) {
      counts.storedCopies += 1;
      return;
    }
    // Names that nobody registered are without number: of them only presses are remembered.
    if (messageId !== undefined && (device !== null || press)) {
      const whose = device?.record.id ?? `${message.sender}/${name}`;
      const { receivedAt } = message;
      // An id of a press has nothing to do with the same id of a reading: no device's id has a space.
      const repeated = press
        ? seenBefore(`${whose} sos`, messageId, receivedAt, pressIdKeptMs)
        : seenBefore(whose, messageId, receivedAt, idKeptMs);
      if (repeated) {
        counts.duplicates += 1;
        return;
      }
    }
    if (press) {
      takePress(device, name, sender, item, message);
      if (device) hear(device, message.receivedAt);
      return;
    }
    if (device === null) {
      if (item.kind === 'audio' && !isSoundKept(message)) return;
      quarantine.keep(
        message,
        name,
        'unknown-device',
        `no device ${name} is registered under ${message.sender}`,
        { item: index },
      );
      return;
    }
    if (item.kind === 'status') {
      effects.statusChanged(device, item.state, message.receivedAt);
      return;
    }
    hear(device, message.receivedAt);
    switch (item.kind) {
      case 'readings': {
        const type = types.get(device.record.type);
        if (type) takeReadings(device, type, item, index, message);
        return;
      }
      case 'event':
        takeEvent(device, item, message);
        return;
      case 'reply':
        effects.replied(device, item.command, item.ok, item.error, message.receivedAt);
        return;
      case 'voice': {
        const { signal } = item;
        const { receivedAt } = message;
        effects.signalled(device, signal, message, () =>
          standingOf(device.record.id, signal.call, receivedAt),
        );
        return;
      }
      case 'audio':
        effects.sounded(device, item.frame, message.receivedAt);
        return;
    }
  };

  const hear = (device: WorkingDevice, at: number): void => {
    // A device behind a hub has no connection of its own: that it speaks is all there is to know of its link.
    if (device.link !== 'online') effects.statusChanged(device, 'online', at);
    devices.noteHeard(device, at);
    const findings = parts.engine().heard(device.record, at);
    if (findings.length > 0) effects.findings(findings, device, at, false);
  };

  return {
    counts,
    shift: () => times.forget(),
    takeSuspect: (message) => {
      counts.messages += 1;
      const sender = devices.get(message.sender);
      const dialect = sender && dialects.get(sender.record.dialect);
      if (sender === undefined || dialect === undefined) return;
      const decoded = dialect.decode(message);
      if (!decoded.ok) return;
      for (const item of decoded.items) {
        if (item.kind !== 'event' || item.event !== 'sos') continue;
        const { receivedAt } = message;
        effects.pressed({
          device: devices.resolve(message.sender, item.subject),
          sender,
          by: byOf(item),
          name: nameOf(item, message),
          at: receivedAt,
          receivedAt,
          now: receivedAt,
          late: false,
          raw: message,
          maybeStored: message.retained,
          suspect: true,
        });
      }
    },
    take: (message) => {
      counts.messages += 1;
      if (wrongHere.size > 0) wrongHere.clear();
      const sender = devices.get(message.sender);
      const dialect = sender && dialects.get(sender.record.dialect);
      if (sender === undefined || dialect === undefined) {
        quarantine.keep(message, null, 'unknown-sender', `no device ${message.sender} is registered`, {});
        return;
      }
      const decoded = dialect.decode(message);
      if (!decoded.ok) {
        refuse(message, decoded.subject, decoded, {});
        return;
      }
      for (const part of decoded.refused ?? []) refuse(message, decoded.subject, part, null);
      // A hub that passes on a message is heard itself.
      if (decoded.items.some(({ subject }) => subject.by !== 'sender')) hear(sender, message.receivedAt);
      for (const [index, item] of decoded.items.entries()) takeItem(item, index, sender, message);
    },
  };
};
