import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { event } from '../../../src/rules/kinds/event.ts';

const circuitMonitor = deviceTypes.get('circuit-monitor');
const smokeAlarm = deviceTypes.get('smoke-alarm');
if (circuitMonitor === undefined || smokeAlarm === undefined) throw new Error('no such types');

test('an event is over as it comes', () => {
  const params = event.params.parse({ event: 'test' });
  expect(event.branches(params)).toEqual([{ condition: { on: 'event', event: 'test', until: null } }]);
  expect(event.lasts(params)).toBe(false);
});

test('a power cut lasts until the power is back', () => {
  const params = event.params.parse({ event: 'power-lost', until: 'power-restored' });
  expect(event.branches(params)).toEqual([
    { condition: { on: 'event', event: 'power-lost', until: 'power-restored' } },
  ]);
  expect(event.lasts(params)).toBe(true);
  expect(event.faults(params, circuitMonitor)).toEqual([]);
});

test.each([
  [{ event: 'sos' }],
  [{ event: 'sos-cancel' }],
  [{ event: 'power-lost', until: 'sos' }],
  [{ event: 'power-lost', until: 'power-lost' }],
])('%j is refused: presses are not for rules, and nothing lasts until itself', (when) => {
  expect(event.params.safeParse(when).success).toBe(false);
});

test('an event that the type never sends is no ground for a rule', () => {
  const cut = event.params.parse({ event: 'power-lost', until: 'power-restored' });
  expect(event.faults(cut, smokeAlarm)).toEqual([
    'smoke-alarm never sends power-lost',
    'smoke-alarm never sends power-restored',
  ]);
});
