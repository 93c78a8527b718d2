import { z } from 'zod';
import { type AlertKind, alertKinds, emergencyKinds, priorities } from '../model/alert.ts';
import type { DeviceType, DeviceTypes } from '../model/device-type.ts';
import type { Hours, Rule, RuleLevel, RuleLimits } from '../model/rule.ts';
import { Id, Text } from '../model/text.ts';
import { hashContent } from './content-hash.ts';
import { Duration } from './duration.ts';
import { ruleKinds } from './kinds/index.ts';
import type { RuleKind } from './kinds/kind.ts';
import { membersOf, mostBranches } from './rule-index.ts';
import { readYaml, type SourcePath, type SourceProblem, type YamlSource } from './yaml-source.ts';

/** The rules of every file, or everything that is wrong with them. */
export type Rulebook =
  | { readonly ok: true; readonly rules: readonly Rule[] }
  | { readonly ok: false; readonly problems: readonly SourceProblem[] };

/** The device types a rule concerns: a list, `all`, or all but some. */
const WrittenTypes = z.union(
  [
    z.array(z.string()).min(1),
    z.literal('all'),
    z.strictObject({ 'all-except': z.array(z.string()).min(1) }),
  ],
  'must be a list of device types, all, or { all-except: [...] }',
);

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day like 06:30');
const WrittenHours = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).optional(),
  from: Clock,
  to: Clock,
});

// What may stand in here the rule's kind says.
const When = z.record(z.string(), z.unknown());
const delays = { 'on-delay': Duration.optional(), 'off-delay': Duration.optional() };

const WrittenLevel = z.strictObject({
  when: When.default({}),
  ...delays,
  priority: z.enum(priorities),
  latching: z.boolean().default(false),
  title: Text.optional(),
});

const WrittenLimits = z
  .strictObject({
    device: Id.optional(),
    place: Id.optional(),
    when: When.optional(),
    levels: z.array(When).min(1).optional(),
    off: z.literal(true).optional(),
  })
  .refine(
    ({ device, place }) => (device === undefined) !== (place === undefined),
    'needs a device or a place',
  )
  .refine(
    ({ when, levels, off }) => [when, levels, off].filter((part) => part !== undefined).length === 1,
    'needs one of when, levels, off',
  );

const WrittenRule = z
  .strictObject({
    id: Id,
    kind: z.enum([...ruleKinds.keys()]),
    types: WrittenTypes.optional(),
    when: When.default({}),
    ...delays,
    levels: z.array(WrittenLevel).min(1).max(5).optional(),
    're-alarm': Duration.optional(),
    only: WrittenHours.optional(),
    except: WrittenHours.optional(),
    limits: z.array(WrittenLimits).max(1000).default([]),
    explains: z.array(Id).default([]),
    groups: z.boolean().default(false),
    shelvable: z.boolean().optional(),
    alert: z.strictObject({
      kind: z.enum(alertKinds),
      priority: z.enum(priorities).optional(),
      latching: z.boolean().optional(),
      test: z.boolean().default(false),
      title: Text,
    }),
  })
  .refine(({ alert, levels }) => (alert.priority === undefined) === (levels !== undefined), {
    message: 'needs a priority, here or in each of its levels',
    path: ['alert', 'priority'],
  })
  .refine(({ alert, levels }) => levels === undefined || alert.latching === undefined, {
    message: 'stands in each of the levels',
    path: ['alert', 'latching'],
  })
  .refine(
    ({ levels, ...rule }) =>
      levels === undefined || (rule['on-delay'] === undefined && rule['off-delay'] === undefined),
    { message: 'its delays stand in each of the levels', path: ['levels'] },
  )
  .refine(({ only, except }) => only === undefined || except === undefined, {
    message: 'only and except exclude each other',
    path: ['except'],
  });
type WrittenRule = z.output<typeof WrittenRule>;

/** A file of the rulebook. `source` says where its figures come from and of when they are. */
const RuleFile = z.strictObject({ source: z.string().min(1), rules: z.array(z.unknown()).min(1) });

/** Complains of something below the rule's own place in its file. */
type Complain = (path: SourcePath, message: string) => void;

/** A rule with where it stands, for what can only be said once every rule is known. */
type Placed = { readonly rule: Rule; readonly written: WrittenRule; readonly complain: Complain };

