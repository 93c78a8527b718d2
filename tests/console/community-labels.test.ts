import { expect, test } from 'vitest';
import { communityLabels } from '../../console/src/places/community-labels.ts';
import type { Drawn } from '../../console/src/places/ground.ts';
import type { Place } from '../../src/model/place.ts';

const placeOf = (...path: Place['path']): Place => ({
  id: path.at(-1)?.id ?? '',
  path,
  text: path.map(({ name }) => name).join(' '),
});

const community = (id: string, name: string) => ({ kind: 'community' as const, id, name });

const building = (
  of: Place['path'][number],
  number: number,
  x: number,
  y: number,
  grid?: string,
): Drawn<Place> => ({
  what: placeOf(of, ...(grid === undefined ? [] : [{ kind: 'grid' as const, id: grid, name: grid }]), {
    kind: 'building',
    id: `${of.id}-${number}`,
    name: `${number}栋`,
  }),
  x,
  y,
  outline: [
    [x - 10, y - 10],
    [x + 10, y - 10],
    [x + 10, y + 10],
    [x - 10, y + 10],
  ],
});

const [happy, sunny] = [community('c1', '幸福社区'), community('c2', '阳光社区')];

test('where two communities have a building 1, each community stands by name above its own', () => {
  const drawn = [building(happy, 1, 50, 50), building(happy, 2, 150, 90), building(sunny, 1, 500, 300)];
  expect(communityLabels(drawn)).toEqual([
    { key: 'c1', name: '幸福社区', x: 100, y: 40 },
    { key: 'c2', name: '阳光社区', x: 500, y: 290 },
  ]);
});

test('grids that lie apart have the name each, and a community that is on the map itself needs none', () => {
  const apart = [
    building(happy, 1, 50, 50, 'g1'),
    building(happy, 2, 900, 50, 'g2'),
    building(sunny, 1, 500, 300),
  ];
  expect(communityLabels(apart).map(({ key, name }) => [key, name])).toEqual([
    ['g1', '幸福社区'],
    ['g2', '幸福社区'],
    ['c2', '阳光社区'],
  ]);
  const itself = { what: placeOf(happy), x: 100, y: 100, outline: [] };
  expect(communityLabels([...apart, itself]).map(({ name }) => name)).toEqual(['阳光社区']);
});

test('where every building has a name of its own nothing is added', () => {
  expect(communityLabels([building(happy, 1, 50, 50), building(sunny, 2, 500, 300)])).toEqual([]);
});
