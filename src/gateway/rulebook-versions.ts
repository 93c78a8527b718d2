import type { DeviceTypes } from '../model/device-type.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { Rule } from '../model/rule.ts';
import type {
  ChangedFile,
  RulebookVersion,
  RuleDirectory,
  RuleEdit,
  RuleFile,
  RuleProblem,
} from '../model/rulebook.ts';
import { isLifeSafety, loadRulebook, lostLifeRules, type Rulebook } from '../rules/rulebook.ts';
import type { GoneRule, RulebookDoor, RuleCheck } from './doors.ts';
import type { Ledger } from './ledger.ts';
import { lifeRulesGone, type SystemAlerts, type SystemFault } from './system-alerts.ts';

/** What came of reading the directory: it brought nothing new (`mended`: what was wrong in it is right again), a new version, or only problems. */
export type DirectoryOutcome =
  | { readonly what: 'unchanged' }
  | { readonly what: 'mended' }
  | { readonly what: 'adopted'; readonly version: RulebookVersion }
  | { readonly what: 'refused'; readonly problems: readonly RuleProblem[] };

/** The rulebook as it is now: its versions are made here and nowhere else. */
export type RulebookVersions = {
  readonly door: RulebookDoor;
  /** Committed: the rules of the version that everybody is shown. */
  readonly rules: () => readonly Rule[];
  /** The directory of rules was read: what changed in it since it was last taken up is an edit. */
  readonly read: (directory: RuleDirectory, now: number) => DirectoryOutcome;
};

/** The rules to start with, and the version to go on from (without files where the stored one cannot be read any more: `unread` says why, and the directory takes its place); or everything that is wrong. */
export type OpenedRulebook =
  | {
      readonly ok: true;
      readonly rules: readonly Rule[];
      readonly version: RulebookVersion | null;
      readonly unread: readonly RuleProblem[];
    }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] };

/** The fact that keeps what the directory held when it was last taken up: JSON of each file's hash. */
export const seenFact = 'rule-files';

/** The fact that keeps which rules about life are gone: JSON. */
export const goneFact = 'life-rules-gone';

/** The longest book, in characters of all its files: reading one must not keep a press waiting. */
const longestBook = 256 * 1024;
const mostFiles = 200;

const badFiles: SystemFault = {
  id: 'rule-files',
  priority: 'medium',
  title: { zh: '规则文件有错，仍用旧规则', en: 'The rule files are wrong; the old rules stay in force' },
};

const wrong = (message: string): Extract<Rulebook, { ok: false }> => ({
  ok: false,
  problems: [{ file: '.', line: 1, column: 1, message }],
});
const nothingThere = wrong('there is no file of rules; that is taken for a mistake');

type LoadedBook = {
  readonly files: readonly RuleFile[];
  readonly types: DeviceTypes;
  readonly book: Rulebook;
};

// At a start the same book is asked for again and again, and to read one takes longer than all else that the core does.
let lastLoaded: LoadedBook | null = null;

const isSameBook = (a: readonly RuleFile[], b: readonly RuleFile[]): boolean =>
  a.length === b.length &&
  a.every(({ name, text }, index) => name === b[index]?.name && text === b[index].text);

/** Reads a whole book, which is never empty. */
const loadBook = (files: readonly RuleFile[], types: DeviceTypes): Rulebook => {
  if (files.length === 0) return nothingThere;
  if (files.length > mostFiles) return wrong(`${files.length} files of rules; ${mostFiles} are the most`);
  const length = files.reduce((sum, { text }) => sum + text.length, 0);
  if (length > longestBook) return wrong(`the files together are longer than ${longestBook} characters`);
  if (lastLoaded?.types === types && isSameBook(lastLoaded.files, files)) return lastLoaded.book;
  lastLoaded = { files, types, book: loadRulebook(files, types) };
  return lastLoaded.book;
};

/** Chooses the rules to start with; pure. */
export const openRulebook = (
  version: RulebookVersion | null,
  directory: RuleDirectory,
  types: DeviceTypes,
): OpenedRulebook => {
  const stored = version === null ? null : loadBook(version.files, types);
  if (stored?.ok) return { ok: true, rules: stored.rules, version, unread: [] };
  const unread = stored?.problems ?? [];
  const found = directory.ok ? loadBook(directory.files, types) : directory;
  if (!found.ok) return found;
  return { ok: true, rules: found.rules, version: version && { ...version, files: [] }, unread };
};

