import { expect, test } from 'vitest';
import { type LimitingRule, limitsFor } from '../../../console/src/chart/limits.ts';
import { deviceTypes } from '../../../devices/index.ts';
import type { Place } from '../../../src/model/place.ts';
import { readRuleFiles } from '../../../src/rule-files.ts';
import { loadRulebook } from '../../../src/rules/rulebook.ts';

const home: Place = {
  id: 'h-101',
  path: [
    { kind: 'building', id: 'b-3', name: '3栋' },
    { kind: 'household', id: 'h-101', name: '101' },
  ],
  text: '3栋101',
};
const device = (type: string, id = 'd-1') => ({ id, type, place: home });

/** The rules that a file of this text makes. */
const rulesOf = (rules: string): readonly LimitingRule[] => {
  const book = loadRulebook([{ name: 'own.yaml', text: `source: own\nrules:\n${rules}` }], deviceTypes);
  if (!book.ok) throw new Error(JSON.stringify(book.problems));
  return book.rules;
};

const inShort = (rules: readonly LimitingRule[], of: Parameters<typeof limitsFor>[1]) =>
  limitsFor(rules, of).map(({ measurement, from, to, priority }) => [measurement, from, to, priority]);

test('the rulebook as it comes draws the limits of every kind that has any', async () => {
  const directory = await readRuleFiles('config/rules');
  if (!directory.ok) throw new Error('the rulebook cannot be read');
  const book = loadRulebook(directory.files, deviceTypes);
  if (!book.ok) throw new Error('the rulebook is wrong');
  expect(inShort(book.rules, device('circuit-monitor'))).toEqual(
    expect.arrayContaining([
      ['residual_current', 300, null, 'medium'],
      ['residual_current', 500, null, 'high'],
      ['cable_temperature', 90, null, 'critical'],
      ['voltage', null, 198, 'medium'],
      ['voltage', 235.4, null, 'medium'],
    ]),
  );
  const [co2] = limitsFor(book.rules, device('air-monitor')).filter(
    ({ measurement }) => measurement === 'co2',
  );
  expect(co2).toMatchObject({ from: 1000, to: null, overMs: 24 * 3_600_000 });
  const co = limitsFor(book.rules, device('co-detector')).filter(({ measurement }) => measurement === 'co');
  expect(co.map(({ from, forMs }) => [from, forMs])).toEqual([
    [30, 120 * 60_000],
    [50, 60 * 60_000],
    [100, 10 * 60_000],
    [300, null],
  ]);
});

const pressure = `
  - id: pressure
    kind: threshold
    types: [water-monitor]
    when: { measurement: water_pressure, below: 0.14 }
    limits:
      - { place: b-3, when: { below: 0.2 } }
      - { place: h-101, when: { below: 0.25 } }
      - { device: boiler, off: true }
    alert: { kind: water, priority: medium, title: { zh: 水压, en: Pressure } }
`;

test('the narrowest limit of the place counts, and none where the rule is off', () => {
  const rules = rulesOf(pressure);
  expect(inShort(rules, device('water-monitor'))).toEqual([['water_pressure', null, 0.25, 'medium']]);
  expect(inShort(rules, { ...device('water-monitor'), place: null })).toEqual([
    ['water_pressure', null, 0.14, 'medium'],
  ]);
  expect(inShort(rules, device('water-monitor', 'boiler'))).toEqual([]);
});

test('a rule of another type, or without a limit that could be drawn, draws nothing', () => {
  expect(inShort(rulesOf(pressure), device('gas-detector'))).toEqual([]);
  const rising = rulesOf(`
  - id: rising
    kind: rate
    types: [water-monitor]
    when: { measurement: water_pressure, over: 30m, risesBy: 0.01 }
    alert: { kind: water, priority: low, title: { zh: 水压上升, en: Rising } }
`);
  expect(limitsFor(rising, device('water-monitor'))).toEqual([]);
});

test('a rule that counts only at certain hours says so', () => {
  const night = rulesOf(
    pressure.replace('    limits:', "    only: { from: '22:00', to: '06:00' }\n    limits:"),
  );
  expect(limitsFor(night, device('water-monitor'))[0]?.partTime).toBe(true);
});
