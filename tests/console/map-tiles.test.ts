import { expect, test } from 'vitest';
import { layOut } from '../../console/src/places/ground.ts';
import { tilesUnder } from '../../console/src/places/map-tiles.ts';

const url = 'https://tiles.example/{z}/{x}/{y}.png';
const ground = layOut([
  { what: 'a', site: { at: [121.47, 31.23] } },
  { what: 'b', site: { at: [121.476, 31.227] } },
]);

test('the pictures under the map are those of its ground, so fine as it is drawn, and cover it without a gap', () => {
  const tiles = tilesUnder(ground, url, 1);
  // At zoom 17 a pixel of a picture is 1.02 m at this latitude; the square of 121.47° E, 31.23° N is 109761/53556 there.
  expect(tiles.map(({ href }) => href)).toContain('https://tiles.example/17/109761/53556.png');
  const [left, top] = [Math.min(...tiles.map(({ x }) => x)), Math.min(...tiles.map(({ y }) => y))];
  expect(left).toBeLessThanOrEqual(0);
  expect(top).toBeLessThanOrEqual(0);
  expect(Math.max(...tiles.map(({ x, width }) => x + width))).toBeGreaterThanOrEqual(ground.width);
  expect(Math.max(...tiles.map(({ y, height }) => y + height))).toBeGreaterThanOrEqual(ground.height);
  const area = tiles.reduce((sum, { width, height }) => sum + width * height, 0);
  const [right, bottom] = [
    Math.max(...tiles.map(({ x, width }) => x + width)),
    Math.max(...tiles.map(({ y, height }) => y + height)),
  ];
  expect(area).toBeCloseTo((right - left) * (bottom - top), 0);
});

test('a map drawn larger has finer pictures, but none finer than servers have', () => {
  const zoomOf = (pixelsAMetre: number): number =>
    Number(tilesUnder(ground, '{z} {x} {y}', pixelsAMetre)[0]?.href.split(' ')[0]);
  expect([0.25, 1, 2, 1000].map(zoomOf)).toEqual([15, 17, 18, 19]);
});

test('where nothing is on the map nothing is fetched', () => {
  expect(tilesUnder(layOut([]), url, 1)).toEqual([]);
});
