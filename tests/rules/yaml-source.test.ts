import { expect, test } from 'vitest';
import { readYaml, type SourceProblem } from '../../src/rules/yaml-source.ts';

const read = (text: string) => {
  const problems: SourceProblem[] = [];
  const source = readYaml('draft.yaml', text, (problem) => problems.push(problem));
  return { content: source?.content, messages: problems.map(({ message }) => message) };
};

test.each([
  ['brackets by the ten thousand', '['.repeat(60_000), 'is nested deeper than 32 levels'],
  ['maps within maps', '{a: '.repeat(15_000), 'is nested deeper than 32 levels'],
  ['lists within lists on one line', `${'- '.repeat(30_000)}x`, 'is nested deeper than 32 levels'],
  [
    'lines that go ever further to the right',
    Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    'is nested deeper than 32 levels',
  ],
  [
    'twenty thousand anchors',
    Array.from({ length: 20_000 }, (_, i) => `- &a${i} x`).join('\n'),
    'has more than 100 anchors and aliases',
  ],
  [
    'aliases without number',
    `a: &a 1\nb: [${'*a, '.repeat(16_000)}]`,
    'has more than 100 anchors and aliases',
  ],
])('a file of %s is refused before it is parsed', (_, text, message) => {
  expect(read(text)).toEqual({ content: undefined, messages: [message] });
});

test('what people write is read: long lists, deep enough maps, a few anchors, marks within texts', () => {
  const text = [
    'base: &base { high: 30 }',
    'copy: *base',
    'note: "a & b, *really*, [sic]"',
    'deep: { a: { b: { c: [[1], [2]] } } }',
    ...Array.from({ length: 200 }, (_, i) => `k${i}: [${i}]`),
  ].join('\n');
  expect(read(text)).toMatchObject({ messages: [], content: { copy: { high: 30 }, k199: [199] } });
});