/** The names of the types, those that do not exist complained of. */
const typesOf = (written: unknown, types: DeviceTypes, complain: Complain): readonly string[] => {
  const parsed = WrittenTypes.safeParse(written);
  if (!parsed.success) return [];
  if (parsed.data === 'all') return [...types.keys()];
  const except = !Array.isArray(parsed.data);
  const listed = Array.isArray(parsed.data) ? parsed.data : parsed.data['all-except'];
  for (const [place, name] of listed.entries()) {
    if (types.has(name)) continue;
    complain(['types', ...(except ? ['all-except'] : []), place], `there is no device type ${name}`);
  }
  return [...types.keys()].filter((name) => listed.includes(name) !== except);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each level's parameters as they are written, the common ones first; and where they stand. */
const whensOf = (raw: Readonly<Record<string, unknown>>): { when: object; at: SourcePath }[] => {
  const common = isRecord(raw.when) ? raw.when : {};
  if (!Array.isArray(raw.levels)) return [{ when: common, at: ['when'] }];
  return raw.levels.map((level: unknown, index) => ({
    when: { ...common, ...(isRecord(level) && isRecord(level.when) ? level.when : {}) },
    at: isRecord(level) && isRecord(level.when) ? ['levels', index, 'when'] : ['when'],
  }));
};

/** Parameters as the rule's kind reads them, held against every type it concerns; null where they are wrong. */
const paramsOf = (
  kind: RuleKind,
  when: unknown,
  at: SourcePath,
  concerned: readonly DeviceType[],
  complain: Complain,
): RuleLevel['params'] | null => {
  const params = kind.params.safeParse(when);
  if (!params.success) {
    for (const issue of params.error.issues) {
      if (issue.code === 'unrecognized_keys')
        for (const key of issue.keys) complain([...at, ...issue.path, key], 'is not known here');
      else complain([...at, ...issue.path], issue.message);
    }
    return null;
  }
  for (const type of concerned) for (const fault of kind.faults(params.data, type)) complain(at, fault);
  return params.data;
};

const hoursOf = ({ only, except }: WrittenRule): Hours | null => {
  const written = only ?? except;
  if (written === undefined) return null;
  return {
    days: (written.days ?? weekdays).map((day) => weekdays.indexOf(day) + 1),
    from: minutesOf(written.from),
    to: minutesOf(written.to),
    inside: only !== undefined,
  };
};

const levelsOf = (written: WrittenRule, params: readonly RuleLevel['params'][]): RuleLevel[] => {
  const levels = written.levels ?? [
    {
      'on-delay': written['on-delay'],
      'off-delay': written['off-delay'],
      priority: written.alert.priority ?? 'low',
      latching: written.alert.latching ?? false,
      title: undefined,
    },
  ];
  return levels.map((level, index) => ({
    params: params[index] ?? {},
    priority: level.priority,
    latching: level.latching,
    onDelayMs: level['on-delay'] ?? 0,
    offDelayMs: level['off-delay'] ?? 0,
    title: level.title ?? null,
  }));
};

/** Other limits are the level's own with what is written instead. */
const limitsOf = (
  raw: Readonly<Record<string, unknown>>,
  written: WrittenRule,
  kind: RuleKind,
  levels: readonly RuleLevel[],
  concerned: readonly DeviceType[],
  complain: Complain,
): RuleLimits[] =>
  written.limits.map((limits, index) => {
    const where = limits.device === undefined ? { place: limits.place ?? '' } : { device: limits.device };
    if (limits.off) return { where, off: true, params: [] };
    const at = ['limits', index, limits.when === undefined ? 'levels' : 'when'];
    if (limits.when !== undefined && levels.length > 1)
      complain(at, 'the rule has several levels: give limits for each under levels');
    if (limits.levels !== undefined && limits.levels.length !== levels.length)
      complain(at, `the rule has ${levels.length} levels, not ${limits.levels.length}`);
    const own = limits.levels ?? [limits.when];
    const params = whensOf(raw).map(({ when }, level) => {
      const read = paramsOf(kind, { ...when, ...own[level] }, at, concerned, complain) ?? {};
      const usual = levels[level]?.params;
      if (
        usual !== undefined &&
        Object.keys(read).length > 0 &&
        kind.branches(read).length !== kind.branches(usual).length
      )
        complain(at, 'must have as many rows as the rule itself');
      return read;
    });
    return { where, off: false, params };
  });

/** The kinds of alert that nobody may put aside. */
const never: ReadonlySet<AlertKind> = new Set(['sos', 'unregistered-sos', 'call-request', 'smoke', 'co']);

const isCritical = ({ levels }: Pick<Rule, 'levels'>): boolean =>
  levels.some(({ priority }) => priority === 'critical');

/** Whether a rule is about life: it raises an emergency, or something critical, in earnest. */
export const isLifeSafety = (rule: Pick<Rule, 'levels' | 'alert'>): boolean =>
  !rule.alert.test && (isCritical(rule) || emergencyKinds.has(rule.alert.kind));

const compose = (
  written: WrittenRule,
  types: readonly string[],
  levels: readonly RuleLevel[],
  limits: readonly RuleLimits[],
): Rule => {
  const { kind, test, title } = written.alert;
  const rule = {
    id: written.id,
    kind: written.kind,
    types,
    levels,
    reAlarmAfterMs: written['re-alarm'] ?? null,
    alert: { kind, test, title },
    shelvable: written.shelvable ?? (!isCritical({ levels }) && !never.has(kind)),
    hours: hoursOf(written),
    limits,
    explains: written.explains,
    groups: written.groups,
  };
  return { ...rule, version: hashContent(rule) };
};

/** Whether a level asks for more than the milder one, as far as their limits can be compared. */
const isStricter = (level: RuleLevel['params'], milder: RuleLevel['params']): boolean => {
  const { above, below } = level;
  if (typeof above === 'number' && typeof milder.above === 'number') return above > milder.above;
  if (typeof below === 'number' && typeof milder.below === 'number') return below < milder.below;
  return true;
};

/** What is wrong with a rule by itself, beyond its parameters. */
const faultsOf = ({ rule, written, complain }: Placed, kind: RuleKind): void => {
  const lasting = rule.levels.every(({ params }) => kind.lasts(params));
  if (!lasting) {
    for (const delay of ['on-delay', 'off-delay', 're-alarm'] as const)
      if (written[delay] !== undefined)
        complain([delay], `${kind.name} is over as it comes: it cannot be delayed`);
    if (written.levels !== undefined)
      complain(['levels'], `${kind.name} is over as it comes: it has no levels`);
  }
  for (const [index, { priority }] of rule.levels.entries()) {
    const milder = rule.levels[index - 1]?.priority;
    if (milder !== undefined && priorities.indexOf(priority) >= priorities.indexOf(milder))
      complain(
        ['levels', index, 'priority'],
        `levels go from the mildest up: ${priority} does not lie above ${milder}`,
      );
  }
  for (const [index, { params }] of rule.levels.entries()) {
    const milder = rule.levels[index - 1]?.params;
    if (milder !== undefined && !isStricter(params, milder))
      complain(
        ['levels', index],
        'holds whenever the level below it does: that one can never be reached by itself',
      );
  }
  for (const [index, { params, onDelayMs }] of rule.levels.entries()) {
    if (onDelayMs > 0 && kind.branches(params).some((branch) => branch.onDelayMs !== undefined))
      complain(
        written.levels === undefined ? ['on-delay'] : ['levels', index, 'on-delay'],
        `${kind.name} says itself how long it must last`,
      );
  }
  const count = rule.levels.flatMap(({ params }) => kind.branches(params)).length;
  if (count > mostBranches) complain(['when'], `has ${count} conditions; ${mostBranches} are the most`);
  if (written.shelvable === true && (isCritical(rule) || never.has(rule.alert.kind)))
    complain(['shelvable'], 'what is about life cannot be shelved');
  if (rule.hours !== null && isLifeSafety(rule))
    complain([written.only === undefined ? 'except' : 'only'], 'what is about life counts at every hour');
  for (const [index, { off }] of rule.limits.entries())
    if (off && isLifeSafety(rule)) complain(['limits', index, 'off'], 'what is about life counts everywhere');
  if (kind.about === 'devices' && written.types === undefined) complain(['types'], 'is missing');
  if (kind.about === 'devices' && rule.groups)
    complain(['groups'], 'only a rule about other rules has alerts to group');
  if (kind.about === 'rules') {
    if (written.types !== undefined)
      complain(['types'], `${kind.name} is about other rules, not about device types`);
    if (rule.limits.length > 0) complain(['limits'], `${kind.name} has no limits of a place`);
  }
};

/** The rules about life that are no longer there, or no longer about life or about all they concerned. One whose place another takes, new and of the same kind of alert on the same devices, has only another name. */
export const lostLifeRules = (before: readonly Rule[], after: readonly Rule[]): readonly Rule[] => {
  const known = new Set(before.map(({ id }) => id));
  return before.filter(
    (rule) =>
      isLifeSafety(rule) &&
      !after.some(
        (other) =>
          (other.id === rule.id || (!known.has(other.id) && other.kind === rule.kind)) &&
          isLifeSafety(other) &&
          other.alert.kind === rule.alert.kind &&
          rule.types.every((type) => other.types.includes(type)),
      ),
  );
};

/** What is wrong between rules: those that are named and not there, circles, and life-safety explained away. `mayBe`: a rule of this id may stand where something else is wrong, and is not missed as well. */
const holdTogether = (placed: readonly Placed[], mayBe: (id: string) => boolean): void => {
  const byId = new Map(placed.map((one) => [one.rule.id, one.rule]));
  for (const { rule, complain } of placed) {
    const members = membersOf(rule);
    for (const id of members) if (!byId.has(id) && !mayBe(id)) complain(['when'], `there is no rule ${id}`);
    const seen = new Set<string>();
    const walk = (id: string): boolean => {
      if (id === rule.id) return true;
      if (seen.has(id)) return false;
      seen.add(id);
      const next = byId.get(id);
      return next !== undefined && membersOf(next).some(walk);
    };
    if (members.some(walk)) complain(['when'], `goes round in a circle back to ${rule.id}`);
    for (const [index, id] of rule.explains.entries()) {
      const explained = byId.get(id);
      if (explained === undefined) {
        if (!mayBe(id)) complain(['explains', index], `there is no rule ${id}`);
      } else if (isLifeSafety(explained))
        complain(['explains', index], `${id} is about life: nothing explains it away`);
    }
  }
};

/** Reads the rulebook; pure. Every problem of every file is listed, never only the first. A rule's version is a hash of what it says, the same wherever and however it is laid out. */
export const loadRulebook = (
  files: readonly { readonly name: string; readonly text: string }[],
  types: DeviceTypes,
): Rulebook => {
  const placed: Placed[] = [];
  const homes = new Map<string, string>();
  /** Something could not be read so far that its rules have names. */
  let unread = false;

  const readRule = (raw: unknown, file: YamlSource, name: string, at: SourcePath): void => {
    const complain: Complain = (path, message) => file.complain([...at, ...path], message);
    const parsed = WrittenRule.safeParse(raw);
    if (!parsed.success) file.complainOf(parsed.error, at);
    const id = isRecord(raw) ? raw.id : undefined;
    if (typeof id !== 'string') unread = true;
    else {
      const home = homes.get(id);
      if (home !== undefined) complain(['id'], `${id} stands already in ${home}`);
      else homes.set(id, name);
    }
    if (!isRecord(raw)) return;
    const kind = ruleKinds.get(String(raw.kind));
    const concerned = typesOf(raw.types, types, complain);
    if (kind === undefined) return;
    const found = concerned.flatMap((type) => types.get(type) ?? []);
    const params = whensOf(raw).map(({ when, at: place }) => paramsOf(kind, when, place, found, complain));
    if (!parsed.success || params.some((read) => read === null)) return;
    const levels = levelsOf(
      parsed.data,
      params.map((read) => read ?? {}),
    );
    const limits = limitsOf(raw, parsed.data, kind, levels, found, complain);
    const rule = compose(parsed.data, concerned, levels, limits);
    const one = { rule, written: parsed.data, complain };
    faultsOf(one, kind);
    placed.push(one);
  };

  const readFile = (file: YamlSource, name: string): void => {
    const parsed = RuleFile.safeParse(file.content);
    if (!parsed.success) file.complainOf(parsed.error, []);
    const listed = isRecord(file.content) ? file.content.rules : undefined;
    if (!Array.isArray(listed)) {
      unread = true;
      return;
    }
    for (const [index, raw] of listed.entries()) readRule(raw, file, name, ['rules', index]);
  };

  const found = files.map(({ name, text }) => {
    const problems: SourceProblem[] = [];
    const file = readYaml(name, text, (problem) => problems.push(problem));
    if (file === null) unread = true;
    else readFile(file, name);
    return problems;
  });
  holdTogether(placed, (id) => unread || homes.has(id));
  // In the order in which a person goes through each file.
  const problems = found.flatMap((each) => each.sort((a, b) => a.line - b.line || a.column - b.column));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules: placed.map(({ rule }) => rule) };
};
