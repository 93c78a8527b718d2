import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settings } from '../src/config.ts';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe('the README', () => {
  test('gives a newcomer the two commands', () => {
    expect(readme).toContain('npm ci && npm run demo');
    expect(readme).toContain('npm ci && npm test');
  });

  test('names only commands that exist', () => {
    const named = [...readme.matchAll(/npm (?:run ([\w:-]+)|(start|test))/g)].map(
      ([, run, direct]) => run ?? direct ?? '',
    );
    expect(named.length).toBeGreaterThan(4);
    for (const name of named) expect(Object.keys(scripts), name).toContain(name);
  });

  test('names only files and folders that exist, and every script has its file', () => {
    const paths = [
      ...readme.matchAll(
        /`((?:src|devices|config|console|simulator|tests|bench|docs|\.ci)(?:\/[\w.-]+)*\/?)`/g,
      ),
    ].map(([, path]) => path ?? '');
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect(existsSync(join(root, path)), path).toBe(true);
    // A shell between npm and the program would keep a signal to itself.
    const files = Object.values(scripts)
      .filter((script) => /\bnode /.test(script))
      .map((script) => /^exec node (\S+)$/.exec(script)?.[1] ?? script);
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) expect(existsSync(join(root, file)), file).toBe(true);
  });
});

describe('the sample settings', () => {
  test('show every setting there is, and no other', () => {
    const sample = readFileSync(join(root, 'config/zhishou.yaml'), 'utf8');
    const shown = new Set<string>();
    let group = '';
    for (const line of sample.split('\n')) {
      const [, indent, name, value] = /^# ( *)([a-z]\w*):(.*)$/i.exec(line) ?? [];
      if (name === undefined || indent === undefined) continue;
      if (indent === '' && value?.trim() === '') group = name;
      else shown.add(indent === '' ? name : `${group}.${name}`);
    }
    expect([...shown].sort()).toEqual(
      settings()
        .map(({ path }) => path)
        .sort(),
    );
  });
});
