import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { emergencyKinds } from '../../src/model/alert.ts';
import type { Value } from '../../src/model/reading.ts';
import type { Rule } from '../../src/model/rule.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';
import { createStreet, deviceOf, homeOf } from './street.ts';

const dir = new URL('../../config/rules/', import.meta.url);
const files = readdirSync(dir).map((name) => ({ name, text: readFileSync(new URL(name, dir), 'utf8') }));
const loaded = loadRulebook(files, deviceTypes);
const rules: readonly Rule[] = loaded.ok ? loaded.rules : [];

const minute = 60_000;

/** What the duty room is told of a device that says these values and stays at them for so long. */
const after = (type: string, values: Readonly<Record<string, Value>>, ms: number): readonly string[] => {
  const street = createStreet(rules);
  const device = deviceOf('d', type);
  for (const [measurement, value] of Object.entries(values)) street.says(device, measurement, value, 0);
  street.tick(ms);
  return street.log.map((line) => line.replace(/ d\b/, '')).sort();
};

test('it loads', () => {
  expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  expect(files.length).toBeGreaterThan(5);
});

test('every real emergency is critical or high, and what is critical of smoke, gas, CO and falls stays until a person has seen to it', () => {
  for (const { id, levels } of rules.filter(
    (rule) => emergencyKinds.has(rule.alert.kind) && !rule.alert.test,
  )) {
    for (const { priority, latching } of levels) {
      expect(['critical', 'high'], id).toContain(priority);
      if (priority === 'critical') expect(latching, id).toBe(true);
    }
  }
});

test('a test button of every type travels the whole way, marked and low', () => {
  for (const { name } of deviceTypes.values()) {
    const tests = rules.filter(
      (rule) => rule.kind === 'event' && rule.levels[0]?.params.event === 'test' && rule.types.includes(name),
    );
    expect(
      tests.map(({ alert, levels }) => [alert.test, levels[0]?.priority]),
      name,
    ).toEqual([[true, 'low']]);
  }
});

test('titles are short enough to be read at once', () => {
  for (const { id, alert, levels } of rules) {
    for (const title of [alert.title, ...levels.flatMap((level) => level.title ?? [])]) {
      expect(title.zh.length, id).toBeLessThanOrEqual(24);
      expect(title.en.length, id).toBeLessThanOrEqual(40);
    }
  }
});

test.each([
  ['smoke-alarm', { smoke: true }, 0, ['holds smoke']],
  ['gas-detector', { gas_lel: 9.9 }, minute, []],
  ['gas-detector', { gas_lel: 10 }, 0, ['holds gas-level']],
  ['gas-detector', { gas_lel: 25 }, 0, ['holds gas-level to 2']],
  ['gas-detector', { gas: true }, 0, ['holds gas-flag']],
  ['co-detector', { co_alarm: true }, 0, ['holds co-flag']],
  ['co-detector', { co: 29 }, 24 * 60 * minute, []],
  ['co-detector', { co: 30 }, 119 * minute, []],
  ['co-detector', { co: 30 }, 120 * minute, ['holds co-exposure']],
  ['co-detector', { co: 50 }, 60 * minute, ['holds co-exposure']],
  ['co-detector', { co: 100 }, 10 * minute, ['holds co-exposure']],
  ['co-detector', { co: 300 }, 0, ['holds co-exposure']],
  ['fall-detector', { fall: true }, 0, ['holds fall']],
  ['circuit-monitor', { residual_current: 300 }, minute, ['holds residual-current']],
  [
    'circuit-monitor',
    { residual_current: 500 },
    30_000,
    ['holds residual-current', 'rises residual-current to 2'],
  ],
  ['circuit-monitor', { cable_temperature: 90, arc: true }, 0, ['holds arc', 'holds cable-temperature to 2']],
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
  ['door-sensor', { battery: 20 }, 0, ['holds battery']],
  ['door-sensor', { battery: 9 }, 0, ['holds battery to 2']],
  ['door-sensor', { battery: 0 }, 24 * 60 * minute, []],
  ['door-sensor', { battery: 0 }, 25 * 60 * minute, ['holds battery-0']],
  ['hub', { tamper: true, fault: true }, 0, ['holds fault-flag', 'holds tamper-flag']],
] as const)('%s that says %j for %d ms: %j', (type, values, ms, expected) => {
  expect(after(type, values, ms)).toEqual(expected);
});

