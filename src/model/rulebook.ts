import { z } from 'zod';
import { Moment } from './text.ts';

/** The name of a file of the rulebook: no path, not hidden, ending in `.yaml` or `.yml`. */
export const RuleFileName = z
  .string()
  .regex(/^[^./\\\s\p{C}][^/\\\p{C}]{0,95}\.ya?ml$/u, 'must be a file name like fire.yaml');

/** A file of the rulebook with its text. */
export const RuleFile = z.object({ name: z.string(), text: z.string() });
export type RuleFile = Readonly<z.infer<typeof RuleFile>>;

/** A file as an edit wants it; a text of null removes it. */
export const RuleEdit = z.strictObject({ name: RuleFileName, text: z.string().nullable() });
export type RuleEdit = Readonly<z.infer<typeof RuleEdit>>;

/** Something wrong in a file of rules, and where; lines and columns count from 1. */
export const RuleProblem = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  message: z.string(),
});
export type RuleProblem = Readonly<z.infer<typeof RuleProblem>>;

/** What an edit did to a file: the SHA-256 (hex) of its text before and after; null = there was, or is, no such file. */
export const ChangedFile = z.object({
  name: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type ChangedFile = Readonly<z.infer<typeof ChangedFile>>;

/** What is told of a version of the rulebook without its texts. `by` is `system` or a user's id; `restores` is the version that a roll-back brought back. */
export const RulebookVersionHead = z.object({
  number: z.number().int().positive(),
  at: Moment,
  by: z.string(),
  source: z.enum(['files', 'api', 'rollback']),
  note: z.string(),
  restores: z.number().int().nullable(),
  changed: z.array(ChangedFile).readonly(),
});
export type RulebookVersionHead = Readonly<z.infer<typeof RulebookVersionHead>>;

/** A version of the rulebook: every file with its text, in the order of their names. Versions are numbered from 1 without a gap and never change. */
export const RulebookVersion = RulebookVersionHead.extend({ files: z.array(RuleFile).readonly() });
export type RulebookVersion = Readonly<z.infer<typeof RulebookVersion>>;

/** The directory of rules as it was read, or why it could not be. */
export type RuleDirectory =
  | { readonly ok: true; readonly files: readonly RuleFile[] }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] };
