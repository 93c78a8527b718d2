import { describe, expect, test } from 'vitest';
import type { Place } from '../../src/model/place.ts';
import { openStreet, rule } from './core.ts';

const home: Place = {
  id: 'h301',
  path: [
    { kind: 'building', id: 'b1', name: '3 号楼' },
    { kind: 'household', id: 'h301', name: '301' },
  ],
  text: '3 号楼 301',
};

describe('a flood of alerts', () => {
  const leaks = [
    rule(
      'leak',
      'flag',
      ['water-monitor'],
      { measurement: 'water_leak', is: true },
      {
        priority: 'medium',
        latching: false,
        alert: { kind: 'water', test: false, title: { zh: '漏水', en: 'Leak' } },
      },
    ),
  ];
  const wet = (count: number, more: Partial<Parameters<typeof openStreet>[0]> = {}) => {
    const street = openStreet({ rules: leaks, ...more });
    const user = { name: 'x', role: 'operator' as const, disabled: false, passwordHash: 'x' };
    for (const [id, places] of [
      ['li', []],
      ['wang', ['b1']],
      ['zhao', ['elsewhere']],
    ] as const)
      street.gateway.duty.putUser('system', { ...user, id, username: id, places: [...places] }, true);
    for (let index = 0; index < count; index += 1) {
      const id = `water-${index}`;
      street.gateway.duty.registerDevice(
        'admin',
        { id, type: 'water-monitor', place: index < 10 ? home : null },
        'hash',
      );
      street.readings(id, { water_leak: true });
      street.pass(1_000);
    }
    return street;
  };
  const floods = (street: ReturnType<typeof openStreet>) =>
    street.gateway.duty.committed.floods().map(({ places }) => places.join(' '));

  test('begins with the tenth within ten minutes for those whose street it is, and for nobody else', () => {
    const street = wet(10);
    expect(floods(street)).toEqual(['', 'b1']);
    const began = street.changes.filter(({ event }) => event === 'flood-began');
    expect(began.map(({ what, data }) => [what, data])).toEqual([
      ['system', { places: [], alerts: 10 }],
      ['system', { places: ['b1'], alerts: 10 }],
    ]);
    expect(floods(wet(9))).toEqual([]);
  });

  test('is known after a restart and ends once fewer than five came within ten minutes', () => {
    const street = wet(12);
    const again = openStreet({ rules: leaks, state: street.stored(), at: street.now() });
    expect(again.gateway.duty.committed.floods()[0]).toMatchObject({ places: [], alerts: 12 });
    again.pass(570_000);
    expect(floods(again)).toContain('');
    again.pass(30_000);
    expect(floods(again)).toEqual([]);
    expect(again.changes.filter(({ event }) => event === 'flood-ended')).toHaveLength(2);
  });

  test('is over for those whose rights nobody has any more', () => {
    const street = wet(10);
    street.gateway.duty.removeUser('system', 'wang');
    street.pass(200);
    expect(floods(street)).toEqual(['']);
    const ended = street.changes.filter(({ event }) => event === 'flood-ended');
    expect(ended).toMatchObject([{ data: { places: ['b1'] } }]);
  });
});
