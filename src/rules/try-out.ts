import type { Evidence } from '../model/alert.ts';
import { emergencyKinds, type Priority } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { EventName, Reading } from '../model/reading.ts';
import type { Finding, Observed, Rule } from '../model/rule.ts';
import type { WouldRaise } from '../model/try-out.ts';
import { createEngine } from './engine.ts';
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

/** What became of a rule on a device. */
type Turn = {
  readonly what: 'on' | 'off' | 'once';
  readonly rule: string;
  readonly device: string;
  readonly priority: Priority;
  readonly evidence: Evidence;
};

/** Says what must be read for these rules. */
export const interestOf = (rules: readonly Rule[], types: DeviceTypes): Interest => {
  const { byType } = indexRules(rules, types);
  const listens = (type: string): boolean => (byType.get(type)?.silences.length ?? 0) > 0;
  const links = [...byType.values()].flatMap((concerned) => concerned.links.map(({ id }) => id));
  return {
    measurement: (type, measurement) =>
      listens(type) || byType.get(type)?.measurements.has(measurement) === true,
    events: (type) => listens(type) || (byType.get(type)?.events.size ?? 0) > 0,
    untried: [...new Set(links)].sort(),
  };
};

/** The engine with an alert book that believes it. Nothing else here speaks the engine's language. */
const drive = (rules: readonly Rule[], types: DeviceTypes, turned: (turn: Turn, now: number) => void) => {
  const active = new Map<string, Set<string>>(rules.map(({ id }) => [id, new Set()]));
  const engine = createEngine({
    rules,
    types,
    surroundings: { isActive: (rule, device) => active.get(rule)?.has(device) === true },
  });
  const heed = (findings: readonly Finding[], now: number, late: boolean): void => {
    for (const finding of findings) {
      if (finding.what === 'delay-started' || finding.what === 'delay-ended') continue;
      const { rule, device, evidence } = finding;
      if (late && finding.what !== 'clears' && !emergencyKinds.has(rule.alert.kind)) continue;
      if (finding.what === 'holds') active.get(rule.id)?.add(device);
      if (finding.what === 'clears') active.get(rule.id)?.delete(device);
      const what = finding.what === 'holds' ? 'on' : finding.what === 'clears' ? 'off' : 'once';
      turned({ what, rule: rule.id, device, priority: rule.alert.priority, evidence }, now);
    }
  };
  return {
    watch: (device: Observed, since: number): void => engine.watch(device, since, since),
    heard: (device: Observed, now: number): void => heed(engine.heard(device, now), now, false),
    reading: (device: Observed, reading: Reading, now: number, late: boolean, overtaken: boolean): void =>
      heed(
        late || overtaken ? engine.late(device, reading) : engine.reading(device, reading, now),
        now,
        late,
      ),
    event: (device: Observed, event: EventName, at: number, now: number): void =>
      heed(engine.event(device, { event, at, receivedAt: now }, now), now, false),
    tick: (now: number): void => heed(engine.tick(now), now, false),
  };
};

/** Runs rules over what was recorded in `[from, to)`, in the order in which it came, as the gateway would have: pure. It begins knowing nothing, so a level that held before `from` is found with its first reading. What comes after `to` was only measured before it: no time passes any more for it. */
export const tryOut = (
  parts: {
    readonly rules: readonly Rule[];
    readonly types: DeviceTypes;
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

  const desk = drive(parts.rules, parts.types, ({ what, rule, device, priority, evidence }, now) => {
    const key = `${rule} ${device}`;
    if (what === 'off') {
      const index = open.get(key);
      open.delete(key);
      const raised = index === undefined ? undefined : would[index];
      if (index !== undefined && raised !== undefined) would[index] = { ...raised, to: now };
      return;
    }
    count += 1;
    if (would.length === most) return;
    if (what === 'on') open.set(key, would.length);
    would.push({ rule, device, from: now, to: what === 'on' ? null : now, priority, evidence });
  });

  for (const device of parts.devices)
    if (device.createdAt < to) desk.watch(device, Math.max(from, device.createdAt));
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
    desk.reading(device, reading, now, late, overtaken);
  }
  passTo(to);
  desk.tick(to);
  return { would, count, readings };
};
