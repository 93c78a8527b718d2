import { expect, test } from 'vitest';
import { isWide, placedStep, sitesNear } from '../../console/src/places/near.ts';
import type { Place } from '../../src/model/place.ts';

const home: Place = {
  id: 'h-301',
  path: [
    { kind: 'community', id: 'xingfu', name: '幸福社区' },
    { kind: 'building', id: 'b-3', name: '3栋' },
    { kind: 'household', id: 'h-301', name: '301' },
  ],
  text: '3栋301',
};

test('the card of a call marks the home’s building where somebody has put that on the map, never a whole community', () => {
  expect(placedStep(home, [{ place: 'b-3' }, { place: 'xingfu' }])?.id).toBe('b-3');
  expect(placedStep(home, [{ place: 'h-301' }, { place: 'b-3' }])?.id).toBe('h-301');
  expect(placedStep(home, [{ place: 'xingfu' }, { place: 'b-4' }])).toBeNull();
  expect(placedStep(home, [])).toBeNull();
});

test('beside it stands what is within 150 m, itself first', () => {
  const at = (place: string, east: number, north: number) => ({
    place,
    at: [121.47 + east / (111_200 * Math.cos((31.23 * Math.PI) / 180)), 31.23 + north / 111_200] as const,
  });
  const sites = [
    at('b-9', 400, 0),
    at('b-4', 100, 100),
    at('b-3', 0, 0),
    at('b-5', 149, 0),
    at('b-6', 0, -151),
  ];
  expect(sitesNear('b-3', sites).map(({ place }) => place)).toEqual(['b-3', 'b-4', 'b-5']);
  expect(sitesNear('b-7', sites)).toEqual([]);
});

test('a community is drawn on no small map, a building of which nothing else is known is', () => {
  expect(isWide({ ...home, path: home.path.slice(0, 1) })).toBe(true);
  expect(isWide(home)).toBe(false);
  expect(isWide(undefined)).toBe(false);
});
