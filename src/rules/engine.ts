import { emergencyKinds, type Evidence } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Reading } from '../model/reading.ts';
import type { Delay, Engine, Finding, Observed, Rule, Surroundings } from '../model/rule.ts';
import { createDeadlines } from './deadlines.ts';
import { ruleKinds } from './kinds/index.ts';
import type { Condition } from './kinds/kind.ts';

/** A rule with its condition, ready to be asked. */
type Ready = { readonly rule: Rule; readonly condition: Condition };

/** The rules that concern one device type, by what they listen to. */
type Concerned = {
  readonly measurements: Map<string, Ready[]>;
  readonly events: Map<string, Ready[]>;
  readonly silences: { readonly ready: Ready; readonly afterMs: number }[];
  readonly links: Ready[];
};

/** When a device was last heard, and for which rules its silence is being waited for. */
type Watch = { device: Observed; heardAt: number; notBefore: number; readonly armed: Set<string> };

const none: readonly Finding[] = [];

/** What is kept of a reading as evidence. */
const evidenceOf = (reading: Reading, condition: Condition): Evidence => {
  const evidence = { at: reading.at, receivedAt: reading.receivedAt, measurement: reading.measurement, value: reading.value };
  return condition.limit === undefined ? evidence : { ...evidence, limit: condition.limit };
};

