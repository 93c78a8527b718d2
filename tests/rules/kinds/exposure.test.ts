import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { exposure } from '../../../src/rules/kinds/exposure.ts';
import { minute } from './listen.ts';

const table = [
  { above: 30, for: '120m' },
  { above: 50, for: '60m' },
  { above: 100, for: '10m' },
  { above: 300, for: '0s' },
];

const coDetector = deviceTypes.get('co-detector');
if (coDetector === undefined) throw new Error('no CO detector');

test('each row of the table waits its own time, the highest none', () => {
  const branches = exposure.branches(exposure.params.parse({ measurement: 'co', table }));
  expect(branches.map(({ onDelayMs }) => onDelayMs)).toEqual([120 * minute, 60 * minute, 10 * minute, 0]);
  expect(branches.map(({ condition }) => condition.on === 'measurement' && condition.limit)).toEqual([
    30, 50, 100, 300,
  ]);
});

test.each([
  // deadbandPercent, ppm, held before, the rows that are met
  [0, 29, false, []],
  [0, 30, false, [30]],
  [0, 120, false, [30, 50, 100]],
  [0, 299.9, true, [30, 50, 100]],
  [0, 300, false, [30, 50, 100, 300]],
  [4, 48, true, [30, 50]],
  [4, 48, false, [30]],
  [4, 47.9, true, [30]],
])('with a deadband of %d %%, %d ppm, held before: %s, meets the rows %j', (percent, ppm, held, met) => {
  const branches = exposure.branches(
    exposure.params.parse({ measurement: 'co', table, deadbandPercent: percent }),
  );
  const limits = branches.flatMap(({ condition }) =>
    condition.on === 'measurement' && condition.holds(ppm, held) ? [condition.limit] : [],
  );
  expect(limits).toEqual(met);
});

test.each([
  [[], 'Too small'],
  [
    [
      { above: 30, for: '10m' },
      { above: 30, for: '5m' },
    ],
    'above the row before',
  ],
  [
    [
      { above: 30, for: '10m' },
      { above: 20, for: '5m' },
    ],
    'above the row before',
  ],
  [
    [
      { above: 30, for: '10m' },
      { above: 50, for: '10m' },
    ],
    'sooner than the row before',
  ],
  [
    [
      { above: 30, for: '10m' },
      { above: 50, for: '20m' },
    ],
    'sooner than the row before',
  ],
  [[{ above: 30, for: '-1m' }], 'length of time'],
])('the table %j is refused', (rows, why) => {
  const parsed = exposure.params.safeParse({ measurement: 'co', table: rows });
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});

test.each([
  [{ measurement: 'co', table }, []],
  [{ measurement: 'gas_lel', table }, ['co-detector has no measurement gas_lel']],
  [
    { measurement: 'co', table: [...table.slice(0, 1), { above: 30_000, for: '0s' }] },
    ['30000 is out of range: co of co-detector lies within 0..20000'],
  ],
])('%j asked of a CO detector', (when, faults) => {
  expect(exposure.faults(exposure.params.parse(when), coDetector)).toEqual(faults);
});
