import { expect, test } from 'vitest';
import { gapsOf, piecesOf, silencesOf, staysOf, usualStepMs } from '../../../console/src/chart/gaps.ts';
import type { Point } from '../../../console/src/chart/series.ts';

const minute = 60_000;
const at = (...minutes: readonly number[]): Point[] => minutes.map((one) => [one * minute, 20]);
const numbers = (points: readonly Point[], measurement = 'temperature') => ({
  device: 'air-1',
  measurement,
  unit: '°C',
  points,
});

test('one lost message is no gap, two in a row are', () => {
  const points = at(0, 1, 2, 4, 5, 8, 9);
  expect(usualStepMs(points, null)).toBe(minute);
  expect(gapsOf(points, minute)).toEqual([{ from: 5 * minute, to: 8 * minute }]);
  expect(piecesOf(points, minute).map((piece) => piece.length)).toEqual([5, 2]);
});

test('a burst does not make what is reported every hour look torn', () => {
  const points = at(0, 0.1, 0.2, 0.3, 0.4, 60, 120);
  expect(usualStepMs(points, null)).toBe(0.1 * minute);
  expect(gapsOf(points, usualStepMs(points, 60 * minute))).toEqual([]);
});

test('points that stand for longer parts of the time are held against each other, not against the type', () => {
  const points: Point[] = [0, 10, 20, 50, 60].map((one) => [one * minute, 1, 2, 3]);
  expect(usualStepMs(points, minute)).toBe(10 * minute);
  expect(gapsOf(points, usualStepMs(points, minute))).toEqual([{ from: 20 * minute, to: 50 * minute }]);
});

test('where nothing is known of how often it reports, nothing is called a gap', () => {
  expect(usualStepMs(at(5), null)).toBeNull();
  expect(gapsOf(at(5), null)).toEqual([]);
  expect(piecesOf([], null)).toEqual([]);
});

test('the device was silent when the number that it reports most often was', () => {
  const often = numbers(at(0, 1, 2, 3, 10, 11, 12));
  const seldom = numbers(at(0, 60, 120, 600), 'battery');
  const flag = { device: 'air-1', measurement: 'smoke', unit: null, points: [[0, false] as Point] };
  expect(silencesOf([flag, seldom, often], null)).toEqual([{ from: 3 * minute, to: 10 * minute }]);
  expect(silencesOf([flag], minute)).toEqual([]);
});

test('a flag holds until its next change, the last until now, and not through a silence', () => {
  const points: Point[] = [
    [0, false],
    [10, true],
    [20, true],
    [30, false],
  ];
  expect(staysOf(points, [], 100)).toEqual([
    { from: 0, to: 10, value: false },
    { from: 10, to: 30, value: true },
    { from: 30, to: 100, value: false },
  ]);
  expect(staysOf([[0, false]], [{ from: 40, to: 60 }], 100)).toEqual([
    { from: 0, to: 40, value: false },
    { from: 60, to: 100, value: false },
  ]);
});
