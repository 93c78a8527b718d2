import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleDirectory, RuleFile, RuleProblem } from './model/rulebook.ts';
import { readText } from './read-text.ts';

/** No file of rules is this long (bytes); what is longer is something else under a wrong name. */
const longestFile = 4 * 1024 * 1024;

const why = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads every `.yaml` and `.yml` of a directory that is not hidden, in the order of their names. A reading is whole or not at all: one file that cannot be read is not taken for one that is gone. */
export const readRuleFiles = async (dir: string): Promise<RuleDirectory> => {
  const problem = (file: string, message: string): RuleProblem => ({ file, line: 1, column: 1, message });
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  } catch (error) {
    return { ok: false, problems: [problem('.', `the directory cannot be read: ${why(error)}`)] };
  }
  const files: RuleFile[] = [];
  const problems: RuleProblem[] = [];
  for (const name of names) {
    try {
      const path = join(dir, name);
      const { size } = await stat(path);
      if (size > longestFile) {
        problems.push(problem(name, `is longer than ${longestFile} bytes`));
        continue;
      }
      const read = readText(await readFile(path));
      if (read.ok) files.push({ name, text: read.text });
      else problems.push(problem(name, read.problem));
    } catch (error) {
      problems.push(problem(name, `cannot be read: ${why(error)}`));
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, files };
};

/** A watch over the directory of rules. */
export type RuleFilesWatch = {
  /** Reads it now and hands it over, changed or not. */
  readonly readNow: () => Promise<void>;
  readonly close: () => void;
};

/** Watches a directory of rules and hands it over when it is another than `known`. A file is written in several steps, so only a reading counts that is found again `settleMs` later. The system's own notices may get lost or be missing (a network disk), so it is looked at every `pollMs` too. */
export const watchRuleFiles = (options: {
  readonly dir: string;
  readonly known: RuleDirectory;
  readonly settleMs: number;
  readonly pollMs: number;
  readonly changed: (directory: RuleDirectory) => void;
  readonly read?: (dir: string) => Promise<RuleDirectory>;
}): RuleFilesWatch => {
  const { dir, settleMs, pollMs, changed, read = readRuleFiles } = options;
  const printOf = (directory: RuleDirectory): string => JSON.stringify(directory);
  let handedOver = printOf(options.known);
  let lastLook = handedOver;
  let notices: FSWatcher | null = null;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;
  let noticed = false;
  let closed = false;

  const handOver = (directory: RuleDirectory, print: string): void => {
    handedOver = print;
    lastLook = print;
    changed(directory);
  };
  const lookIn = (ms: number): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(() => void look(), ms);
  };
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    noticed = false;
    listen();
    const directory = await read(dir);
    looking = false;
    if (closed) return;
    const print = printOf(directory);
    if (print !== handedOver && print === lastLook) handOver(directory, print);
    lastLook = print;
    lookIn(print === handedOver && !noticed ? pollMs : settleMs);
  };
  const notice = (): void => {
    noticed = true;
    lookIn(settleMs);
  };
  /** Listens for notices, again after the directory itself was away. */
  const listen = (): void => {
    if (notices !== null || closed) return;
    try {
      const listening = watch(dir, { persistent: false }, notice);
      listening.on('error', () => {
        listening.close();
        if (notices === listening) notices = null;
      });
      notices = listening;
    } catch {
      // The look that follows tells of it, and the next one listens again.
    }
  };
  listen();
  lookIn(pollMs);

  return {
    readNow: async () => {
      const directory = await read(dir);
      if (!closed) handOver(directory, printOf(directory));
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
      notices?.close();
    },
  };
};
