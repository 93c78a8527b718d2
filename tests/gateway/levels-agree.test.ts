import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rule } from '../../src/model/rule.ts';
import { openStreet, rule } from './core.ts';

const delays = { onDelayMs: 0, offDelayMs: 0, title: null };
const gas: Rule = {
  ...rule(
    'gas',
    'threshold',
    ['gas-detector'],
    {},
    { alert: { kind: 'gas', test: false, title: { zh: '燃气', en: 'Gas' } } },
  ),
  levels: [
    {
      ...delays,
      priority: 'high',
      latching: false,
      params: { measurement: 'gas_lel', above: 10, deadband: 1 },
    },
    {
      ...delays,
      priority: 'critical',
      latching: true,
      params: { measurement: 'gas_lel', above: 25, deadband: 2 },
    },
  ],
};

type Step =
  | { readonly what: 'says'; readonly value: number }
  | { readonly what: 'take' | 'acknowledge' | 'release' | 'reset' | 'close' | 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('says' as const),
      value: fc.constantFrom(0, 8.9, 9, 10, 22.9, 23, 24, 25, 40),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constantFrom('take', 'acknowledge', 'release', 'reset', 'close', 'restart'),
    }),
  },
);

test('whatever people do and however often the gateway restarts, an alert is active exactly while its level holds, and never milder than it', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      let street = openStreet({ rules: [gas] });
      street.register('gas-1', 'gas-detector');
      const held = { high: false, critical: false };
      for (const one of steps) {
        const [open] = street.open();
        if (one.what === 'says') {
          street.readings('gas-1', { gas_lel: one.value });
          held.high = one.value >= (held.high ? 9 : 10);
          held.critical = one.value >= (held.critical ? 23 : 25);
        } else if (one.what === 'restart') {
          street = openStreet({ rules: [gas], state: street.stored(), at: street.now() });
        } else if (open !== undefined) {
          const verb =
            one.what === 'close'
              ? ({ verb: 'close', disposition: 'device-fault' } as const)
              : ({ verb: one.what } as const);
          street.gateway.duty.perform('li', { ...verb, alert: open.id });
        }
        street.pass(200);
        const [alert, ...others] = street.open();
        expect(others).toEqual([]);
        expect(alert?.active ?? false).toBe(held.high || held.critical);
        if (held.critical) expect(alert?.priority).toBe('critical');
        if (alert?.active) expect(['unacknowledged', 'acknowledged']).toContain(alert.state);
      }
    }),
    { numRuns: 60 },
  );
});
