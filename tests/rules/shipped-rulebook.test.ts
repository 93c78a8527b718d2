import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { emergencyKinds } from '../../src/model/alert.ts';
import type { Value } from '../../src/model/reading.ts';
import type { Rule } from '../../src/model/rule.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';
import { createStreet } from './street.ts';

const dir = new URL('../../config/rules/', import.meta.url);
const files = readdirSync(dir).map((name) => ({ name, text: readFileSync(new URL(name, dir), 'utf8') }));
const loaded = loadRulebook(files, deviceTypes);
const rules: readonly Rule[] = loaded.ok ? loaded.rules : [];

const minute = 60_000;

/** What the duty room is told of a device that says these values and stays at them for so long. */
const after = (type: string, values: Readonly<Record<string, Value>>, ms: number): readonly string[] => {
  const street = createStreet(rules);
  const device = { id: 'd', type, hub: null };
  for (const [measurement, value] of Object.entries(values)) street.says(device, measurement, value, 0);
  street.tick(ms);
  return street.log.map((line) => line.replace(/ d$/, '')).sort();
};

test('it loads', () => {
  expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  expect(files.length).toBeGreaterThan(5);
});

test('every real emergency is critical or high, and what is critical of smoke, gas, CO and falls stays until a person has seen to it', () => {
  for (const { id, alert } of rules.filter(
    (rule) => emergencyKinds.has(rule.alert.kind) && !rule.alert.test,
  )) {
    expect(['critical', 'high'], id).toContain(alert.priority);
    if (alert.priority === 'critical') expect(alert.latching, id).toBe(true);
  }
});

test('a test button of every type travels the whole way, marked and low', () => {
  for (const { name } of deviceTypes.values()) {
    const tests = rules.filter(
      (rule) => rule.kind === 'event' && rule.params.event === 'test' && rule.types.includes(name),
    );
    expect(
      tests.map(({ alert }) => [alert.test, alert.priority]),
      name,
    ).toEqual([[true, 'low']]);
  }
});

test('titles are short enough to be read at once', () => {
  for (const { id, alert } of rules) {
    expect(alert.title.zh.length, id).toBeLessThanOrEqual(24);
    expect(alert.title.en.length, id).toBeLessThanOrEqual(40);
  }
});

test.each([
  ['smoke-alarm', { smoke: true }, 0, ['holds smoke']],
  ['gas-detector', { gas_lel: 9.9 }, minute, []],
  ['gas-detector', { gas_lel: 10 }, 0, ['holds gas-low']],
  ['gas-detector', { gas_lel: 25 }, 0, ['holds gas-high', 'holds gas-low']],
  ['gas-detector', { gas: true }, 0, ['holds gas-flag']],
  ['co-detector', { co_alarm: true }, 0, ['holds co-flag']],
  ['co-detector', { co: 29 }, 24 * 60 * minute, []],
  ['co-detector', { co: 30 }, 119 * minute, []],
  ['co-detector', { co: 30 }, 120 * minute, ['holds co-30']],
  ['co-detector', { co: 50 }, 60 * minute, ['holds co-50']],
  ['co-detector', { co: 100 }, 10 * minute, ['holds co-100']],
  ['co-detector', { co: 300 }, 0, ['holds co-300']],
  ['fall-detector', { fall: true }, 0, ['holds fall']],
  ['air-monitor', { co2: 1000, pm25: 50, hcho: 0.08, tvoc: 0.6 }, 59 * minute, []],
  [
    'air-monitor',
    { co2: 1000, pm25: 50, hcho: 0.08, tvoc: 0.6 },
    60 * minute,
    ['holds air-co2', 'holds air-hcho', 'holds air-pm25', 'holds air-tvoc'],
  ],
  ['circuit-monitor', { residual_current: 300 }, minute, ['holds residual-current-300']],
  [
    'circuit-monitor',
    { residual_current: 500 },
    30_000,
    ['holds residual-current-300', 'holds residual-current-500'],
  ],
  [
    'circuit-monitor',
    { cable_temperature: 90, arc: true },
    0,
    ['holds arc', 'holds cable-70', 'holds cable-90'],
  ],
  ['circuit-monitor', { voltage: 230 }, 60 * minute, []],
  ['circuit-monitor', { voltage: 0 }, minute, ['holds voltage']],
  ['water-monitor', { water_leak: true }, 0, ['holds water-leak']],
  ['water-monitor', { water_pressure: 0.13 }, 15_000, ['holds water-pressure']],
  [
    'water-monitor',
    { turbidity: 1.1, free_chlorine: 0.04, ph: 6.4 },
    minute,
    ['holds free-chlorine', 'holds ph', 'holds turbidity'],
  ],
  ['door-sensor', { battery: 20 }, 0, ['holds battery-20']],
  ['door-sensor', { battery: 9 }, 0, ['holds battery-10']],
  ['door-sensor', { battery: 0 }, 24 * 60 * minute, []],
  ['door-sensor', { battery: 0 }, 25 * 60 * minute, ['holds battery-0']],
  ['hub', { tamper: true, fault: true }, 0, ['holds fault-flag', 'holds tamper-flag']],
] as const)('%s that says %j for %d ms: %j', (type, values, ms, expected) => {
  expect(after(type, values, ms)).toEqual(expected);
});

test('one single 0 % from a button that goes on talking is not believed', () => {
  const street = createStreet(rules);
  const pager = { id: 'p', type: 'call-button', hub: null };
  for (const [hours, battery] of [
    [0, 80],
    [12, 0],
    [24, 80],
    [36, 80],
    [48, 80],
  ] as const) {
    street.says(pager, 'battery', battery, hours * 60 * minute);
    street.tick(hours * 60 * minute);
  }
  expect(street.log).toEqual([]);
});

test.each([
  ['gas-detector', 10 * minute],
  ['water-monitor', 15 * minute],
  ['call-button', 25 * 60 * minute],
])('a silent %s is missed after %d ms', (type, ms) => {
  const street = createStreet(rules);
  street.engine().watch({ id: 'd', type, hub: null }, 0, 0);
  street.tick(ms - 1);
  expect(street.log).toEqual([]);
  street.tick(ms);
  expect(street.log).toEqual(['holds silent d']);
});

test('the will of a sleeping battery device raises nothing, that of a detector on the mains after two minutes', () => {
  const street = createStreet(rules);
  for (const type of ['call-button', 'gas-detector']) {
    street.heed(street.engine().link({ id: type, type, hub: null }, 'offline', 0));
  }
  street.tick(2 * minute - 1);
  expect(street.log).toEqual([]);
  street.tick(2 * minute);
  expect(street.log).toEqual(['holds link-down gas-detector']);
});
