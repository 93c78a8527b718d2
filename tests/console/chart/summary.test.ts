import { expect, test } from 'vitest';
import { marksOf } from '../../../console/src/chart/alert-marks.ts';
import { lengthText, limitText, summaryText } from '../../../console/src/chart/say.ts';
import { type Series, withLatest } from '../../../console/src/chart/series.ts';
import { pointAt, slicesOf, summaryOf } from '../../../console/src/chart/summary.ts';
import { mainMeasurement } from '../../../console/src/places/main-measurement.ts';
import { en } from '../../../console/src/words/en.ts';
import { zh } from '../../../console/src/words/zh.ts';
import { alertOf } from '../alerts.ts';

const gas: Series = {
  device: 'gas-1',
  measurement: 'gas_lel',
  unit: '%LEL',
  points: [
    [0, 0, 1, 2],
    [100, 1, 2, 40],
    [200, 1, 1, 1],
    [900, 3],
  ],
};
const span = { from: 0, to: 1_000 };

test('whoever cannot see the curve is told its lowest, its highest with the spike, its newest and its gaps', () => {
  const summary = summaryOf(gas, span, null);
  expect(summary).toMatchObject({
    points: 4,
    lowest: { value: 0, at: 0 },
    highest: { value: 40, at: 100 },
    newest: { value: 3, at: 900 },
    gaps: [{ from: 200, to: 900 }],
  });
  expect(summaryText(gas, summary, zh)).toBe(
    '燃气浓度：4 点，最低 0 %LEL，最高 40 %LEL，最新 3 %LEL, 空档 1 处，最长 1 秒',
  );
  expect(summaryText(gas, summaryOf(gas, { from: 5_000, to: 6_000 }, null), en)).toBe('gas level: no data');
  const flag = { ...gas, measurement: 'gas', unit: null, points: [[0, false] as const, [10, true] as const] };
  expect(summaryText(flag, summaryOf(flag, span, null), en)).toBe('gas alarm: so 1×, newest yes');
});

test('the course in parts has no figure where nothing was measured', () => {
  const parts = slicesOf(gas, span, 4);
  expect(parts.map((part) => part && [part.min, part.max])).toEqual([[0, 40], null, null, [3, 3]]);
});

test('the cursor reads the nearest point, and nothing in a gap', () => {
  expect(pointAt(gas, 120, null)).toBe(gas.points[1]);
  expect(pointAt(gas, 550, null)).toBeNull();
  expect(pointAt({ ...gas, points: [] }, 120, null)).toBeNull();
});

test('the newest value goes on the end once, and an older one changes nothing', () => {
  const newest = { gas_lel: { value: 4, at: 950, receivedAt: 951 } };
  const longer = withLatest(gas, newest);
  expect(longer.points.at(-1)).toEqual([950, 4]);
  expect(withLatest(longer, newest)).toBe(longer);
  expect(withLatest(gas, { gas_lel: { value: 9, at: 900, receivedAt: 999 } })).toBe(gas);
  expect(withLatest(gas, undefined)).toBe(gas);
});

test('a length and a limit are told as a person would', () => {
  expect(
    [30_000, 90_000, 3_600_000, 7_200_000, 5_000_000, 86_400_000, 200_000_000].map((ms) =>
      lengthText(ms, en),
    ),
  ).toEqual(['30 s', '90 s', '1 h', '2 h', '83 min', '1 d', '2 d']);
  const limit = {
    rule: 'co2',
    measurement: 'co2',
    from: 1000,
    to: null,
    priority: 'low',
    title: en.type as never,
    overMs: 86_400_000,
    forMs: null,
    partTime: true,
  } as const;
  expect(limitText(limit, 'ppm', en)).toBe('≥ 1000 ppm · mean over 1 d · at certain hours');
  expect(limitText({ ...limit, from: null, to: 5, overMs: null, partTime: false }, '', zh)).toBe('< 5');
});

test('alerts that would lie on one another share a mark, the most urgent first', () => {
  const raised = (id: string, raisedAt: number, facts = {}) =>
    alertOf(id, { raisedAt, lastAt: raisedAt, receivedAt: raisedAt, ...facts });
  const marks = marksOf(
    [
      raised('a', 500, { priority: 'low', active: true }),
      raised('b', 510, { priority: 'high' }),
      raised('before', -400, { active: true }),
      raised('over', -900),
      raised('later', 2_000),
      raised('c', 800, { rule: { id: 'r', version: '1' }, returnedAt: 850 }),
    ],
    span,
    1_000,
    20,
  );
  expect(marks.map(({ place, until, alerts }) => [place, until, alerts.map(({ id }) => id)])).toEqual([
    [0, null, ['before']],
    [0.5, null, ['b', 'a']],
    [0.8, 850, ['c']],
  ]);
});

test('a small picture shows what a rule minds, else the first number, else a flag, and battery only at last', () => {
  const at = { at: 1, receivedAt: 1 };
  const declared = ['water_leak', 'water_total', 'water_pressure', 'battery'];
  const water = {
    battery: { value: 80, ...at },
    water_total: { value: 100, ...at },
    water_pressure: { value: 0.3, ...at },
    water_leak: { value: false, ...at },
  };
  const limit = { measurement: 'water_pressure' } as never;
  expect(mainMeasurement(water, declared, [limit])).toBe('water_pressure');
  expect(mainMeasurement(water, declared, [])).toBe('water_total');
  const { battery, water_leak } = water;
  expect(mainMeasurement({ battery, water_leak }, declared, [limit])).toBe('water_leak');
  expect(mainMeasurement({ battery }, declared, [])).toBe('battery');
  expect(mainMeasurement({}, declared, [])).toBeNull();
});
