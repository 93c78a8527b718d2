import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  fileOf,
  linesOfRules,
  readRuleFile,
  type WrittenRule,
  withoutRule,
  withRule,
} from '../../console/src/rules/rule-text.ts';
import { draftToTry } from '../../console/src/rules/trial.ts';
import { deviceTypes } from '../../devices/index.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';

const folder = join(import.meta.dirname, '../../config/rules');
const shipped = readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
const textOf = (name: string): string => shipped.find((file) => file.name === name)?.text ?? '';

const rulesOf = (text: string): readonly WrittenRule[] => {
  const read = readRuleFile(text);
  if (!read.ok) throw new Error(read.message);
  return read.rules;
};
const ruleAt = (text: string, index: number): WrittenRule => rulesOf(text)[index] ?? {};

/** The lines that two texts do not share. */
const changed = (before: string, after: string): readonly string[] => {
  const old = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !old.has(line));
};

test.each(shipped)('a form that changes nothing leaves every letter of $name as it is', ({ text }) => {
  for (const [index, rule] of rulesOf(text).entries()) expect(withRule(text, index, rule)).toBe(text);
});

test('a form changes the line it is about and keeps comments, order and everybody else', () => {
  const text = textOf('upkeep.yaml');
  const index = rulesOf(text).findIndex(({ id }) => id === 'battery-0');
  const after = withRule(text, index, {
    ...ruleAt(text, index),
    'on-delay': '26h',
    when: { measurement: 'battery', below: 1 },
  });
  expect(changed(text, after)).toEqual(['    when: { measurement: battery, below: 1 }', '    on-delay: 26h']);
  expect(after.split('\n')).toHaveLength(text.split('\n').length);
  expect(after).toContain('# One single 0 % from a device');
});

test('a new part goes where a person would write it, and one that is left out is gone', () => {
  const text = textOf('gas.yaml');
  const rule = ruleAt(text, 0);
  const levels = rule.levels as readonly object[];
  const after = withRule(text, 0, {
    ...rule,
    're-alarm': undefined,
    levels: [...levels, { when: { above: 50 }, priority: 'critical' }],
    limits: [{ place: 'b1', levels: [{ above: 5 }, { above: 20 }, { above: 40 }] }],
  });
  expect(changed(text, after)).toEqual([
    '      - when: { above: 50 }',
    '    limits:',
    '      - { place: b1, levels: [{ above: 5 }, { above: 20 }, { above: 40 }] }',
  ]);
  expect(after.indexOf('limits:')).toBeLessThan(after.indexOf('alert:'));
  expect(ruleAt(after, 0)['re-alarm']).toBeUndefined();
  expect(ruleAt(after, 1)['re-alarm']).toBe('10m');
});

test('a rule that is written by a form alone is one that the rulebook takes', () => {
  const rule = {
    id: 'hot',
    kind: 'threshold',
    types: ['smoke-alarm'],
    when: { measurement: 'temperature', above: 60 },
    'off-delay': '30s',
    alert: { kind: 'smoke', priority: 'high', title: { zh: '高温', en: 'Hot: very' } },
  };
  const text = withRule('source: a test\nrules: []\n', 0, rule);
  expect(text).toBe(
    [
      'source: a test',
      'rules:',
      '  - id: hot',
      '    kind: threshold',
      '    types: [smoke-alarm]',
      '    when: { measurement: temperature, above: 60 }',
      '    off-delay: 30s',
      '    alert:',
      '      kind: smoke',
      '      priority: high',
      "      title: { zh: 高温, en: 'Hot: very' }",
      '',
    ].join('\n'),
  );
  expect(loadRulebook([{ name: 'hot.yaml', text }], deviceTypes)).toMatchObject({ ok: true });
  expect(rulesOf(withoutRule(text, 0))).toEqual([]);
});

test('what cannot be read says on which line, and where each rule begins is known', () => {
  expect(readRuleFile('source: x\nrules:\n  - { id: a\n')).toMatchObject({ ok: false, line: 4 });
  expect(readRuleFile('just words')).toEqual({ ok: true, source: '', rules: [] });
  const bomb = `a: &a [x,x]\n${Array.from({ length: 60 }, (_, index) => `b${index}: *a`).join('\n')}\n`;
  expect(readRuleFile(bomb)).toMatchObject({ ok: false });
  expect(linesOfRules(textOf('gas.yaml'))).toEqual([4, 23]);
});

test('a rule of a draft is tried with the rules that it rests on, wherever they stand, and with nothing else', () => {
  const text = draftToTry(shipped, 'fire.yaml', 'fire-in-several-homes');
  const loaded = loadRulebook([{ name: 'draft.yaml', text: text ?? '' }], deviceTypes);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.rules.map(({ id }) => id).sort()).toEqual([
    'fire-in-several-homes',
    'smoke',
    'suspected-fire',
    'temperature-rising',
  ]);
  const cut = draftToTry(shipped, 'electrical.yaml', 'building-power-cut');
  expect(loadRulebook([{ name: 'draft.yaml', text: cut ?? '' }], deviceTypes)).toMatchObject({ ok: true });
  expect(draftToTry(shipped, 'fire.yaml', 'nobody')).toBeNull();
  expect(rulesOf(fileOf('', [{ id: 'a' }]))).toEqual([{ id: 'a' }]);
});
