import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { event } from '../../../src/rules/kinds/event.ts';
import { createStreet, ruleOf } from '../street.ts';

test('every event of that name occurs, one by one, and none of another name', () => {
  const street = createStreet([ruleOf('event', 'smoke-alarm', '{ event: test }')]);
  const alarm = { id: 'smoke-1', type: 'smoke-alarm', hub: null };
  for (const name of ['test', 'test', 'tamper', 'sos'] as const) {
    street.heed(street.engine().event(alarm, { event: name, at: 5, receivedAt: 9 }, 9));
  }
  expect(street.log).toEqual(['occurred r smoke-1', 'occurred r smoke-1']);
});

test('an event that the type never sends is no ground for a rule', () => {
  const type = deviceTypes.get('smoke-alarm');
  expect(type && event.faults(event.params.parse({ event: 'power-lost' }), type)).toHaveLength(1);
});
