import { z } from 'zod';
import type { RuleCheck } from '../../gateway/doors.ts';
import { alertKinds, priorities } from '../../model/alert.ts';
import {
  RulebookVersion,
  RulebookVersionHead,
  RuleEdit,
  RuleFile,
  RuleProblem,
} from '../../model/rulebook.ts';
import { Moment, Text } from '../../model/text.ts';
import { ruleKinds } from '../../rules/kinds/index.ts';
import { userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

const Params = z.record(z.string(), z.unknown()).readonly();

const RuleAnswer = z.object({
  id: z.string(),
  version: z.string(),
  kind: z.string(),
  types: z.array(z.string()).readonly(),
  levels: z
    .array(
      z.object({
        params: Params,
        priority: z.enum(priorities),
        latching: z.boolean(),
        onDelayMs: z.number(),
        offDelayMs: z.number(),
        title: Text.nullable(),
      }),
    )
    .readonly(),
  reAlarmAfterMs: z.number().nullable(),
  alert: z.object({ kind: z.enum(alertKinds), test: z.boolean(), title: Text }),
  shelvable: z.boolean(),
  hours: z
    .object({
      days: z.array(z.number()).readonly(),
      from: z.number(),
      to: z.number(),
      inside: z.boolean(),
    })
    .nullable(),
  limits: z
    .array(
      z.object({
        where: z.union([z.object({ device: z.string() }), z.object({ place: z.string() })]),
        off: z.boolean(),
        params: z.array(Params).readonly(),
      }),
    )
    .readonly(),
  explains: z.array(z.string()).readonly(),
  groups: z.boolean(),
});

/** What stands about the rulebook beside its rules: where it comes from, and how the directory of rules differs. */
const Standing = z.object({
  version: z.number().int(),
  at: Moment.nullable(),
  problems: z.array(RuleProblem),
  differing: z.array(z.string()),
  /** Rules about life that were in force and are not, until somebody has closed the alert that says so. */
  gone: z.array(
    z.object({ id: z.string(), kind: z.enum(alertKinds), types: z.array(z.string()).readonly() }),
  ),
});

const Note = z.string().max(500);
const Files = z
  .array(RuleEdit)
  .min(1)
  .max(200)
  .refine((files) => new Set(files.map(({ name }) => name)).size === files.length, 'names a file twice');
/** The longest draft that is checked, in characters: five times the longest file of a street's rulebook. It is read while emergencies wait. */
const maxDraft = 16_384;
const Draft = z.union([
  z.strictObject({
    files: Files.refine(
      (files) => files.reduce((sum, { text }) => sum + (text?.length ?? 0), 0) <= maxDraft,
      `are longer than ${maxDraft} characters together`,
    ),
  }),
  z.strictObject({ text: z.string().max(maxDraft) }),
]);
const Base = z.number().int().nonnegative();

const headOf = ({ files: _files, ...head }: RulebookVersion): RulebookVersionHead => head;

/** The kinds of rule with their parameters as JSON schema. They do not change while the program runs. */
const kinds = [...ruleKinds.values()].map((kind) => ({
  name: kind.name,
  label: kind.label,
  about: kind.about,
  params: z.toJSONSchema(kind.params, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
}));

/** The rulebook that is in force, its versions, and drafts. */
export const ruleRoutes = (app: App, { duty, archive, commits }: RouteParts): void => {
  const { rulebook } = duty;

  const versionOf = async (number: number): Promise<RulebookVersion> =>
    (await archive.rulebookVersion(number)) ?? refuse('not-found', `There is no version ${number}.`);

  app.get(
    '/api/v1/rules',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary:
          'Rules in force; `problems` are of the directory of rules, which was not taken up for them, `differing` names files that are not the same there and in the book, and `gone` the rules about life that are no longer in force and of which nobody has said that it is meant',
        response: { 200: z.object({ rules: z.array(RuleAnswer) }).extend(Standing.shape) },
      },
    },
    async () => {
      const current = rulebook.current();
      return {
        version: current?.number ?? 0,
        at: current?.at ?? null,
        problems: [...rulebook.problems()],
        differing: [...rulebook.differing()],
        gone: [...rulebook.gone()],
        rules: [...duty.rules()],
      };
    },
  );

  app.get(
    '/api/v1/rule-kinds',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary:
          'Kinds of rule, with what may stand under `when` as JSON schema; beside what JSON schema knows, `label` and `words` say a field and the values of an enum in both languages, `unit` is `measured` where it is that of the measurement, `about` says what a text is (`measurement`, `duration`, `rule`), and of the fields in `exactlyOne` one is there',
        response: {
          200: z.object({
            kinds: z.array(
              z.object({
                name: z.string(),
                label: Text,
                about: z.enum(['devices', 'rules']),
                params: z.record(z.string(), z.unknown()),
              }),
            ),
          }),
        },
      },
    },
    async () => ({ kinds }),
  );

  app.get(
    '/api/v1/rules/files',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary: 'The files of the version in force, with their texts',
        response: { 200: z.object({ version: z.number().int(), files: z.array(RuleFile).readonly() }) },
      },
    },
    async () => {
      const current = rulebook.current();
      return { version: current?.number ?? 0, files: current?.files ?? [] };
    },
  );

  app.put(
    '/api/v1/rules/files',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['rules'],
        summary:
          'Edit the rulebook: the named files get these texts (null removes one), at once or, where anything is wrong with the whole, not at all; `base` is the version that the edit was made from',
        body: z.strictObject({ files: Files, note: Note.default(''), base: Base }),
        response: { 200: RulebookVersionHead },
      },
    },
    async (request) => {
      const by = userOf(request).id;
      return headOf(await commits.run(() => rulebook.edit(by, request.body)));
    },
  );

  app.get(
    '/api/v1/rules/versions',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary: 'Versions of the rulebook, newest first; `next` is the `before` of the next page',
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(500).default(50),
          before: z.coerce.number().int().positive().optional(),
        }),
        response: {
          200: z.object({
            versions: z.array(RulebookVersionHead),
            next: z.number().int().optional(),
          }),
        },
      },
    },
    async (request) => {
      const { limit, before } = request.query;
      const versions = [...(await archive.rulebookVersions(before, limit))];
      const last = versions.at(-1)?.number ?? 1;
      // Numbers go down to 1 without a gap.
      return last > 1 ? { versions, next: last } : { versions };
    },
  );

  const params = z.object({ number: z.coerce.number().int().positive() });

  app.get(
    '/api/v1/rules/versions/:number',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['rules'],
        summary: 'A version of the rulebook with its texts',
        params,
        response: { 200: RulebookVersion },
      },
    },
    async (request) => versionOf(request.params.number),
  );

  app.post(
    '/api/v1/rules/versions/:number/restore',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['rules'],
        summary: 'Go back to an earlier version: a new one with its texts',
        params,
        body: z.strictObject({ note: Note.default(''), base: Base.optional() }),
        response: { 200: RulebookVersionHead },
      },
    },
    async (request) => {
      const by = userOf(request).id;
      const { note, base } = request.body;
      const version = await versionOf(request.params.number);
      return headOf(await commits.run(() => rulebook.restore(by, version, { note, base })));
    },
  );

  app.post(
    '/api/v1/rules/check',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['rules'],
        summary:
          'Check a draft without applying it: `files` as an edit of the book would have them, or the `text` of one file by itself',
        body: Draft,
        response: {
          200: z.object({
            ok: z.boolean(),
            problems: z.array(RuleProblem),
            warnings: z.array(z.string()),
          }),
        },
      },
    },
    async (request) => {
      const draft: RuleCheck =
        'files' in request.body ? rulebook.check(request.body.files) : rulebook.checkText(request.body.text);
      return draft.ok
        ? { ok: true, problems: [], warnings: [...draft.warnings] }
        : { ok: false, problems: [...draft.problems], warnings: [] };
    },
  );
};