const edited = (files: readonly RuleFile[], edits: readonly RuleEdit[]): readonly RuleFile[] => {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  for (const { name, text } of edits) {
    if (text === null) texts.delete(name);
    else texts.set(name, text);
  }
  return [...texts].map(([name, text]) => ({ name, text })).sort((a, b) => (a.name < b.name ? -1 : 1));
};

const refuse = (code: Refusal['code'], message: string, details: Refusal['details'] = {}): Result<never> => ({
  ok: false,
  refusal: { code, message, details },
});

/** Makes them, going on from what was stored. `seen` and `gone` are the facts of those names; `digest` is SHA-256 in hex; `adopt` puts rules in force. */
export const createRulebookVersions = (parts: {
  readonly stored: RulebookVersion | null;
  readonly rules: readonly Rule[];
  readonly seen: number | string | undefined;
  readonly gone: number | string | undefined;
  readonly types: DeviceTypes;
  readonly ledger: Ledger;
  readonly digest: (text: string) => string;
  readonly now: () => number;
  readonly adopt: (rules: readonly Rule[], now: number) => void;
  readonly systemAlerts: SystemAlerts;
}): RulebookVersions => {
  const { types, ledger, digest, systemAlerts } = parts;
  let inForce = { version: parts.stored, rules: parts.rules };
  let committed = inForce;
  /** What the directory held when it was last taken up: the hash of each file. */
  let seen = new Map<string, string>(
    typeof parts.seen === 'string' ? Object.entries(JSON.parse(parts.seen) as Record<string, string>) : [],
  );
  let gone: readonly GoneRule[] =
    typeof parts.gone === 'string' ? (JSON.parse(parts.gone) as readonly GoneRule[]) : [];
  let directory: readonly RuleFile[] | null = null;
  let problems: readonly RuleProblem[] = [];

  const filesInForce = (): readonly RuleFile[] => inForce.version?.files ?? [];

  const changesTo = (files: readonly RuleFile[]): readonly ChangedFile[] => {
    const texts = new Map(files.map(({ name, text }) => [name, text]));
    const before = new Map(filesInForce().map(({ name, text }) => [name, text]));
    const hash = (text: string | undefined): string | null => (text === undefined ? null : digest(text));
    return [...new Set([...before.keys(), ...texts.keys()])]
      .filter((name) => before.get(name) !== texts.get(name))
      .sort()
      .map((name) => ({ name, before: hash(before.get(name)), after: hash(texts.get(name)) }));
  };

  const takeUp = (files: readonly RuleFile[]): void => {
    const hashes = new Map(files.map(({ name, text }) => [name, digest(text)]));
    const same = hashes.size === seen.size && [...hashes].every(([name, hash]) => seen.get(name) === hash);
    if (same) return;
    seen = hashes;
    ledger.put('fact', seenFact, JSON.stringify(Object.fromEntries(seen)));
  };

  const complain = (found: readonly RuleProblem[], now: number): DirectoryOutcome => {
    problems = found;
    const note = found.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
    systemAlerts.raise(badFiles, note.join('\n'), now);
    return { what: 'refused', problems };
  };

  const settle = (now: number): void => {
    problems = [];
    systemAlerts.clear(badFiles, now);
  };

  /** Rules about life that went stand on the board until they are back, or a person closes the alert and so says that it is meant. */
  const missLife = (before: readonly Rule[], after: readonly Rule[], at: number): void => {
    const known = goneNow().filter(
      ({ id, kind, types: concerned }) =>
        !after.some(
          (rule) =>
            rule.id === id &&
            isLifeSafety(rule) &&
            rule.alert.kind === kind &&
            concerned.every((type) => rule.types.includes(type)),
        ),
    );
    const lost = lostLifeRules(before, after).map(
      ({ id, alert, types: concerned }): GoneRule => ({ id, kind: alert.kind, types: concerned }),
    );
    if (lost.length === 0 && known.length === gone.length) return;
    const lostIds = new Set(lost.map(({ id }) => id));
    gone = [...known.filter(({ id }) => !lostIds.has(id)), ...lost];
    ledger.put('fact', goneFact, JSON.stringify(gone));
    if (lost.length > 0)
      systemAlerts.announce(lifeRulesGone, gone.map(({ id, kind }) => `${id} (${kind})`).join('\n'), at);
    else if (gone.length === 0) systemAlerts.undo(lifeRulesGone, at);
  };

  const goneNow = (): readonly GoneRule[] => (systemAlerts.isOpen(lifeRulesGone) ? gone : []);

  const adopt = (
    edit: Pick<RulebookVersion, 'by' | 'source' | 'note' | 'restores' | 'files'>,
    rules: readonly Rule[],
    at: number,
  ): RulebookVersion => {
    const number = (inForce.version?.number ?? 0) + 1;
    const { by, source, restores, files } = edit;
    const changed = changesTo(files);
    const version: RulebookVersion = { number, at, ...edit, changed };
    const next = { version, rules };
    const before = inForce.rules;
    inForce = next;
    const actor = by === 'system' ? by : `user:${by}`;
    const data = { number, source, changed, ...(restores === null ? {} : { restores }) };
    const seq = ledger.enter(at, actor, 'rulebook.adopted', 'rulebook', number, data);
    ledger.put('rulebook', String(number), version);
    ledger.tell({ seq, at, what: 'rules', event: 'adopted', by: actor, data });
    ledger.afterCommit(() => {
      committed = next;
    });
    parts.adopt(rules, at);
    missLife(before, rules, at);
    return version;
  };

  const read = (reading: RuleDirectory, now: number): DirectoryOutcome => {
    if (!reading.ok) return complain(reading.problems, now);
    directory = reading.files;
    // A directory that was emptied, or is not mounted, must not take the rules along.
    if (reading.files.length === 0 && seen.size > 0) return complain(nothingThere.problems, now);
    const texts = new Map(reading.files.map(({ name, text }) => [name, text]));
    // A book without files, at the first start say, takes all that is there.
    const anew = filesInForce().length === 0;
    const edits = [...new Set([...seen.keys(), ...texts.keys()])]
      .map((name): RuleEdit => ({ name, text: texts.get(name) ?? null }))
      .filter(({ name, text }) => anew || (text === null ? undefined : digest(text)) !== seen.get(name));
    const files = edited(filesInForce(), edits);
    let outcome: DirectoryOutcome = { what: 'unchanged' };
    if (edits.length > 0 && changesTo(files).length > 0) {
      const loaded = loadBook(files, types);
      if (!loaded.ok) return complain(loaded.problems, now);
      const edit = { by: 'system', source: 'files', note: '', restores: null, files } as const;
      outcome = { what: 'adopted', version: adopt(edit, loaded.rules, now) };
    }
    takeUp(reading.files);
    if (problems.length > 0 && outcome.what === 'unchanged') outcome = { what: 'mended' };
    settle(now);
    return outcome;
  };

  const check = (files: readonly RuleFile[]): RuleCheck => {
    const loaded = loadBook(files, types);
    if (!loaded.ok) return loaded;
    const warnings = lostLifeRules(inForce.rules, loaded.rules).map(
      ({ id, alert }) => `${id} would be gone, which raises ${alert.kind}`,
    );
    return { ok: true, rules: loaded.rules, warnings };
  };

  /** An edit by a person. It answers what stands wrong in the directory too: they have seen to the book. */
  const replace = (
    edit: Pick<RulebookVersion, 'by' | 'source' | 'note' | 'restores' | 'files'>,
    base: number | undefined,
  ): Result<RulebookVersion> => {
    const { version } = inForce;
    const number = version?.number ?? 0;
    if (base !== undefined && base !== number)
      return refuse('stale-version', `the rulebook is at version ${number}`, { version: number });
    const checked = check(edit.files);
    if (!checked.ok)
      return refuse('invalid', 'the rulebook would be wrong; nothing was changed', {
        problems: checked.problems,
      });
    if (version !== null && changesTo(edit.files).length === 0) return { ok: true, value: version };
    const at = parts.now();
    const adopted = adopt(edit, checked.rules, at);
    if (problems.length > 0 && directory !== null) takeUp(directory);
    settle(at);
    return { ok: true, value: adopted };
  };

  return {
    rules: () => committed.rules,
    read,
    door: {
      current: () => committed.version,
      problems: () => problems,
      gone: goneNow,
      differing: () => {
        if (directory === null) return [];
        const texts = new Map(directory.map(({ name, text }) => [name, text]));
        const book = new Map((committed.version?.files ?? []).map(({ name, text }) => [name, text]));
        return [...new Set([...texts.keys(), ...book.keys()])]
          .filter((name) => texts.get(name) !== book.get(name))
          .sort();
      },
      check: (edits) => check(edited(filesInForce(), edits)),
      checkText: (text) => {
        const loaded = loadBook([{ name: 'draft.yaml', text }], types);
        return loaded.ok ? { ...loaded, warnings: [] } : loaded;
      },
      edit: (by, { files, note, base }) =>
        replace({ by, source: 'api', note, restores: null, files: edited(filesInForce(), files) }, base),
      restore: (by, { number, files }, { note, base }) =>
        replace({ by, source: 'rollback', note, restores: number, files }, base),
    },
  };
};
