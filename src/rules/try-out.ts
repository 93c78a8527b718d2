import type { Evidence } from '../model/alert.ts';
import { type Priority, priorities } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import { liesWithin } from '../model/place.ts';
import type { EventName, Reading, Value } from '../model/reading.ts';
import type { Finding, Observed, Rule, Subject, Surroundings } from '../model/rule.ts';
import type { WouldRaise } from '../model/try-out.ts';
import { createEngine } from './engine/engine.ts';
import { createClockwork } from './hours.ts';
import { indexRules } from './rule-index.ts';

/** Something recorded of a device; `now` is when it reached the gateway (epoch ms), `late` whether it was too late then to be a level. */
export type Recorded = { readonly now: number; readonly device: Observed } & (
  | { readonly reading: Reading; readonly late: boolean }
  | { readonly event: EventName; readonly at: number }
);

/** What rules listen to: of which devices which measurements, whether events, and whether everything because any sign of life counts. */
export type Interest = {
  readonly measurement: (type: string, measurement: string) => boolean;
  readonly events: (type: string) => boolean;
  /** Rules of which no record could tell. */
  readonly untried: readonly string[];
};

/** What a run over history came to; `would` holds the first ones, `count` is true. */
export type Tried = {
  readonly would: readonly WouldRaise[];
  readonly count: number;
  readonly readings: number;
};

/** The virtual clock goes in steps of this (ms): as finely as a person can tell, and coarse enough to cost nothing. */
const tickMs = 1000;

/** What became of a rule on a subject. `up`: its alert rose to a more urgent level. */
type Turn = {
  readonly what: 'on' | 'up' | 'off' | 'once';
  readonly rule: string;
  readonly subject: string;
  readonly device: string;
  readonly priority: Priority;
  readonly evidence: Evidence;
};

/** Says what must be read for these rules. */
export const interestOf = (rules: readonly Rule[], types: DeviceTypes): Interest => {
  const index = indexRules(rules, types);
  const of = new Map(
    [...types.keys()].map((type) => [type, index.of({ id: '', type, hub: null, place: null })]),
  );
  const listens = (type: string): boolean => (of.get(type)?.silences.length ?? 0) > 0;
  const links = [...of.values()].flatMap((concerned) => concerned.links.map(({ rule }) => rule.id));
  return {
    measurement: (type, measurement) => listens(type) || of.get(type)?.measurements.has(measurement) === true,
    events: (type) => listens(type) || (of.get(type)?.events.size ?? 0) > 0,
    untried: [...new Set(links)].sort(),
  };
};

/** A level that holds, as the small alert book of a try-out keeps it. */
type Held = { readonly mask: number; readonly level: number; readonly subject: Subject };

/** The engine with an alert book that believes it. Nothing else here speaks the engine's language. */
const drive = (
  parts: { readonly rules: readonly Rule[]; readonly types: DeviceTypes; readonly timeZone: string },
  turned: (turn: Turn, now: number) => void,
) => {
  const held = new Map<string, Map<string, Held>>(parts.rules.map(({ id }) => [id, new Map()]));
  const latest = new Map<string, Map<string, { readonly value: Value; readonly at: number }>>();
  const watched = new Map<string, Observed>();
  const surroundings: Surroundings = {
    holding: (rule, subject) => held.get(rule)?.get(subject)?.mask ?? 0,
    active: (rules, within) =>
      rules.flatMap((rule) =>
        [...(held.get(rule)?.values() ?? [])]
          .filter(
            ({ subject: { place } }) => within === undefined || (place !== null && liesWithin(place, within)),
          )
          .map(({ subject: { key, device, place } }) => ({
            alert: `${rule} ${key}`,
            rule,
            subject: key,
            device,
            place,
          })),
      ),
    latest: (device, measurement) => latest.get(device)?.get(measurement) ?? null,
    // Who was away when is not recorded with the readings.
    away: () => false,
  };
  const engine = createEngine({ ...parts, surroundings, clockwork: createClockwork(parts.timeZone) });

  const hold = (finding: Extract<Finding, { what: 'level' }>, now: number): boolean => {
    const { rule, subject, holding, level, evidence } = finding;
    const ofRule = held.get(rule.id);
    const before = ofRule?.get(subject.key)?.level ?? 0;
    if (level === 0) ofRule?.delete(subject.key);
    else ofRule?.set(subject.key, { mask: holding, level, subject });
    const what = level === 0 ? 'off' : before === 0 ? 'on' : level > before ? 'up' : null;
    const priority = rule.levels[Math.max(0, level - 1)]?.priority ?? 'low';
    if (what !== null && (before !== 0 || level !== 0))
      turned({ what, rule: rule.id, subject: subject.key, device: subject.device, priority, evidence }, now);
    return (before === 0) !== (level === 0);
  };

  const heed = (findings: readonly Finding[], now: number): void => {
    const flipped: Extract<Finding, { what: 'level' }>[] = [];
    for (const finding of findings) {
      if (finding.what === 'level' && hold(finding, now)) flipped.push(finding);
      if (finding.what !== 'occurred') continue;
      const { rule, subject, evidence } = finding;
      const priority = rule.levels[0]?.priority ?? 'low';
      turned(
        { what: 'once', rule: rule.id, subject: subject.key, device: subject.device, priority, evidence },
        now,
      );
    }
    for (const { rule, subject } of flipped) {
      const device = watched.get(subject.device);
      if (device !== undefined) heed(engine.turned(rule.id, device, now), now);
    }
  };

  return {
    watch: (device: Observed, since: number): void => {
      watched.set(device.id, device);
      heed(engine.watch(device, since, since, since), since);
    },
    begin: (now: number): void => heed(engine.resume([], [], now), now),
    heard: (device: Observed, now: number): void => heed(engine.heard(device, now), now),
    reading: (device: Observed, reading: Reading, now: number, behind: boolean): void => {
      const { measurement, value, at } = reading;
      if (behind) {
        heed(engine.late(device, reading, now), now);
        return;
      }
      let ofDevice = latest.get(device.id);
      if (ofDevice === undefined) {
        ofDevice = new Map();
        latest.set(device.id, ofDevice);
      }
      ofDevice.set(measurement, { value, at });
      heed(engine.reading(device, reading, now), now);
    },
    event: (device: Observed, event: EventName, at: number, now: number): void =>
      heed(engine.event(device, { event, at, receivedAt: now }, now), now),
    tick: (now: number): void => heed(engine.tick(now), now),
  };
};

