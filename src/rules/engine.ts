import type { Evidence } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Reading } from '../model/reading.ts';
import type { Delay, Engine, Finding, Rule, Surroundings } from '../model/rule.ts';
import { createDeadlines } from './deadlines.ts';
import { indexRules, type MeasurementRule, raisesEmergency, type SilenceRule } from './rule-index.ts';

/** A delay that runs; `over` once it has ended in any way, so that its deadline means nothing any more. */
type Running = { delay: Delay; over: boolean };

/** A device whose silence is listened to. `calm`: no silence of it is active or about to be, so that a message of it changes nothing. */
type Watch = {
  readonly device: string;
  lastHeardAt: number;
  notBefore: number;
  calm: boolean;
  over: boolean;
  readonly silences: readonly SilenceRule[];
};

type Due =
  | { readonly what: 'delay'; readonly running: Running }
  | { readonly what: 'silence'; readonly watch: Watch; readonly silence: SilenceRule };

const nothing: readonly Finding[] = Object.freeze([]);

const evidenceOf = ({ condition, unit }: MeasurementRule, reading: Reading): Evidence => ({
  at: reading.at,
  receivedAt: reading.receivedAt,
  measurement: reading.measurement,
  value: reading.value,
  ...(unit === undefined ? {} : { unit }),
  limit: condition.limit,
});