test('one single 0 % from a button that goes on talking is not believed', () => {
  const street = createStreet(rules);
  const pager = deviceOf('p', 'call-button');
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
  street.watch(deviceOf('d', type), 0, 0);
  street.tick(ms - 1);
  expect(street.log).toEqual([]);
  street.tick(ms);
  expect(street.log).toEqual(['holds silent d']);
});

test('the will of a sleeping battery device raises nothing, that of a detector on the mains after two minutes', () => {
  const street = createStreet(rules);
  for (const type of ['call-button', 'gas-detector']) {
    street.heed(street.engine().link(deviceOf(type, type), 'offline', 0));
  }
  street.tick(2 * minute - 1);
  expect(street.log).toEqual([]);
  street.tick(2 * minute);
  expect(street.log).toEqual(['holds link-down gas-detector']);
});

test('air is judged by its mean over the span of the standard', () => {
  const street = createStreet(rules);
  const monitor = deviceOf('d', 'air-monitor');
  street.watch(monitor, 0, 0);
  street.resume(0);
  for (let at = 0; at <= 24 * 60; at += 1) {
    for (const [measurement, value] of Object.entries({ co2: 1100, pm25: 60, hcho: 0.09, tvoc: 0.7 })) {
      street.says(monitor, measurement, value, at * minute);
      street.heed(street.engine().heard(monitor, at * minute));
    }
    street.tick(at * minute);
  }
  expect(street.log).toEqual(['holds air-hcho d', 'holds air-tvoc d', 'holds air-co2 d', 'holds air-pm25 d']);
});

test('smoke and heat that rises in one home are a suspected fire, smoke in two homes of a house an incident', () => {
  const street = createStreet(rules);
  const homes = ['h1', 'h2'].map((home) => deviceOf(`smoke-${home}`, 'smoke-alarm', homeOf('tower', home)));
  for (const device of homes) street.watch(device, 0, 0);
  street.resume(0);
  const [first, second] = homes;
  if (first === undefined || second === undefined) throw new Error('no homes');
  for (let at = 0; at <= 6; at += 1) street.says(first, 'temperature', 22 + at * 4, (at * minute) / 2);
  street.says(first, 'smoke', true, 3 * minute);
  expect(street.log).toEqual([
    'holds temperature-rising smoke-h1',
    'holds smoke smoke-h1',
    'holds suspected-fire place:h1',
  ]);
  street.says(second, 'smoke', true, 4 * minute);
  expect(street.log.slice(3)).toEqual(['holds smoke smoke-h2', 'holds fire-in-several-homes place:tower']);
});

test('three devices of a house without power are a power cut, after a moment', () => {
  const street = createStreet(rules);
  const struck = ['a', 'b', 'c'].map((id) => deviceOf(id, 'gas-detector', homeOf('tower', id)));
  for (const device of struck) street.watch(device, 0, 0);
  street.resume(0);
  for (const device of struck) street.happens(device, 'power-lost', 0);
  street.tick(10_000);
  expect(street.log.at(-1)).toBe('holds building-power-cut place:tower');
  for (const device of struck) street.happens(device, 'power-restored', minute);
  street.tick(2 * minute);
  street.tick(3 * minute);
  expect(street.log.slice(4).sort()).toEqual([
    'clears building-power-cut place:tower',
    'clears power-lost a',
    'clears power-lost b',
    'clears power-lost c',
  ]);
});

test('an old person who has used no water for twelve hours is looked after, unless nobody is at home', () => {
  for (const away of [false, true]) {
    const street = createStreet(rules);
    const meter = deviceOf('meter', 'water-monitor');
    if (away) street.away.add('meter');
    street.watch(meter, 0, 0);
    street.resume(0);
    for (let at = 0; at <= 12 * 60; at += 5) {
      street.says(meter, 'water_total', 100, at * minute);
      street.heed(street.engine().heard(meter, at * minute));
      street.tick(at * minute);
    }
    expect(street.log).toEqual(away ? [] : ['holds no-water meter']);
  }
});
