import { emergencyKinds } from '../model/alert.ts';
import type { DeviceType, DeviceTypes } from '../model/device-type.ts';
import type { Rule } from '../model/rule.ts';
import { ruleKinds } from './kinds/index.ts';
import type { Condition } from './kinds/kind.ts';

/** A rule on a measurement, with the measurement's unit for the evidence. */
export type MeasurementRule = {
  readonly rule: Rule;
  readonly condition: Extract<Condition, { readonly on: 'measurement' }>;
  readonly unit: string | undefined;
};

/** A rule on a device's silence. */
export type SilenceRule = { readonly rule: Rule; readonly afterMs: number };

/** The rules that concern the devices of one type, by what they listen to. */
export type Concerned = {
  readonly measurements: ReadonlyMap<string, readonly MeasurementRule[]>;
  readonly events: ReadonlyMap<string, readonly Rule[]>;
  readonly silences: readonly SilenceRule[];
  readonly links: readonly Rule[];
};

/** The rules by id, and by the device types they concern. */
export type RuleIndex = {
  readonly byId: ReadonlyMap<string, Rule>;
  readonly byType: ReadonlyMap<string, Concerned>;
};

/** Whether a rule raises a real emergency. */
export const raisesEmergency = ({ alert }: Rule): boolean => emergencyKinds.has(alert.kind) && !alert.test;

const add = <T>(to: Map<string, T[]>, key: string, member: T): void => {
  const members = to.get(key);
  if (members === undefined) to.set(key, [member]);
  else members.push(member);
};

const unitOf = (type: DeviceType, name: string): string | undefined => {
  const measurement = type.measurements[name];
  return measurement?.kind === 'number' && measurement.unit !== '' ? measurement.unit : undefined;
};

const concerned = (type: DeviceType, rules: readonly (readonly [Rule, Condition])[]): Concerned => {
  const measurements = new Map<string, MeasurementRule[]>();
  const events = new Map<string, Rule[]>();
  const silences: SilenceRule[] = [];
  const links: Rule[] = [];
  for (const [rule, condition] of rules) {
    switch (condition.on) {
      case 'measurement':
        add(measurements, condition.measurement, {
          rule,
          condition,
          unit: unitOf(type, condition.measurement),
        });
        break;
      case 'event':
        add(events, condition.event, rule);
        break;
      case 'silence': {
        const afterMs = condition.afterMs(type.power);
        if (afterMs !== null) silences.push({ rule, afterMs });
        break;
      }
      case 'link':
        if (condition.concerns(type.power)) links.push(rule);
    }
  }
  return { measurements, events, silences, links };
};

/** Sorts the rules so that a rule costs nothing to what does not concern it. Throws for a rule of an unknown kind: the rulebook lets none through. */
export const indexRules = (rules: readonly Rule[], types: DeviceTypes): RuleIndex => {
  const ofType = new Map<string, [Rule, Condition][]>();
  for (const rule of rules) {
    const kind = ruleKinds.get(rule.kind);
    if (kind === undefined) throw new Error(`rule ${rule.id} is of no known kind: ${rule.kind}`);
    const condition = kind.condition(rule.params);
    for (const type of rule.types) add(ofType, type, [rule, condition]);
  }
  const byType = new Map<string, Concerned>();
  for (const type of types.values()) byType.set(type.name, concerned(type, ofType.get(type.name) ?? []));
  return { byId: new Map(rules.map((rule) => [rule.id, rule])), byType };
};
