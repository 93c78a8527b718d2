import { z } from 'zod';
import { alertKinds, priorities } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Rule } from '../model/rule.ts';
import { Id, Text } from '../model/text.ts';
import { hashContent } from './content-hash.ts';
import { Duration } from './duration.ts';
import { ruleKinds } from './kinds/index.ts';
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

const WrittenRule = z.strictObject({
  id: Id,
  kind: z.enum([...ruleKinds.keys()]),
  types: WrittenTypes,
  // What may stand here the rule's kind says.
  when: z.record(z.string(), z.unknown()),
  'on-delay': Duration.optional(),
  'off-delay': Duration.optional(),
  're-alarm': Duration.optional(),
  alert: z.strictObject({
    kind: z.enum(alertKinds),
    priority: z.enum(priorities),
    latching: z.boolean().default(false),
    test: z.boolean().default(false),
    title: Text,
  }),
});
type WrittenRule = z.output<typeof WrittenRule>;

/** A file of the rulebook. `source` says where its figures come from and of when they are. */
const RuleFile = z.strictObject({ source: z.string().min(1), rules: z.array(z.unknown()).min(1) });

/** The names of the types, those that do not exist complained of. */
const typesOf = (
  written: unknown,
  types: DeviceTypes,
  file: YamlSource,
  at: SourcePath,
): readonly string[] => {
  const parsed = WrittenTypes.safeParse(written);
  if (!parsed.success) return [];
  if (parsed.data === 'all') return [...types.keys()];
  const except = !Array.isArray(parsed.data);
  const listed = Array.isArray(parsed.data) ? parsed.data : parsed.data['all-except'];
  for (const [place, name] of listed.entries()) {
    if (types.has(name)) continue;
    file.complain([...at, ...(except ? ['all-except'] : []), place], `there is no device type ${name}`);
  }
  return [...types.keys()].filter((name) => listed.includes(name) !== except);
};

/** The rule's params as its kind reads them, checked against every type it concerns; null where they are wrong. */
const paramsOf = (
  written: Readonly<Record<string, unknown>>,
  concerned: readonly string[],
  types: DeviceTypes,
  file: YamlSource,
  at: SourcePath,
): Rule['params'] | null => {
  const kind = ruleKinds.get(String(written.kind));
  if (kind === undefined) return null;
  const params = kind.params.safeParse(written.when);
  if (!params.success) {
    file.complainOf(params.error, [...at, 'when']);
    return null;
  }
  for (const name of concerned) {
    const type = types.get(name);
    for (const fault of type === undefined ? [] : kind.faults(params.data, type))
      file.complain([...at, 'when'], fault);
  }
  if (!kind.lasts) {
    for (const delay of ['on-delay', 'off-delay', 're-alarm']) {
      if (written[delay] !== undefined)
        file.complain([...at, delay], `${kind.name} is over as it comes: it cannot be delayed`);
    }
  }
  return params.data;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const compose = (
  written: WrittenRule,
  types: readonly string[],
  params: Rule['params'],
): Omit<Rule, 'version'> => ({
  id: written.id,
  kind: written.kind,
  types,
  onDelayMs: written['on-delay'] ?? 0,
  offDelayMs: written['off-delay'] ?? 0,
  reAlarmAfterMs: written['re-alarm'] ?? null,
  params,
  alert: written.alert,
});

/** Reads the rulebook; pure. Every problem of every file is listed, never only the first. A rule's version is a hash of what it says, the same wherever and however it is laid out. */
export const loadRulebook = (
  files: readonly { readonly name: string; readonly text: string }[],
  types: DeviceTypes,
): Rulebook => {
  const problems: SourceProblem[] = [];
  const rules: Rule[] = [];
  const homes = new Map<string, string>();

  const readRule = (raw: unknown, file: YamlSource, name: string, at: SourcePath): void => {
    const parsed = WrittenRule.safeParse(raw);
    if (!parsed.success) file.complainOf(parsed.error, at);
    if (!isRecord(raw)) return;
    const { id } = raw;
    if (typeof id === 'string') {
      const home = homes.get(id);
      if (home !== undefined) file.complain([...at, 'id'], `${id} stands already in ${home}`);
      else homes.set(id, name);
    }
    const concerned = typesOf(raw.types, types, file, [...at, 'types']);
    const params = isRecord(raw.when) ? paramsOf(raw, concerned, types, file, at) : null;
    if (!parsed.success || params === null) return;
    const rule = compose(parsed.data, concerned, params);
    rules.push({ ...rule, version: hashContent(rule) });
  };

  const readFile = (file: YamlSource, name: string): void => {
    const parsed = RuleFile.safeParse(file.content);
    if (!parsed.success) file.complainOf(parsed.error, []);
    const listed = isRecord(file.content) ? file.content.rules : undefined;
    if (!Array.isArray(listed)) return;
    for (const [index, raw] of listed.entries()) readRule(raw, file, name, ['rules', index]);
  };

  for (const { name, text } of files) {
    const found: SourceProblem[] = [];
    const file = readYaml(name, text, (problem) => found.push(problem));
    if (file !== null) readFile(file, name);
    // In the order in which a person goes through the file.
    problems.push(...found.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules };
};
