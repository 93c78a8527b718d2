import { expect, test } from 'vitest';
import { createPace } from '../../src/gateway/pace.ts';

test('one that begins anew without end does so five times in ten seconds, and the others as they like', () => {
  const may = createPace();
  const first = Array.from({ length: 8 }, (_, at) => may('pager-1', 1_000 + at));
  expect(first).toEqual([true, true, true, true, true, false, false, false]);
  expect(may('pager-2', 1_010)).toBe(true);
  expect(may('pager-1', 10_999)).toBe(false);
  expect(may('pager-1', 11_000)).toBe(true);
  // The clock was set back.
  for (let at = 0; at < 5; at += 1) may('pager-1', 11_000);
  expect(may('pager-1', 500)).toBe(true);
});
