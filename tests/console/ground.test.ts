import { expect, test } from 'vitest';
import { layOut, scaleLength } from '../../console/src/places/ground.ts';

test('north is on top, and distances are those on the ground', () => {
  const { drawn, width, height } = layOut([
    { what: 'south-west', site: { at: [121.47, 31.23] } },
    { what: 'north-east', site: { at: [121.471, 31.232] } },
  ]);
  const [southWest, northEast] = drawn;
  // A thousandth of a degree of longitude at 31.23° N is 95.2 m; two thousandths of latitude are 222.3 m.
  expect((northEast?.x ?? 0) - (southWest?.x ?? 0)).toBeCloseTo(95.2, 0);
  expect((southWest?.y ?? 0) - (northEast?.y ?? 0)).toBeCloseTo(222.3, 0);
  expect(width).toBeCloseTo(95.2 + 80, 0);
  expect(height).toBeCloseTo(222.3 + 80, 0);
});

test('a building whose ground plan is known has its shape, another one is a square', () => {
  const { drawn } = layOut([
    { what: 'plain', site: { at: [121.47, 31.23] } },
    {
      what: 'drawn',
      site: {
        at: [121.4705, 31.2305],
        outline: [
          [121.4704, 31.2304],
          [121.4706, 31.2304],
          [121.4705, 31.2306],
        ],
      },
    },
  ]);
  expect(drawn.map(({ outline }) => outline.length)).toEqual([4, 3]);
  for (const { outline } of drawn)
    for (const [x, y] of outline) expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
});

test('an empty street has no map', () => {
  expect(layOut([])).toMatchObject({ drawn: [], width: 0, height: 0 });
});

test('the scale is a round length', () => {
  expect([80, 500, 720, 1_400, 3_000].map(scaleLength)).toEqual([10, 100, 100, 200, 500]);
});