const isMoreUrgent = (one: Priority, other: Priority): boolean =>
  priorities.indexOf(one) < priorities.indexOf(other);

/** Runs rules over what was recorded in `[from, to)`, in the order in which it came, as the gateway would have: pure. It begins knowing nothing, so a level that held before `from` is found with its first reading. What comes after `to` was only measured before it: no time passes any more for it. */
export const tryOut = (
  parts: {
    readonly rules: readonly Rule[];
    readonly types: DeviceTypes;
    /** The street's, for the hours of rules. */
    readonly timeZone: string;
    /** With when each was registered: its silence cannot count before. */
    readonly devices: readonly (Observed & { readonly createdAt: number })[];
    readonly from: number;
    readonly to: number;
    /** How many of what would be raised are told. */
    readonly most: number;
  },
  recorded: Iterable<Recorded>,
): Tried => {
  const { from, to, most } = parts;
  const would: WouldRaise[] = [];
  /** Where in `would` each open one stands, by rule and device. */
  const open = new Map<string, number>();
  /** When the newest value of each measurement of each device was measured. */
  const newest = new Map<string, Map<string, number>>();
  let count = 0;
  let readings = 0;

  const desk = drive(parts, ({ what, rule, subject, device, priority, evidence }, now) => {
    const key = `${rule} ${subject}`;
    if (what === 'off' || what === 'up') {
      const index = open.get(key);
      if (what === 'off') open.delete(key);
      const raised = index === undefined ? undefined : would[index];
      if (index === undefined || raised === undefined) return;
      if (what === 'off') would[index] = { ...raised, to: now };
      else if (isMoreUrgent(priority, raised.priority)) would[index] = { ...raised, priority, evidence };
      return;
    }
    count += 1;
    if (would.length === most) return;
    if (what === 'on') open.set(key, would.length);
    would.push({ rule, device, from: now, to: what === 'on' ? null : now, priority, evidence });
  });

  for (const device of parts.devices)
    if (device.createdAt < to) desk.watch(device, Math.max(from, device.createdAt));
  desk.begin(from);
  let clock = from;
  const passTo = (moment: number): void => {
    const end = Math.min(moment, to);
    for (; clock + tickMs <= end; clock += tickMs) desk.tick(clock + tickMs);
  };

  for (const input of recorded) {
    const { device } = input;
    const now = Math.max(input.now, clock);
    passTo(now);
    desk.heard(device, now);
    if ('event' in input) {
      desk.event(device, input.event, input.at, now);
      continue;
    }
    readings += 1;
    const { reading, late } = input;
    let ofDevice = newest.get(device.id);
    if (ofDevice === undefined) {
      ofDevice = new Map();
      newest.set(device.id, ofDevice);
    }
    const last = ofDevice.get(reading.measurement);
    const overtaken = last !== undefined && reading.at < last;
    if (!overtaken) ofDevice.set(reading.measurement, reading.at);
    desk.reading(device, reading, now, late || overtaken);
  }
  passTo(to);
  desk.tick(to);
  return { would, count, readings };
};
