import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RuleDirectory } from '../src/model/rulebook.ts';
import { readRuleFiles, watchRuleFiles } from '../src/rule-files.ts';

const directory = (files: Readonly<Record<string, string>> = {}): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-rules-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
};

/** Saves a file in one step, as editors do. */
const save = async (dir: string, name: string, text: string): Promise<void> => {
  await writeFile(join(dir, `.${name}.unfinished`), text);
  await rename(join(dir, `.${name}.unfinished`), join(dir, name));
};

/** A watch over a directory; `next` is what is handed over next. */
const watched = async (dir: string, given: Partial<Parameters<typeof watchRuleFiles>[0]> = {}) => {
  const waiting: ((directory: RuleDirectory) => void)[] = [];
  const handed: RuleDirectory[] = [];
  const watch = watchRuleFiles({
    dir,
    known: await readRuleFiles(dir),
    settleMs: 10,
    pollMs: 30,
    ...given,
    changed: (found) => {
      const told = waiting.shift();
      if (told) told(found);
      else handed.push(found);
    },
  });
  onTestFinished(watch.close);
  const next = (): Promise<RuleDirectory> =>
    new Promise((resolve) => {
      const found = handed.shift();
      if (found) resolve(found);
      else waiting.push(resolve);
    });
  return { ...watch, next, handed };
};

test('every file of rules is read in the order of names; what is hidden or another kind of file is not', async () => {
  const dir = directory({
    'b.yml': 'b',
    'a.yaml': 'a',
    '.#a.yaml': 'x',
    'a.yaml.swp': 'x',
    'notes.txt': 'x',
  });
  expect(await readRuleFiles(dir)).toEqual({
    ok: true,
    files: [
      { name: 'a.yaml', text: 'a' },
      { name: 'b.yml', text: 'b' },
    ],
  });
});

test('a file that cannot be read is a problem, and not a file that is gone', async () => {
  const dir = directory({ 'a.yaml': 'a' });
  await symlink(join(dir, 'nowhere'), join(dir, 'b.yaml'));
  await mkdir(join(dir, 'c.yaml'));
  const read = await readRuleFiles(dir);
  expect(read.ok ? [] : read.problems.map(({ file }) => file)).toEqual(['b.yaml', 'c.yaml']);
  expect(await readRuleFiles(join(dir, 'nowhere'))).toMatchObject({ ok: false, problems: [{ file: '.' }] });
});

test('a file that was not saved as UTF-8 is a problem with its remedy, and no rules in other words', async () => {
  const dir = directory({ 'a.yaml': 'title: 燃气' });
  // 燃气 in GB18030.
  await writeFile(join(dir, 'b.yaml'), Buffer.from([...Buffer.from('title: '), 0xc8, 0xbc, 0xc6, 0xf8]));
  await writeFile(join(dir, 'c.yaml'), Buffer.from('\ufefftitle: 燃气', 'utf16le'));
  await writeFile(join(dir, 'd.yaml'), '\ufefftitle: 燃气');
  const read = await readRuleFiles(dir);
  expect(read.ok ? [] : read.problems.map(({ file, message }) => `${file} ${message}`)).toEqual([
    'b.yaml is not UTF-8: save it as UTF-8',
    'c.yaml is not UTF-8 (it looks like UTF-16): save it as UTF-8',
  ]);
});

test('an edit is handed over once it has settled, a new and a removed file too', async () => {
  const dir = directory({ 'a.yaml': 'a' });
  const watch = await watched(dir);
  await save(dir, 'a.yaml', 'a2');
  expect(await watch.next()).toEqual({ ok: true, files: [{ name: 'a.yaml', text: 'a2' }] });
  await save(dir, 'b.yaml', 'b');
  expect(await watch.next()).toMatchObject({ files: [{ text: 'a2' }, { name: 'b.yaml', text: 'b' }] });
  await rm(join(dir, 'a.yaml'));
  expect(await watch.next()).toEqual({ ok: true, files: [{ name: 'b.yaml', text: 'b' }] });
});

test('a file that is still being written is not handed over: only what is found twice counts', async () => {
  const dir = directory();
  const texts = ['', 'source: a', 'source: a\nrules: [', 'source: a\nrules: []'];
  const watch = await watched(dir, {
    read: async () => ({
      ok: true,
      files: [{ name: 'a.yaml', text: texts.length > 1 ? (texts.shift() ?? '') : (texts[0] ?? '') }],
    }),
  });
  expect(await watch.next()).toMatchObject({ files: [{ text: 'source: a\nrules: []' }] });
  expect(watch.handed).toEqual([]);
});

test('a directory that was away and came back is still watched', async () => {
  const dir = directory({ 'a.yaml': 'a' });
  const watch = await watched(dir);
  await rename(dir, `${dir}.away`);
  expect(await watch.next()).toMatchObject({ ok: false });
  await rename(`${dir}.away`, dir);
  expect(await watch.next()).toEqual({ ok: true, files: [{ name: 'a.yaml', text: 'a' }] });
  await save(dir, 'a.yaml', 'a2');
  expect(await watch.next()).toEqual({ ok: true, files: [{ name: 'a.yaml', text: 'a2' }] });
});

test('asked for at once it is read at once, changed or not, and after the end nothing is handed over', async () => {
  const dir = directory({ 'a.yaml': 'a' });
  const watch = await watched(dir, { settleMs: 60_000, pollMs: 60_000 });
  await watch.readNow();
  expect(watch.handed).toEqual([{ ok: true, files: [{ name: 'a.yaml', text: 'a' }] }]);
  watch.close();
  await watch.readNow();
  expect(watch.handed.length).toBe(1);
});
