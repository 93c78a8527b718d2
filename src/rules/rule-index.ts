import { emergencyKinds } from '../model/alert.ts';
import type { DeviceType, DeviceTypes } from '../model/device-type.ts';
import { liesWithin } from '../model/place.ts';
import type { Observed, Rule, RuleLevel } from '../model/rule.ts';
import { hashContent } from './content-hash.ts';
import { ruleKinds } from './kinds/index.ts';
import type { Condition, WindowCondition } from './kinds/kind.ts';

/** One condition of a rule, as it is for some devices. `branch` counts the rule's conditions from 0, `bit` is its place in the mask of what holds; `name` is unique among all conditions of the book; `version` changes with what it asks. */
export type Branch<C extends Condition = Condition> = {
  readonly rule: Rule;
  readonly branch: number;
  readonly bit: number;
  readonly name: string;
  readonly version: string;
  readonly condition: C;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** A delay that is part of the condition, as an exposure's is; a late value alone does not meet it. */
  readonly needsTime: boolean;
  readonly unit: string | undefined;
};
/** A condition of one sort. */
export type On<K extends Condition['on']> = Extract<Condition, { readonly on: K }>;

/** What a rule asks of one measurement. */
export type Asked = {
  readonly rule: Rule;
  readonly plain: readonly Branch<On<'measurement'>>[];
  readonly windows: readonly Branch<WindowCondition>[];
};

/** The rules that listen to an event: those it begins or is over for, those it ends, those that count it. */
export type EventRules = {
  readonly occurs: readonly Rule[];
  readonly begins: readonly Branch<On<'event'>>[];
  readonly ends: readonly Branch<On<'event'>>[];
  readonly windows: readonly Branch<WindowCondition>[];
};

/** A branch about silence, with how long this type may be silent (ms). */
export type Silence = { readonly branch: Branch<On<'silence'>>; readonly afterMs: number };

/** The rules that concern a device, by what they listen to. */
export type Concerned = {
  readonly measurements: ReadonlyMap<string, readonly Asked[]>;
  readonly events: ReadonlyMap<string, EventRules>;
  readonly silences: readonly Silence[];
  readonly links: readonly Branch<On<'link'>>[];
  readonly windows: readonly Branch<WindowCondition>[];
  /** Every branch by its name. */
  readonly byName: ReadonlyMap<string, Branch>;
};

/** The rules by id, by the devices they concern, and, for combinations, by the rules they are made of. */
export type RuleIndex = {
  readonly byId: ReadonlyMap<string, Rule>;
  readonly of: (device: Observed) => Concerned;
  readonly combinations: ReadonlyMap<string, readonly Branch<On<'combination'>>[]>;
  readonly combinationsByName: ReadonlyMap<string, Branch<On<'combination'>>>;
  /** Which level (1 = the mildest, 0 = none) the branches in a mask make of a rule. */
  readonly levelOf: (rule: Rule, mask: number) => number;
};

/** Whether a rule raises a real emergency. */
export const raisesEmergency = ({ alert }: Rule): boolean => emergencyKinds.has(alert.kind) && !alert.test;

/** A link that came back is believed only when it has stood for its rule's off-delay, and for this long at least (ms): one that comes and goes carries nothing. */
export const linkStandsMs = 30_000;

/** How many conditions a rule may have: as many as the mask has bits. */
export const mostBranches = 31;

const add = <T>(to: Map<string, T[]>, key: string, member: T): void => {
  const members = to.get(key);
  if (members === undefined) to.set(key, [member]);
  else members.push(member);
};

const unitOf = (type: DeviceType, name: string | undefined): string | undefined => {
  const measurement = name === undefined ? undefined : type.measurements[name];
  return measurement?.kind === 'number' && measurement.unit !== '' ? measurement.unit : undefined;
};

