import { expect, test } from 'vitest';
import type { Active } from '../../../src/model/rule.ts';
import { combination } from '../../../src/rules/kinds/combination.ts';

const active = (rule: string, device: string, home: string | null): Active => ({
  alert: `${rule} ${device}`,
  rule,
  subject: device,
  device,
  place: {
    id: home ?? 'floor-3',
    path: [
      { kind: 'floor', id: 'floor-3', name: '三层' },
      ...(home === null ? [] : [{ kind: 'household' as const, id: home, name: home }]),
    ],
    text: '三层',
  },
});

/** What may be active on the floor. */
const floor: Readonly<Record<string, Active>> = {
  'smoke in 301': active('smoke', 'smoke-1', '301'),
  'smoke in 301 again': active('smoke', 'smoke-2', '301'),
  'smoke in 302': active('smoke', 'smoke-3', '302'),
  'smoke on the stairs': active('smoke', 'smoke-4', null),
  'smoke on the landing': active('smoke', 'smoke-5', null),
  'smoke who knows where': { ...active('smoke', 'smoke-4', null), place: null },
  'heat in 301': active('heat', 'smoke-1', '301'),
  'water in 303': active('water-leak', 'water-1', '303'),
};

test.each([
  [{ any: ['smoke', 'heat'] }, [], false],
  [{ any: ['smoke', 'heat'] }, ['water in 303'], false],
  [{ any: ['smoke', 'heat'] }, ['heat in 301'], true],
  [{ all: ['smoke', 'heat'] }, ['heat in 301'], false],
  [{ all: ['smoke', 'heat'] }, ['smoke in 301', 'smoke in 301 again'], false],
  [{ all: ['smoke', 'heat'] }, ['heat in 301', 'smoke in 301'], true],
  [{ all: ['smoke', 'heat'], devices: 2 }, ['heat in 301', 'smoke in 301'], false],
  [{ all: ['smoke', 'heat'], devices: 2 }, ['heat in 301', 'smoke in 301 again'], true],
  [{ any: ['smoke'], devices: 2 }, ['smoke in 301', 'smoke in 301', 'water in 303'], false],
  [{ any: ['smoke'], devices: 2 }, ['smoke in 301', 'smoke in 301 again'], true],
  [{ any: ['smoke'], homes: 2 }, ['smoke in 301', 'smoke in 301 again'], false],
  [{ any: ['smoke'], homes: 2 }, ['smoke in 301', 'smoke in 302'], true],
  [{ any: ['smoke'], homes: 2 }, ['smoke in 301', 'smoke on the stairs'], true],
  [{ any: ['smoke'], homes: 2 }, ['smoke on the stairs', 'smoke on the landing'], true],
  [{ any: ['smoke'], homes: 2 }, ['smoke who knows where', 'smoke who knows where'], false],
])('%j on a floor with %j is met: %s', (when, alerts, met) => {
  const [branch] = combination.branches(combination.params.parse({ ...when, within: 'floor' }));
  if (branch?.condition.on !== 'combination') throw new Error('not about other rules');
  expect(branch.condition.met(alerts.flatMap((name) => floor[name] ?? []))).toBe(met);
});

test.each([
  [{ within: 'floor' }, 'exactly one'],
  [{ all: ['a'], any: ['b'], within: 'floor' }, 'exactly one'],
  [{ all: [], within: 'floor' }, 'Too small'],
  [{ any: ['a', 'a'], within: 'floor' }, 'twice'],
  [{ any: ['a'], within: 'room' }, 'Invalid'],
  [{ any: ['a'], within: 'device', devices: 2 }, 'never more than one'],
  [{ any: ['a'], within: 'household', homes: 2 }, 'never more than one'],
  [{ any: ['a'], within: 'floor', homes: 0 }, 'Too small'],
])('%j is refused', (when, why) => {
  const parsed = combination.params.safeParse(when);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});

test('it is about rules, and names those it rests on', () => {
  const [branch] = combination.branches(combination.params.parse({ all: ['a', 'b'], within: 'device' }));
  expect(combination.about).toBe('rules');
  expect(branch?.condition).toMatchObject({ rules: ['a', 'b'], within: 'device' });
});
