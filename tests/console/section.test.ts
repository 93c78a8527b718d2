import { expect, test } from 'vitest';
import { floorOf, sectionOf } from '../../console/src/places/section.ts';
import type { Place, PlaceKind } from '../../src/model/place.ts';
import { alertOf } from './alerts.ts';

const building: Place = {
  id: 'b-3',
  path: [{ kind: 'building', id: 'b-3', name: '3栋' }],
  text: '3栋',
};

const home = (door: string, ...steps: readonly (readonly [PlaceKind, string])[]): Place => {
  const id = `b-3-${steps.map(([, name]) => name).join('-')}-${door}`;
  return {
    id,
    path: [
      ...building.path,
      ...steps.map(([kind, name]) => ({ kind, id: `b-3-${name}`, name })),
      { kind: 'household', id, name: door },
    ],
    text: `3栋${door}`,
  };
};

test('the floor of a home is what its path says, else what the number of its door begins with', () => {
  expect(floorOf(home('501'))).toBe(5);
  expect(floorOf(home('1203'))).toBe(12);
  expect(floorOf(home('501', ['floor', '7层']))).toBe(7);
  expect(floorOf(home('501', ['floor', '-1层']))).toBe(-1);
  expect(floorOf(home('东厢房'))).toBeNull();
  expect(floorOf(home('12'))).toBeNull();
});

test('a building stands as it is built: stairways side by side, the highest floor on top, doors in order, and whoever has no floor at the bottom', () => {
  const homes = ['101', '202', '201', '1001', '门房'].map((door) => home(door, ['unit', '1单元']));
  const units = sectionOf(building, [building, ...homes, home('101', ['unit', '2单元'])], []);
  expect(units.map(({ name }) => name)).toEqual(['1单元', '2单元']);
  expect(
    units[0]?.floors.map(({ floor, homes: row }) => [floor, row.map(({ place }) => place.path.at(-1)?.name)]),
  ).toEqual([
    [10, ['1001']],
    [2, ['201', '202']],
    [1, ['101']],
    [null, ['门房']],
  ]);
});

test('a home shows the worst of what is open there, and how many there are', () => {
  const there = home('501');
  const units = sectionOf(
    building,
    [there, home('502')],
    [
      alertOf('battery', { kind: 'battery', priority: 'low', place: there }),
      alertOf('press', { place: there }),
      alertOf('elsewhere', { place: null }),
    ],
  );
  expect(units[0]?.floors[0]?.homes).toMatchObject([
    { worst: { id: 'press' }, count: 2 },
    { worst: null, count: 0 },
  ]);
});
