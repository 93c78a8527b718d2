import { useSyncExternalStore } from 'react';
import type { RuleEdit, RuleFile } from '../../../src/model/rulebook.ts';

/** What somebody has begun to change in the rulebook and not saved: the version it was made from, the new texts by file (null = the file is to be removed), and why. */
export type RulebookDraft = {
  readonly base: number | null;
  readonly edits: ReadonlyMap<string, string | null>;
  readonly note: string;
};

const blank: RulebookDraft = { base: null, edits: new Map(), note: '' };

// Outside the page's tree: what was written outlives a look at another page and a session that ends.
let draft = blank;
const listeners = new Set<() => void>();

const put = (next: RulebookDraft): void => {
  draft = next;
  for (const listener of listeners) listener();
};

const listen = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The draft as it is now. */
export const useRulebookDraft = (): RulebookDraft => useSyncExternalStore(listen, () => draft);

/** The texts of the book with a draft put over them, in the order of their names. */
export const draftedFiles = (
  files: readonly RuleFile[],
  { edits }: RulebookDraft,
): readonly {
  readonly name: string;
  readonly text: string;
  readonly state: 'same' | 'changed' | 'removed';
}[] => {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  return [...new Set([...texts.keys(), ...edits.keys()])].sort().map((name) => {
    const edit = edits.get(name);
    const text = texts.get(name);
    if (edit === null) return { name, text: text ?? '', state: 'removed' };
    return edit === undefined || edit === text
      ? { name, text: text ?? '', state: 'same' }
      : { name, text: edit, state: 'changed' };
  });
};

/** What of a draft differs from the book. */
export const editsOf = (files: readonly RuleFile[], { edits }: RulebookDraft): readonly RuleEdit[] => {
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  return [...edits]
    .filter(([name, text]) => (text === null ? texts.has(name) : texts.get(name) !== text))
    .map(([name, text]) => ({ name, text }));
};

/** Gives a file another text, or takes it out (null). The first change says from which version it was made. */
export const editFile = (name: string, text: string | null, version: number): void =>
  put({ ...draft, base: draft.base ?? version, edits: new Map([...draft.edits, [name, text]]) });

/** Says why. */
export const noteDraft = (note: string): void => put({ ...draft, note });

/** Goes on from another version with everything that was changed. */
export const rebaseDraft = (base: number): void => put({ ...draft, base });

/** Throws everything away. */
export const dropDraft = (): void => put(blank);