/** Makes the engine. A rule that does not concern a reading costs it nothing; delays, deadband and levels are handled here once for every kind. */
export const createEngine = (parts: { readonly rules: readonly Rule[]; readonly types: DeviceTypes; readonly surroundings: Surroundings }): Engine => {
  const { types } = parts;
  const { isActive } = parts.surroundings;
  let byType = indexRules(parts.rules);
  let rules = new Map(parts.rules.map((rule) => [rule.id, rule]));
  /** Running delays by device and rule: the only state of a condition that is not in the alert book. */
  const delays = new Map<string, Map<string, Delay>>();
  const dueDelays = createDeadlines<Delay>();
  const watches = new Map<string, Watch>();
  const dueSilences = createDeadlines<{ readonly watch: Watch; readonly rule: string; readonly afterMs: number }>();

  const startDelay = (delay: Delay): void => {
    let running = delays.get(delay.device);
    if (running === undefined) {
      running = new Map();
      delays.set(delay.device, running);
    }
    running.set(delay.rule, delay);
    dueDelays.add(delay.deadline, delay);
  };

  const endDelay = (rule: string, device: string): void => {
    const running = delays.get(device);
    running?.delete(rule);
    if (running?.size === 0) delays.delete(device);
  };

  /** The level is now `holds`: what follows is added to `findings`. */
  const level = (rule: Rule, device: string, holds: boolean, now: number, evidence: () => Evidence, findings: Finding[]): void => {
    const running = delays.get(device)?.get(rule.id);
    if (running) {
      // The delay's target is undone before its time.
      endDelay(rule.id, device);
      findings.push({ what: 'delay-ended', rule: rule.id, device });
      return;
    }
    const delayMs = holds ? rule.onDelayMs : rule.offDelayMs;
    if (delayMs === 0) {
      findings.push({ what: holds ? 'holds' : 'clears', rule, device, since: now, evidence: evidence() });
      return;
    }
    const delay: Delay = { rule: rule.id, device, holds, since: now, deadline: now + delayMs, evidence: evidence() };
    startDelay(delay);
    findings.push({ what: 'delay-started', delay });
  };

  /** The level as the engine last took it: a running delay's target, else what the alert book says. */
  const heldBefore = (rule: string, device: string): boolean => delays.get(device)?.get(rule)?.holds ?? isActive(rule, device);

  const arm = (watch: Watch, ready: Ready, afterMs: number): void => {
    if (watch.armed.has(ready.rule.id)) return;
    watch.armed.add(ready.rule.id);
    dueSilences.add(Math.max(watch.heardAt + afterMs, watch.notBefore), { watch, rule: ready.rule.id, afterMs });
  };

  const watchOf = (device: Observed, heardAt: number, notBefore: number): Watch => {
    const watch: Watch = { device, heardAt, notBefore, armed: new Set() };
    watches.set(device.id, watch);
    for (const { ready, afterMs } of byType.get(device.type)?.silences ?? []) arm(watch, ready, afterMs);
    return watch;
  };

  const tickDelays = (now: number, findings: Finding[]): void => {
    for (let delay = dueDelays.takeDue(now); delay; delay = dueDelays.takeDue(now)) {
      if (delays.get(delay.device)?.get(delay.rule) !== delay) continue;
      endDelay(delay.rule, delay.device);
      findings.push({ what: 'delay-ended', rule: delay.rule, device: delay.device });
      const rule = rules.get(delay.rule);
      if (rule === undefined || isActive(rule.id, delay.device) === delay.holds) continue;
      findings.push({ what: delay.holds ? 'holds' : 'clears', rule, device: delay.device, since: delay.since, evidence: delay.evidence });
    }
  };

  const tickSilences = (now: number, findings: Finding[]): void => {
    for (let due = dueSilences.takeDue(now); due; due = dueSilences.takeDue(now)) {
      const { watch, rule: id, afterMs } = due;
      if (watches.get(watch.device.id) !== watch || !watch.armed.has(id)) continue;
      const silentAt = Math.max(watch.heardAt + afterMs, watch.notBefore);
      if (silentAt > now) {
        dueSilences.add(silentAt, due);
        continue;
      }
      watch.armed.delete(id);
      const rule = rules.get(id);
      if (rule === undefined || isActive(id, watch.device.id)) continue;
      const evidence: Evidence = { at: watch.heardAt, receivedAt: watch.heardAt, note: `not heard for ${Math.round((now - watch.heardAt) / 1000)} s` };
      findings.push({ what: 'holds', rule, device: watch.device.id, since: watch.heardAt, evidence });
    }
  };

  const resume = (resumed: readonly Delay[]): readonly Finding[] => {
    const findings: Finding[] = [];
    for (const delay of resumed) {
      if (rules.has(delay.rule)) startDelay(delay);
      else findings.push({ what: 'delay-ended', rule: delay.rule, device: delay.device });
    }
    return findings;
  };

  const runningDelays = (): Delay[] => [...delays.values()].flatMap((running) => [...running.values()]);

  return {
    reading: (device, reading, now) => {
      const concerned = byType.get(device.type)?.measurements.get(reading.measurement);
      if (concerned === undefined) return none;
      let findings: Finding[] | null = null;
      for (const { rule, condition } of concerned) {
        const held = heldBefore(rule.id, device.id);
        const holds = condition.holds(reading.value, held);
        if (holds === held) continue;
        findings ??= [];
        level(rule, device.id, holds, now, () => evidenceOf(reading, condition), findings);
      }
      return findings ?? none;
    },
    event: (device, { event, at, receivedAt }) => {
      const concerned = byType.get(device.type)?.events.get(event);
      if (concerned === undefined) return none;
      return concerned.map(({ rule }) => ({ what: 'occurred', rule, device: device.id, evidence: { at, receivedAt, event } }) as const);
    },
    heard: (device, now) => {
      const watch = watches.get(device.id) ?? watchOf(device, now, 0);
      watch.heardAt = now;
      const silences = byType.get(device.type)?.silences;
      if (silences === undefined) return none;
      let findings: Finding[] | null = null;
      for (const { ready, afterMs } of silences) {
        arm(watch, ready, afterMs);
        if (!isActive(ready.rule.id, device.id)) continue;
        findings ??= [];
        findings.push({ what: 'clears', rule: ready.rule, device: device.id, since: now, evidence: { at: now, receivedAt: now } });
      }
      return findings ?? none;
    },
    link: (device, state, now) => {
      const type = types.get(device.type);
      // A device that sleeps between its messages drops its link as a matter of course.
      if (type === undefined || type.power === 'battery') return none;
      const findings: Finding[] = [];
      for (const { rule } of byType.get(device.type)?.links ?? []) {
        const holds = state === 'offline';
        if (holds === heldBefore(rule.id, device.id)) continue;
        level(rule, device.id, holds, now, () => ({ at: now, receivedAt: now, note: `link ${state}` }), findings);
      }
      return findings;
    },
    late: (device, reading) => {
      const concerned = byType.get(device.type)?.measurements.get(reading.measurement);
      if (concerned === undefined) return none;
      return concerned.flatMap(({ rule, condition }) =>
        emergencyKinds.has(rule.alert.kind) && !isActive(rule.id, device.id) && condition.holds(reading.value, false)
          ? [{ what: 'holds', rule, device: device.id, since: reading.at, evidence: evidenceOf(reading, condition) } as const]
          : [],
      );
    },
    shift: (byMs) => {
      const moved = runningDelays().map((delay) => ({ ...delay, since: delay.since + byMs, deadline: delay.deadline + byMs }));
      delays.clear();
      dueDelays.clear();
      for (const delay of moved) startDelay(delay);
      dueSilences.clear();
      for (const watch of [...watches.values()]) watchOf(watch.device, watch.heardAt + byMs, watch.notBefore + byMs);
      return moved.map((delay) => ({ what: 'delay-started', delay }) as const);
    },
    watch: (device, lastHeardAt, notBefore) => {
      watchOf(device, lastHeardAt, notBefore);
    },
    forget: (device) => {
      watches.delete(device);
      const findings = [...(delays.get(device)?.keys() ?? [])].map((rule) => ({ what: 'delay-ended', rule, device }) as const);
      delays.delete(device);
      return findings;
    },
    tick: (now) => {
      const findings: Finding[] = [];
      tickDelays(now, findings);
      tickSilences(now, findings);
      return findings;
    },
    resume,
    adopt: (next) => {
      const before = rules;
      byType = indexRules(next);
      rules = new Map(next.map((rule) => [rule.id, rule]));
      const running = runningDelays();
      delays.clear();
      dueDelays.clear();
      const unchanged = (delay: Delay): boolean => rules.get(delay.rule)?.version === before.get(delay.rule)?.version;
      const findings = running
        .filter((delay) => !unchanged(delay))
        .map(({ rule, device }) => ({ what: 'delay-ended', rule, device }) as const);
      const resumed = resume(running.filter(unchanged));
      dueSilences.clear();
      for (const watch of [...watches.values()]) watchOf(watch.device, watch.heardAt, watch.notBefore);
      return [...findings, ...resumed];
    },
  };
};

/** The rules by device type and by what they listen to. */
const indexRules = (rules: readonly Rule[]): Map<string, Concerned> => {
  const byType = new Map<string, Concerned>();
  const add = (map: Map<string, Ready[]>, key: string, ready: Ready): void => {
    const known = map.get(key);
    if (known) known.push(ready);
    else map.set(key, [ready]);
  };
  for (const rule of rules) {
    const kind = ruleKinds.get(rule.kind);
    if (kind === undefined) throw new Error(`rule ${rule.id} is of no known kind: ${rule.kind}`);
    const ready: Ready = { rule, condition: kind.condition(rule.params) };
    const { concern } = ready.condition;
    for (const type of rule.types) {
      let concerned = byType.get(type);
      if (concerned === undefined) {
        concerned = { measurements: new Map(), events: new Map(), silences: [], links: [] };
        byType.set(type, concerned);
      }
      if (concern.on === 'measurement') add(concerned.measurements, concern.measurement, ready);
      else if (concern.on === 'event') add(concerned.events, concern.event, ready);
      else if (concern.on === 'silence') concerned.silences.push({ ready, afterMs: concern.afterMs });
      else concerned.links.push(ready);
    }
  }
  return byType;
};
