import { z } from 'zod';
import { alertKinds, priorities } from '../../../src/model/alert.ts';
import {
  RulebookVersion,
  RulebookVersionHead,
  type RuleEdit,
  RuleFile,
  RuleProblem,
} from '../../../src/model/rulebook.ts';
import { Text } from '../../../src/model/text.ts';
import { TryAnswer } from '../../../src/model/try-out.ts';
import { type Answer, request } from '../server/request.ts';
import { DeclaredKind } from './declared.ts';

const Params = z.record(z.string(), z.unknown());

/** A rule in force, as the gateway tells it. */
export const RuleInForce = z.object({
  id: z.string(),
  kind: z.string(),
  types: z.array(z.string()),
  levels: z.array(
    z.object({
      params: Params,
      priority: z.enum(priorities),
      latching: z.boolean(),
      onDelayMs: z.number(),
      offDelayMs: z.number(),
      title: Text.nullable(),
    }),
  ),
  reAlarmAfterMs: z.number().nullable(),
  alert: z.object({ kind: z.enum(alertKinds), test: z.boolean(), title: Text }),
  shelvable: z.boolean(),
  hours: z
    .object({ days: z.array(z.number()), from: z.number(), to: z.number(), inside: z.boolean() })
    .nullable(),
  limits: z.array(
    z.object({
      where: z.union([z.object({ device: z.string() }), z.object({ place: z.string() })]),
      off: z.boolean(),
      params: z.array(Params),
    }),
  ),
  explains: z.array(z.string()),
  groups: z.boolean(),
});
export type RuleInForce = Readonly<z.infer<typeof RuleInForce>>;

const Standing = z.object({
  version: z.number().int(),
  at: z.number().nullable(),
  rules: z.array(RuleInForce),
  problems: z.array(RuleProblem),
  differing: z.array(z.string()),
  gone: z.array(z.object({ id: z.string(), kind: z.enum(alertKinds), types: z.array(z.string()) })),
});
/** The rulebook in force and what stands about it. */
export type Standing = Readonly<z.infer<typeof Standing>>;

/** The rules in force. */
export const readStanding = (): Promise<Answer<Standing>> => request(Standing, '/rules');

/** The kinds of rule, by name. */
export const readKinds = async (): Promise<Answer<ReadonlyMap<string, DeclaredKind>>> => {
  const answer = await request(z.object({ kinds: z.array(DeclaredKind) }), '/rule-kinds');
  return answer.ok
    ? { ok: true, value: new Map(answer.value.kinds.map((kind) => [kind.name, kind])) }
    : answer;
};

const Files = z.object({ version: z.number().int(), files: z.array(RuleFile) });
/** The files in force, and of which version they are. */
export type Files = Readonly<z.infer<typeof Files>>;

/** The texts in force. */
export const readFiles = (): Promise<Answer<Files>> => request(Files, '/rules/files');

const Checked = z.object({ ok: z.boolean(), problems: z.array(RuleProblem), warnings: z.array(z.string()) });
/** What a draft comes to. */
export type Checked = Readonly<z.infer<typeof Checked>>;

/** Checks files as an edit would put them into the book; nothing is changed. */
export const checkFiles = (files: readonly RuleEdit[]): Promise<Answer<Checked>> =>
  request(Checked, '/rules/check', { method: 'POST', body: { files } });

/** Puts files into the book as a new version made from `base`. */
export const saveFiles = (
  files: readonly RuleEdit[],
  note: string,
  base: number,
): Promise<Answer<RulebookVersionHead>> =>
  request(RulebookVersionHead, '/rules/files', { method: 'PUT', body: { files, note, base } });

const VersionList = z.object({ versions: z.array(RulebookVersionHead), next: z.number().int().optional() });

/** Versions before a number, newest first, with where the next page begins. */
export const readVersions = (before: number | null): Promise<Answer<z.infer<typeof VersionList>>> =>
  request(VersionList, `/rules/versions?limit=50${before === null ? '' : `&before=${before}`}`);

/** A version with its texts. */
export const readVersion = (number: number): Promise<Answer<RulebookVersion>> =>
  request(RulebookVersion, `/rules/versions/${number}`);

/** Goes back to a version, unless there is a newer one than `base` already. */
export const restoreVersion = (
  number: number,
  note: string,
  base: number,
): Promise<Answer<RulebookVersionHead>> =>
  request(RulebookVersionHead, `/rules/versions/${number}/restore`, {
    method: 'POST',
    body: { note, base },
  });

/** What to try out: a draft file by itself or rules of the book, over which devices and time. */
export type Trial = ({ readonly text: string } | { readonly rules: readonly string[] }) & {
  readonly from: number;
  readonly to: number;
  readonly place?: string;
  readonly devices?: readonly string[];
};

/** The gateway cuts a try-out off after 60 s; the answer may wait for its turn and be long. */
const tryPatienceMs = 90_000;

/** Tries rules out over what was recorded. */
export const tryRules = (trial: Trial, signal: AbortSignal): Promise<Answer<TryAnswer>> =>
  request(TryAnswer, '/rules/try', { method: 'POST', body: trial, signal, patienceMs: tryPatienceMs });

const DeclaredType = z.object({
  name: z.string(),
  label: Text,
  measurements: z.record(
    z.string(),
    z.object({ kind: z.enum(['number', 'flag', 'text']), unit: z.string().optional(), label: Text }),
  ),
});
/** What a device type declares of itself, as far as rules are about it. */
export type DeclaredType = Readonly<z.infer<typeof DeclaredType>>;

/** The device types in their order. */
export const readDeclaredTypes = async (): Promise<Answer<readonly DeclaredType[]>> => {
  const answer = await request(z.object({ types: z.array(DeclaredType) }), '/device-types');
  return answer.ok ? { ok: true, value: answer.value.types } : answer;
};
