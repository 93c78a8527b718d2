import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

describe('the documents', () => {
  const documents = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  const texts = [
    ...documents.map((name) => [`docs/${name}`, readFileSync(join(root, 'docs', name), 'utf8')] as const),
    ['config/zhishou.service', readFileSync(join(root, 'config/zhishou.service'), 'utf8')] as const,
    ['README.md', readme] as const,
  ];

  test.each(texts)('%s names only commands, settings and documents that exist', (name, text) => {
    const known = new Set([
      ...settings().flatMap(({ path, variable }) => [path, variable]),
      'ZHISHOU_CONFIG',
      'ZHISHOU_PICTURES',
    ]);
    const groups = new Set(settings().map(({ path }) => path.split('.')[0]));
    for (const [, command = ''] of text.matchAll(/npm run ([\w:-]+)/g))
      expect(Object.keys(scripts), name).toContain(command);
    for (const [variable] of text.matchAll(/ZHISHOU_[A-Z_]+/g)) expect(known, name).toContain(variable);
    for (const [, setting = ''] of text.matchAll(/`(\w+\.\w+)`/g))
      if (groups.has(setting.split('.')[0])) expect(known, name).toContain(setting);
    for (const [path] of text.matchAll(/docs\/[\w-]+\.md/g))
      expect(existsSync(join(root, path)), path).toBe(true);
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