/** The conditions of a rule with the parameters that count for some devices. Throws for a rule of an unknown kind: the rulebook lets none through. */
const branchesOf = (rule: Rule, paramsOfLevel: readonly RuleLevel['params'][]): readonly Branch[] => {
  const kind = ruleKinds.get(rule.kind);
  if (kind === undefined) throw new Error(`rule ${rule.id} is of no known kind: ${rule.kind}`);
  const branches: Branch[] = [];
  for (const [index, level] of rule.levels.entries()) {
    const params = paramsOfLevel[index] ?? level.params;
    const version = hashContent([rule.kind, params]);
    for (const { condition, onDelayMs } of kind.branches(params)) {
      const branch = branches.length;
      const { offDelayMs } = level;
      branches.push({
        rule,
        branch,
        bit: 1 << branch,
        name: `${rule.id} ${branch}`,
        version,
        condition,
        onDelayMs: onDelayMs ?? level.onDelayMs,
        offDelayMs: condition.on === 'link' ? Math.max(offDelayMs, linkStandsMs) : offDelayMs,
        needsTime: (onDelayMs ?? 0) > 0,
        unit: undefined,
      });
    }
  }
  return branches;
};

const isOn = <K extends Condition['on']>(branch: Branch, on: K): branch is Branch<On<K>> =>
  branch.condition.on === on;

/** Whether a branch is about a span of time. */
export const isWindow = (branch: Branch): branch is Branch<WindowCondition> => isOn(branch, 'window');

/** Whether a branch is about other rules. */
export const isCombination = (branch: Branch): branch is Branch<On<'combination'>> =>
  isOn(branch, 'combination');

const emptyEvents: EventRules = { occurs: [], begins: [], ends: [], windows: [] };

const concernedOf = (type: DeviceType, all: readonly Branch[]): Concerned => {
  const measurements = new Map<string, Asked[]>();
  const events = new Map<string, EventRules>();
  const silences: Silence[] = [];
  const links: Branch<On<'link'>>[] = [];
  const windows: Branch<WindowCondition>[] = [];

  const ask = (measurement: string, rule: Rule): { plain: Branch[]; windows: Branch[] } => {
    const known = measurements.get(measurement)?.find((asked) => asked.rule === rule);
    const asked = known ?? { rule, plain: [], windows: [] };
    if (known === undefined) add(measurements, measurement, asked);
    return asked as unknown as { plain: Branch[]; windows: Branch[] };
  };
  const on = <K extends keyof EventRules>(event: string, part: K, member: EventRules[K][number]): void => {
    const known = events.get(event) ?? emptyEvents;
    events.set(event, { ...known, [part]: [...known[part], member] });
  };

  const named = all.map((branch): Branch => {
    const { condition } = branch;
    const measured =
      condition.on === 'measurement'
        ? condition.measurement
        : condition.on === 'window'
          ? condition.measurements[0]
          : undefined;
    const unit = unitOf(type, measured);
    return { ...branch, unit: condition.on === 'window' ? condition.unit(unit) : unit };
  });
  for (const branch of named) {
    if (isOn(branch, 'measurement')) ask(branch.condition.measurement, branch.rule).plain.push(branch);
    else if (isOn(branch, 'window')) {
      windows.push(branch);
      for (const measurement of branch.condition.measurements)
        ask(measurement, branch.rule).windows.push(branch);
      for (const event of branch.condition.events) on(event, 'windows', branch);
    } else if (isOn(branch, 'event')) {
      const { event, until } = branch.condition;
      if (until === null) on(event, 'occurs', branch.rule);
      else {
        on(event, 'begins', branch);
        on(until, 'ends', branch);
      }
    } else if (isOn(branch, 'silence')) {
      const afterMs = branch.condition.afterMs(type.power);
      if (afterMs !== null) silences.push({ branch, afterMs });
    } else if (isOn(branch, 'link') && branch.condition.concerns(type)) links.push(branch);
  }
  return {
    measurements,
    events,
    silences,
    links,
    windows,
    byName: new Map(named.map((branch) => [branch.name, branch])),
  };
};

/** How narrow a limit is: a device's own, or the depth of the place on the device's path; null where it does not fit. */
const narrowness = (where: Rule['limits'][number]['where'], device: Observed): number | null => {
  if ('device' in where) return where.device === device.id ? Number.POSITIVE_INFINITY : null;
  if (device.place === null || !liesWithin(device.place, where.place)) return null;
  const depth = device.place.path.findIndex(({ id }) => id === where.place);
  return depth === -1 ? device.place.path.length : depth;
};

