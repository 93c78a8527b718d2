import { expect, test } from 'vitest';
import { keepNewest } from '../../src/gateway/keep-newest.ts';

test('of what is remembered of so many the one put in longest ago is forgotten, and one put in again is the newest', () => {
  const kept = new Map<string, number>();
  for (const [key, value] of [
    ['pager-1', 1],
    ['pager-2', 2],
    ['pager-1', 3],
    ['pager-3', 4],
  ] as const)
    keepNewest(kept, key, value, 2);
  expect([...kept]).toEqual([
    ['pager-1', 3],
    ['pager-3', 4],
  ]);
});
