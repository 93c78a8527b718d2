import { expect, test } from 'vitest';
import { orSame } from '../../src/rules/same-members.ts';

test('what a rule remembers is taken for changed, and written down, only where something in it says something else', () => {
  const before = [
    [1000, 'tamper'],
    [1000, 'tamper'],
  ];
  expect(orSame(before, [...before])).toBe(before);
  expect(orSame(before, [[1000, 'tamper'], before[0] ?? []])).toBe(before);
  for (const other of [
    [],
    [[1000, 'tamper']],
    [
      [1000, 'tamper'],
      [1001, 'tamper'],
    ],
  ])
    expect(orSame(before, other)).toBe(other);
});
