import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { flag } from '../../../src/rules/kinds/flag.ts';

test.each([
  [{}, true, false, true],
  [{}, false, true, false],
  [{ is: false }, false, false, true],
  [{ is: false }, true, true, false],
  [{}, 1, false, false],
  [{}, 'true', true, true],
])('a flag asked for with %j, at %j, held before: %s, holds: %s', (when, value, held, expected) => {
  const [branch] = flag.branches(flag.params.parse({ measurement: 'smoke', ...when }));
  expect(branch?.condition.on === 'measurement' && branch.condition.holds(value, held)).toBe(expected);
});

test.each([
  ['smoke', []],
  ['gas', ['smoke-alarm has no measurement gas']],
  ['temperature', ['temperature of smoke-alarm is no flag']],
])('a flag rule on %s of a smoke alarm', (measurement, faults) => {
  const type = deviceTypes.get('smoke-alarm');
  expect(type && flag.faults(flag.params.parse({ measurement }), type)).toEqual(faults);
});
