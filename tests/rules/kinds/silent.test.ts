import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { silent } from '../../../src/rules/kinds/silent.ts';

const conditionOf = (when: unknown) => silent.condition(silent.params.parse(when));

test('a silence may last differently by power source, and says nothing where none is named', () => {
  const one = conditionOf({ what: 'data', after: '10m' });
  const many = conditionOf({ what: 'data', after: { mains: '10m', battery: '25h' } });
  if (one.on !== 'silence' || many.on !== 'silence') throw new Error('not about silence');
  expect([one.afterMs('mains'), one.afterMs('battery')]).toEqual([600_000, 600_000]);
  expect([many.afterMs('mains'), many.afterMs('battery'), many.afterMs('cellular')]).toEqual([
    600_000,
    90_000_000,
    null,
  ]);
});

test('the link of a battery device that sleeps between its messages is nobody’s concern', () => {
  const link = conditionOf({ what: 'link' });
  if (link.on !== 'link') throw new Error('not about the link');
  expect([link.concerns('mains'), link.concerns('cellular'), link.concerns('battery')]).toEqual([
    true,
    true,
    false,
  ]);
});

test('a device that reports once an hour is not called silent after ten minutes', () => {
  const type = deviceTypes.get('smoke-alarm');
  if (type === undefined) throw new Error('no smoke alarm');
  expect(silent.faults(silent.params.parse({ what: 'data', after: '10m' }), type)).toHaveLength(1);
  expect(silent.faults(silent.params.parse({ what: 'data', after: { mains: '10m' } }), type)).toEqual([]);
});
