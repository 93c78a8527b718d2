import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { benches } from '../../bench/index.ts';
import { atLeast, atMost, every, median, percentile } from '../../bench/row.ts';

describe('a figure beside its target', () => {
  test('meets it on the target itself, and misses it beyond', () => {
    expect(atMost(10, { what: 'delay', value: 10, unit: 'ms' })).toEqual({
      what: 'delay',
      figure: '10.0 ms',
      target: '≤ 10 ms',
      ratio: 1,
      met: true,
    });
    expect(atMost(10, { what: 'delay', value: 10.1 }).met).toBe(false);
    expect(atLeast(0.6, { what: 'share', value: 0.6 }).met).toBe(true);
    expect(atLeast(0.6, { what: 'share', value: 0.59 }).met).toBe(false);
    expect(every(100, { what: 'presses', value: 99 })).toMatchObject({ figure: '99 of 100', met: false });
  });

  test('that could not be measured meets no target', () => {
    expect(atMost(10, { what: 'delay', value: Number.NaN }).met).toBe(false);
    expect(atLeast(0.6, { what: 'share', value: Number.NaN }).met).toBe(false);
    expect(median([])).toBeNaN();
  });

  test('of a hundred presses the p99 is the second slowest, not the slowest', () => {
    const times = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(times, 0.99)).toBe(99);
    expect(percentile(times, 1)).toBe(100);
    expect(median(times)).toBe(50);
  });
});

test('every bench stands in a file of its name', () => {
  for (const name of benches.keys())
    expect(existsSync(resolve(import.meta.dirname, `../../bench/${name}.ts`)), name).toBe(true);
});
