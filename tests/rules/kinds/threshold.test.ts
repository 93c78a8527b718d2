import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { threshold } from '../../../src/rules/kinds/threshold.ts';

const meets = (when: Readonly<Record<string, unknown>>, value: number, held: boolean): boolean => {
  const [branch] = threshold.branches(threshold.params.parse({ measurement: 'm', ...when }));
  if (branch?.condition.on !== 'measurement') throw new Error('not about a measurement');
  return branch.condition.holds(value, held);
};

test.each([
  // when, value, held before, holds now
  [{ above: 10 }, 9.999, false, false],
  [{ above: 10 }, 10, false, true],
  [{ above: 10 }, 9.999, true, false],
  [{ above: 10, deadband: 1 }, 9.5, true, true],
  [{ above: 10, deadband: 1 }, 9.5, false, false],
  [{ above: 10, deadband: 1 }, 8.9, true, false],
  [{ above: 200, deadbandPercent: 5 }, 191, true, true],
  [{ above: 200, deadbandPercent: 5 }, 189, true, false],
  [{ above: -10, deadbandPercent: 10 }, -10.5, true, true],
  [{ above: 10, clear: 8 }, 9, false, false],
  [{ above: 10, clear: 8 }, 9, true, true],
  [{ above: 10, clear: 8 }, 8, true, true],
  [{ above: 10, clear: 8 }, 7.9, true, false],
  [{ below: 10, clear: 12 }, 11, false, false],
  [{ below: 10, clear: 12 }, 11, true, true],
  [{ below: 10, clear: 12 }, 12, true, true],
  [{ below: 10, clear: 12 }, 12.1, true, false],
  [{ below: 10, clear: 10 }, 10, false, false],
  [{ below: 0.14 }, 0.14, false, false],
  [{ below: 0.14 }, 0.139, false, true],
  [{ below: 0.14, deadband: 0.01 }, 0.149, true, true],
  [{ below: 0.14, deadband: 0.01 }, 0.151, true, false],
  [{ outside: [198, 235.4] }, 198, false, false],
  [{ outside: [198, 235.4] }, 235.4, false, false],
  [{ outside: [198, 235.4] }, 197.9, false, true],
  [{ outside: [198, 235.4] }, 235.5, false, true],
  [{ outside: [198, 235.4], deadband: 2 }, 199, true, true],
  [{ outside: [198, 235.4], deadband: 2 }, 200, true, false],
  [{ outside: [198, 235.4], deadband: 2 }, 234, true, true],
  [{ within: [10, 20] }, 10, false, true],
  [{ within: [10, 20] }, 20, false, true],
  [{ within: [10, 20] }, 9.9, false, false],
  [{ within: [10, 20], deadband: 1 }, 9.1, true, true],
  [{ within: [10, 20], deadband: 1 }, 21.1, true, false],
])('%j at %d, held before: %s, holds: %s', (when, value, held, expected) => {
  expect(meets(when, value, held)).toBe(expected);
});

test.each([
  [{ measurement: 'gas_lel' }, 'exactly one'],
  [{ measurement: 'gas_lel', above: 1, below: 0 }, 'exactly one'],
  [{ measurement: 'gas_lel', outside: [5, 5] }, 'lower limit first'],
  [{ measurement: 'gas_lel', above: 1, deadband: 1, deadbandPercent: 1 }, 'exclude each other'],
  [{ measurement: 'gas_lel', above: 10, clear: 11 }, 'wrong side'],
  [{ measurement: 'gas_lel', below: 10, clear: 9 }, 'wrong side'],
  [{ measurement: 'gas_lel', above: 10, clear: 8, deadband: 1 }, 'exclude each other'],
  [{ measurement: 'gas_lel', above: 10, clear: 8, deadbandPercent: 1 }, 'exclude each other'],
  [{ measurement: 'gas_lel', outside: [5, 10], clear: 8 }, 'above or below'],
  [{ measurement: 'gas_lel', above: Number.NaN }, 'number'],
  [{ measurement: 'gas_lel', above: 1, deadband: -1 }, '>=0'],
])('%j is refused', (when, why) => {
  const parsed = threshold.params.safeParse(when);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});

test.each([
  [{ measurement: 'smoke', above: 1 }, 'has no measurement'],
  [{ measurement: 'gas', above: 1 }, 'is no number'],
  [{ measurement: 'constructor', above: 1 }, 'has no measurement'],
  [{ measurement: 'gas_lel', above: 2001 }, 'out of range'],
  [{ measurement: 'gas_lel', outside: [-1, 20] }, 'out of range'],
  [{ measurement: 'gas_lel', below: 0 }, 'unreachable'],
  [{ measurement: 'gas_lel', outside: [0, 2000] }, 'unreachable'],
  [{ measurement: 'gas_lel', above: 0 }, 'never clear'],
  [{ measurement: 'gas_lel', above: 10, clear: 0 }, 'never clear'],
  [{ measurement: 'gas_lel', below: 10, clear: 2000 }, 'never clear'],
  [{ measurement: 'gas_lel', within: [1, 1999], deadband: 1 }, 'never clear'],
  [{ measurement: 'gas_lel', above: 10, deadband: 10 }, 'never clear'],
  [{ measurement: 'gas_lel', above: 10, deadbandPercent: 100 }, 'never clear'],
  [{ measurement: 'gas_lel', below: 1990, deadband: 15 }, 'never clear'],
  [{ measurement: 'gas_lel', outside: [10, 20], deadband: 5 }, 'never clear'],
])('%j makes no sense for a gas detector', (when, why) => {
  const type = deviceTypes.get('gas-detector');
  if (type === undefined) throw new Error('no gas detector');
  expect(threshold.faults(threshold.params.parse(when), type).join()).toContain(why);
});

test.each([
  [{ above: 25 }],
  [{ above: 2000 }],
  [{ above: 25, clear: 20 }],
  [{ below: 0.5, clear: 1 }],
  [{ outside: [0, 80] }],
  [{ within: [0, 10] }],
])('%j is sound for a gas detector', (when) => {
  const type = deviceTypes.get('gas-detector');
  const params = threshold.params.parse({ measurement: 'gas_lel', ...when });
  expect(type && threshold.faults(params, type)).toEqual([]);
});