/** The rules that a combination rests on; none of any other rule. */
export const membersOf = (rule: Rule): readonly string[] =>
  rule.levels.flatMap(({ params }) =>
    (ruleKinds.get(rule.kind)?.branches(params) ?? []).flatMap(({ condition }) =>
      condition.on === 'combination' ? condition.rules : [],
    ),
  );

/** Sorts the rules so that a rule costs nothing to what does not concern it. Throws for a rule of an unknown kind: the rulebook lets none through. */
export const indexRules = (rules: readonly Rule[], types: DeviceTypes): RuleIndex => {
  const common = new Map<string, readonly Branch[]>();
  const masks = new Map<string, number[]>();
  const limited: Rule[] = [];
  const rulesOfType = new Map<string, Rule[]>();
  const combinations = new Map<string, Branch<On<'combination'>>[]>();
  const combinationsByName = new Map<string, Branch<On<'combination'>>>();
  for (const rule of rules) {
    const branches = branchesOf(rule, []);
    common.set(rule.id, branches);
    masks.set(rule.id, levelMasks(rule, branches));
    if (rule.limits.length > 0) limited.push(rule);
    for (const type of rule.types) add(rulesOfType, type, rule);
    for (const branch of branches) {
      if (!isOn(branch, 'combination')) continue;
      combinationsByName.set(branch.name, branch);
      for (const member of branch.condition.rules) add(combinations, member, branch);
    }
  }
  const branchesFor = (rule: Rule): readonly Branch[] => common.get(rule.id) ?? [];
  const byType = new Map<string, Concerned>();
  for (const type of types.values())
    byType.set(type.name, concernedOf(type, (rulesOfType.get(type.name) ?? []).flatMap(branchesFor)));

  const limitsFor = (rule: Rule, device: Observed): Rule['limits'][number] | null => {
    let best: { limits: Rule['limits'][number]; narrow: number } | null = null;
    for (const limits of rule.limits) {
      const narrow = narrowness(limits.where, device);
      if (narrow !== null && (best === null || narrow > best.narrow)) best = { limits, narrow };
    }
    return best?.limits ?? null;
  };

  const nobody = concernedOf(
    {
      name: '',
      label: { zh: '-', en: '-' },
      measurements: {},
      events: [],
      power: 'mains',
      reportEveryMs: 0,
      simulate: () => ({}),
    },
    [],
  );
  return {
    byId: new Map(rules.map((rule) => [rule.id, rule])),
    combinations,
    combinationsByName,
    of: (device) => {
      const usual = byType.get(device.type) ?? nobody;
      if (limited.length === 0) return usual;
      const own = new Map<Rule, Rule['limits'][number]>();
      for (const rule of limited) {
        const limits = rule.types.includes(device.type) ? limitsFor(rule, device) : null;
        if (limits !== null) own.set(rule, limits);
      }
      const type = types.get(device.type);
      if (own.size === 0 || type === undefined) return usual;
      return concernedOf(
        type,
        (rulesOfType.get(device.type) ?? []).flatMap((rule) => {
          const limits = own.get(rule);
          if (limits === undefined) return branchesFor(rule);
          return limits.off ? [] : branchesOf(rule, limits.params);
        }),
      );
    },
    levelOf: (rule, mask) => {
      const of = masks.get(rule.id) ?? [];
      for (let level = of.length; level > 0; level -= 1)
        if ((mask & (of[level - 1] ?? 0)) !== 0) return level;
      return 0;
    },
  };
};

/** For each level, mildest first, the bits of its branches. A kind makes the same number of branches of a level whatever the limits of a place. */
const levelMasks = (rule: Rule, branches: readonly Branch[]): number[] => {
  const kind = ruleKinds.get(rule.kind);
  const of: number[] = [];
  let at = 0;
  for (const level of rule.levels) {
    const count = kind?.branches(level.params).length ?? 0;
    let mask = 0;
    for (const branch of branches.slice(at, at + count)) mask |= branch.bit;
    at += count;
    of.push(mask);
  }
  return of;
};
