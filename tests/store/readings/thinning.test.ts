import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { mergeRows } from '../../../src/store/readings/rows.ts';
import { thin } from '../../../src/store/readings/thinning.ts';

const row = (at: number, value: number | string, flag = 0): ReadingRow => ({
  at,
  value,
  flag,
  receivedAt: at,
  deviceAt: null,
});
const minute = 60_000;

test('no more rows than points come back as they are', () => {
  expect(thin([row(1, 5), row(9, 6)], 2)).toEqual([
    [1, 5],
    [9, 6],
  ]);
  expect(thin([], 10)).toEqual([]);
});

test('a spike of one minute in a year stays in sight', () => {
  const year = function* (): Generator<ReadingRow> {
    for (let index = 0; index < 525_600; index += 1)
      yield row(1_700_000_000_000 + index * minute, index === 300_000 ? 99 : 20);
  };
  const points = thin(year(), 500);
  expect(points.length).toBeLessThanOrEqual(500);
  expect(points.length).toBeGreaterThanOrEqual(250);
  expect(points.filter(([, , , max]) => max === 99)).toHaveLength(1);
  expect(points.every(([, min]) => min === 20)).toBe(true);
});

test('a flag that was true for a moment among a thousand reports stays in sight', () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => row(index * minute, index === 700 ? 1 : 0, 1));
  const points = thin(rows, 10);
  expect(points.length).toBeLessThanOrEqual(10);
  expect(points).toContainEqual([700 * minute, true]);
  expect(points[0]).toEqual([0, false]);
  expect(points.at(-1)).toEqual([701 * minute, false]);
});

test('parts hold every reading once: their extremes and means are those of the whole', () => {
  const someRows = fc
    .uniqueArray(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 200 })
    .map((moments) => moments.sort((a, b) => a - b).map((at) => row(at, (at * 7_919) % 101)));
  fc.assert(
    fc.property(someRows, fc.integer({ min: 2, max: 50 }), (rows, most) => {
      const points = thin(rows, most);
      expect(points.length).toBeLessThanOrEqual(most);
      if (rows.length <= most) return;
      const numbers = rows.map(({ value }) => Number(value));
      expect(Math.min(...points.map(([, min]) => Number(min)))).toBe(Math.min(...numbers));
      expect(Math.max(...points.map((point) => Number(point[3])))).toBe(Math.max(...numbers));
      expect(points[0]?.[0]).toBe(rows[0]?.at);
      for (const [, min, mean, max] of points) {
        expect(Number(mean)).toBeGreaterThanOrEqual(Number(min) - 1e-9);
        expect(Number(mean)).toBeLessThanOrEqual(Number(max) + 1e-9);
      }
    }),
  );
});

test('live rows and those of the day files become one series, in order, the live one counting where both have a moment', () => {
  const live = [row(2, 'live'), row(5, 'live'), row(9, 'live')];
  const moved = [row(1, 'moved'), row(2, 'moved'), row(6, 'moved')];
  expect([...mergeRows(live, moved)].map(({ at, value }) => `${at} ${value}`)).toEqual([
    '1 moved',
    '2 live',
    '5 live',
    '6 moved',
    '9 live',
  ]);
  expect([...mergeRows([], moved)]).toEqual(moved);
  expect([...mergeRows(live, [])]).toEqual(live);
});