/** Makes the rule engine. It keeps running delays and silence watches only: whether a condition holds is asked of the alert book each time, so that a restart, or an alert that went another way, heals itself with the next reading. */
export const createEngine = (parts: {
  readonly rules: readonly Rule[];
  readonly types: DeviceTypes;
  readonly surroundings: Surroundings;
}): Engine => {
  const { types } = parts;
  const { isActive } = parts.surroundings;
  let index = indexRules(parts.rules, types);
  /** By device, then by rule; a device without a running delay has no entry. */
  const delays = new Map<string, Map<string, Running>>();
  const watches = new Map<string, { readonly type: string; watch: Watch }>();
  const deadlines = createDeadlines<Due>();

  let found: Finding[] | null = null;
  const find = (finding: Finding): void => {
    if (found === null) found = [finding];
    else found.push(finding);
  };
  const findings = (): readonly Finding[] => {
    if (found === null) return nothing;
    const all = found;
    found = null;
    return all;
  };

  const keep = (delay: Delay): void => {
    const running = { delay, over: false };
    const ofDevice = delays.get(delay.device);
    if (ofDevice === undefined) delays.set(delay.device, new Map([[delay.rule, running]]));
    else ofDevice.set(delay.rule, running);
    deadlines.add(delay.deadline, { what: 'delay', running });
  };

  const end = (running: Running): void => {
    const { rule, device } = running.delay;
    running.over = true;
    const ofDevice = delays.get(device);
    ofDevice?.delete(rule);
    if (ofDevice?.size === 0) delays.delete(device);
    find({ what: 'delay-ended', rule, device });
  };

  /** A delay has run its time: its level takes effect, unless the alert book has it already. */
  const mature = (running: Running): void => {
    const { rule: id, device, holds, since, evidence } = running.delay;
    end(running);
    const rule = index.byId.get(id);
    if (rule !== undefined && isActive(id, device) !== holds) {
      find({ what: holds ? 'holds' : 'clears', rule, device, since, evidence });
    }
  };

  /** The condition of a rule is now met or not; the rest follows from what the alert book says and what is running. */
  const level = (
    rule: Rule,
    device: string,
    met: boolean,
    running: Running | undefined,
    now: number,
    evidence: Evidence,
  ): void => {
    let active = isActive(rule.id, device);
    if (running !== undefined && running.delay.holds === active) end(running);
    else if (running !== undefined && running.delay.deadline <= now) {
      // It ran out between two ticks: it took effect first, whatever this reading says.
      mature(running);
      active = running.delay.holds;
    } else if (running !== undefined) {
      if (running.delay.holds === met) return;
      end(running);
    }
    if (met === active) return;
    const delayMs = met ? rule.onDelayMs : rule.offDelayMs;
    if (delayMs === 0) {
      find({ what: met ? 'holds' : 'clears', rule, device, since: now, evidence });
      return;
    }
    const delay: Delay = { rule: rule.id, device, holds: met, since: now, deadline: now + delayMs, evidence };
    keep(delay);
    find({ what: 'delay-started', delay });
  };

  const silenceDue = (watch: Watch, silence: SilenceRule): number =>
    Math.max(watch.lastHeardAt + silence.afterMs, watch.notBefore);

  const listen = (device: string, type: string, lastHeardAt: number, notBefore: number): void => {
    const silences = index.byType.get(type)?.silences ?? [];
    const watch: Watch = { device, lastHeardAt, notBefore, calm: false, over: false, silences };
    const before = watches.get(device);
    if (before !== undefined) before.watch.over = true;
    watches.set(device, { type, watch });
    for (const silence of silences)
      deadlines.add(silenceDue(watch, silence), { what: 'silence', watch, silence });
  };

  const noteSilence = (watch: Watch, silence: SilenceRule, now: number): void => {
    if (watch.over) return;
    const due = silenceDue(watch, silence);
    if (due > now) {
      deadlines.add(due, { what: 'silence', watch, silence });
      return;
    }
    watch.calm = false;
    const { device, lastHeardAt } = watch;
    const running = delays.get(device)?.get(silence.rule.id);
    const note = `not heard for ${Math.round((now - lastHeardAt) / 1000)} s`;
    level(silence.rule, device, true, running, now, { at: lastHeardAt, receivedAt: now, note });
    // Looked at again as long as it lasts, should the alert book lose it meanwhile; later than now, or this would never end.
    deadlines.add(now + Math.max(1, silence.afterMs), { what: 'silence', watch, silence });
  };

  const breakSilence = (watch: Watch, now: number): void => {
    watch.calm = true;
    const { device } = watch;
    for (const { rule } of watch.silences) {
      const running = delays.get(device)?.get(rule.id);
      if (running === undefined && !isActive(rule.id, device)) continue;
      watch.calm = false;
      level(rule, device, false, running, now, { at: now, receivedAt: now, note: 'heard again' });
    }
  };

  return {
    reading: (device, reading, now) => {
      const rules = index.byType.get(device.type)?.measurements.get(reading.measurement);
      if (rules === undefined) return nothing;
      const ofDevice = delays.get(device.id);
      for (const one of rules) {
        const { rule, condition } = one;
        const running = ofDevice?.get(rule.id);
        const before = running === undefined ? isActive(rule.id, device.id) : running.delay.holds;
        const met = condition.holds(reading.value, before);
        // The usual case by far: as it was, and nothing runs.
        if (running === undefined && met === before) continue;
        level(rule, device.id, met, running, now, evidenceOf(one, reading));
      }
      return findings();
    },
    late: (device, reading) => {
      for (const one of index.byType.get(device.type)?.measurements.get(reading.measurement) ?? []) {
        const { rule, condition } = one;
        if (!raisesEmergency(rule) || !condition.holds(reading.value, false) || isActive(rule.id, device.id))
          continue;
        find({
          what: 'holds',
          rule,
          device: device.id,
          since: reading.at,
          evidence: evidenceOf(one, reading),
        });
      }
      return findings();
    },
    event: (device, { event, at, receivedAt }) => {
      for (const rule of index.byType.get(device.type)?.events.get(event) ?? []) {
        find({ what: 'occurred', rule, device: device.id, evidence: { at, receivedAt, event } });
      }
      return findings();
    },
    heard: (device, now) => {
      const watched = watches.get(device.id);
      if (watched === undefined) return nothing;
      const { watch } = watched;
      watch.lastHeardAt = now;
      if (watch.calm) return nothing;
      breakSilence(watch, now);
      return findings();
    },
    link: (device, state, now) => {
      const down = state === 'offline';
      for (const rule of index.byType.get(device.type)?.links ?? []) {
        const running = delays.get(device.id)?.get(rule.id);
        const note = down ? 'link down' : 'link up';
        level(rule, device.id, down, running, now, { at: now, receivedAt: now, note });
      }
      return findings();
    },
    watch: (device, lastHeardAt, notBefore) => listen(device.id, device.type, lastHeardAt, notBefore),
    forget: (device) => {
      const watched = watches.get(device);
      if (watched !== undefined) watched.watch.over = true;
      watches.delete(device);
      for (const running of [...(delays.get(device)?.values() ?? [])]) end(running);
      return findings();
    },
    tick: (now) => {
      for (let due = deadlines.takeDue(now); due !== null; due = deadlines.takeDue(now)) {
        if (due.what === 'silence') noteSilence(due.watch, due.silence, now);
        else if (!due.running.over) mature(due.running);
      }
      return findings();
    },
    shift: (byMs) => {
      deadlines.shift(byMs);
      for (const { watch } of watches.values()) {
        watch.lastHeardAt += byMs;
        watch.notBefore += byMs;
      }
      for (const ofDevice of delays.values()) {
        for (const running of ofDevice.values()) {
          const { since, deadline } = running.delay;
          running.delay = { ...running.delay, since: since + byMs, deadline: deadline + byMs };
          find({ what: 'delay-started', delay: running.delay });
        }
      }
      return findings();
    },
    resume: (stored) => {
      for (const delay of stored) {
        const before = delays.get(delay.device)?.get(delay.rule);
        if (before !== undefined) before.over = true;
        if (index.byId.has(delay.rule)) keep(delay);
        else find({ what: 'delay-ended', rule: delay.rule, device: delay.device });
      }
      return findings();
    },
    adopt: (rules) => {
      const old = index.byId;
      index = indexRules(rules, types);
      for (const running of [...delays.values()].flatMap((ofDevice) => [...ofDevice.values()])) {
        const { rule } = running.delay;
        if (index.byId.get(rule)?.version !== old.get(rule)?.version) end(running);
      }
      for (const [device, { type, watch }] of [...watches])
        listen(device, type, watch.lastHeardAt, watch.notBefore);
      return findings();
    },
  };
};
