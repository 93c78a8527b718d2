import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { alertKinds, priorities } from '../model/alert.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Rule } from '../model/rule.ts';
import { Id, Text } from '../model/text.ts';
import { Duration } from './duration.ts';
import { ruleKinds } from './kinds/index.ts';

/** Something wrong with the rulebook, and where; lines and columns count from 1. */
export type RulebookProblem = { readonly file: string; readonly line: number; readonly column: number; readonly message: string };

/** The rules of every file, or everything that is wrong with them. */
export type Rulebook = { readonly ok: true; readonly rules: readonly Rule[] } | { readonly ok: false; readonly problems: readonly RulebookProblem[] };

const WrittenRule = z.strictObject({
  id: Id,
  kind: z.enum([...ruleKinds.keys()]),
  types: z.array(z.string()).min(1),
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

/** A file of the rulebook. `source` says where its figures come from and when. */
const RuleFile = z.strictObject({ source: z.string().min(1), rules: z.array(z.unknown()).min(1) });

type Path = readonly PropertyKey[];

/** Reads the rulebook; pure. Every problem of every file is listed, never only the first. */
export const loadRulebook = (files: readonly { readonly name: string; readonly text: string }[], types: DeviceTypes): Rulebook => {
  const problems: RulebookProblem[] = [];
  const rules: Rule[] = [];
  const homes = new Map<string, string>();
  for (const { name, text } of files) {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
    const complain = (offset: number, message: string): void => {
      const { line, col } = lines.linePos(offset);
      problems.push({ file: name, line: Math.max(1, line), column: Math.max(1, col), message });
    };
    /** The offset of what stands at the path, or of the nearest thing above it that is there. */
    const offsetOf = (path: Path): number => {
      for (let depth = path.length; depth >= 0; depth -= 1) {
        const at = path.slice(0, depth);
        const parent = depth === 0 ? undefined : document.getIn(at.slice(0, -1), true);
        const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === at.at(-1)) : undefined;
        const key = pair?.key as Node | undefined;
        const node = document.getIn(at, true) as Node | undefined;
        const range = key?.range ?? node?.range;
        if (range) return range[0];
      }
      return 0;
    };
    const complainAt = (path: Path, message: string): void => complain(offsetOf(path), `${path.join('.')}${path.length > 0 ? ': ' : ''}${message}`);
    const complainOf = (error: z.ZodError, under: Path): void => {
      for (const issue of error.issues) {
        const path = [...under, ...issue.path];
        if (issue.code === 'unrecognized_keys') for (const key of issue.keys) complainAt([...path, key], 'is not known here');
        else complainAt(path, issue.message);
      }
    };

    for (const error of document.errors) complain(error.pos[0], error.message.split('\n')[0] ?? 'cannot be read');
    if (document.errors.length > 0) continue;
    let content: unknown;
    try {
      // A file of a few rules needs no aliases: a bomb of them is refused.
      content = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      complain(0, error instanceof Error ? error.message : 'cannot be read');
      continue;
    }
    const file = RuleFile.safeParse(content);
    if (!file.success) {
      complainOf(file.error, []);
      continue;
    }
    for (const [index, raw] of file.data.rules.entries()) {
      const at = ['rules', index];
      const parsed = WrittenRule.safeParse(raw);
      if (!parsed.success) {
        complainOf(parsed.error, at);
        continue;
      }
      const written = parsed.data;
      const home = homes.get(written.id);
      if (home !== undefined) complainAt([...at, 'id'], `${written.id} stands already in ${home}`);
      homes.set(written.id, name);
      const kind = ruleKinds.get(written.kind);
      if (kind === undefined) continue;
      const params = kind.params.safeParse(written.when);
      if (!params.success) complainOf(params.error, [...at, 'when']);
      for (const [place, typeName] of written.types.entries()) {
        const type = types.get(typeName);
        if (type === undefined) complainAt([...at, 'types', place], `there is no device type ${typeName}`);
        else if (params.success) for (const fault of kind.faults(params.data, type)) complainAt([...at, 'when'], fault);
      }
      if (!params.success) continue;
      rules.push({
        id: written.id,
        version: fingerprint(raw),
        kind: written.kind,
        types: written.types,
        onDelayMs: written['on-delay'] ?? 0,
        offDelayMs: written['off-delay'] ?? 0,
        reAlarmAfterMs: written['re-alarm'] ?? null,
        params: params.data,
        alert: written.alert,
      });
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules };
};

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value);
};

/** A rule's version: a fingerprint of what is written (FNV-1a, 64 bits, hex), the same wherever and however it is laid out. */
const fingerprint = (content: unknown): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(canonical(content))) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};
