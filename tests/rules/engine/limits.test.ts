import { expect, test } from 'vitest';
import { createStreet, deviceOf, homeOf, rulesOf } from '../street.ts';

const rules = rulesOf(`
source: a test
rules:
  - id: hot
    kind: threshold
    types: [circuit-monitor]
    when: { measurement: cable_temperature, above: 70, deadband: 2 }
    limits:
      - { place: tower, when: { above: 60 } }
      - { place: boiler-room, when: { above: 90 } }
      - { device: oven, when: { above: 95 } }
      - { place: workshop, off: true }
    alert: { kind: electrical, priority: high, title: { zh: 热, en: Hot } }`);

test.each([
  ['one without a place', null, 69, 70],
  ['one in another building', homeOf('barn', 'b1'), 69, 70],
  ['one in the tower', homeOf('tower', 't1'), 59, 60],
  [
    'one in the boiler room of the tower, where the narrower limit counts',
    homeOf('tower', 'boiler-room'),
    89,
    90,
  ],
] as const)('a limit of a place counts for %s', (_, place, below, above) => {
  const street = createStreet(rules);
  const device = deviceOf('meter', 'circuit-monitor', place);
  street.says(device, 'cable_temperature', below, 0);
  expect(street.log).toEqual([]);
  street.says(device, 'cable_temperature', above, 1000);
  expect(street.log).toEqual(['holds hot meter']);
  street.says(device, 'cable_temperature', above - 2.1, 2000);
  expect(street.log.at(-1)).toBe('clears hot meter');
});

test('a limit of the device itself counts before that of any place', () => {
  const street = createStreet(rules);
  const oven = deviceOf('oven', 'circuit-monitor', homeOf('tower', 't1'));
  street.says(oven, 'cable_temperature', 94, 0);
  expect(street.log).toEqual([]);
  street.says(oven, 'cable_temperature', 95, 1000);
  expect(street.log).toEqual(['holds hot oven']);
});

test('where a rule is off it says nothing', () => {
  const street = createStreet(rules);
  street.says(deviceOf('saw', 'circuit-monitor', homeOf('barn', 'workshop')), 'cable_temperature', 150, 0);
  expect(street.log).toEqual([]);
});

test('a device that moves house is held against the limits of its new home', () => {
  const street = createStreet(rules);
  const before = deviceOf('meter', 'circuit-monitor', homeOf('barn', 'b1'));
  const after = deviceOf('meter', 'circuit-monitor', homeOf('tower', 't1'));
  street.watch(before, 0, 0);
  street.resume(0);
  street.says(before, 'cable_temperature', 65, 0);
  street.watch(after, 0, 1000);
  street.says(after, 'cable_temperature', 65, 2000);
  expect(street.log).toEqual(['holds hot meter']);
});
