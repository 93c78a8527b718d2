import { expect, test } from 'vitest';
import type { Limit } from '../../../console/src/chart/limits.ts';
import { type Colours, lanesOption, numbersOption } from '../../../console/src/chart/option.ts';
import { planPanels } from '../../../console/src/chart/panels.ts';
import { scaleOf } from '../../../console/src/chart/scale.ts';
import type { Point, Series } from '../../../console/src/chart/series.ts';
import { sketchOf } from '../../../console/src/chart/sketch.ts';

const colours: Colours = {
  ink: 'ink',
  soft: 'soft',
  edge: 'edge',
  paper: 'paper',
  lines: ['blue', 'brown'],
  priority: { critical: 'red', high: 'orange', medium: 'olive', low: 'grey' },
};
const ticks = [{ at: 500, label: 'half' }];
const span = { from: 0, to: 1_000 };

const series = (measurement: string, unit: string | null, points: readonly Point[]): Series => ({
  device: 'd-1',
  measurement,
  unit,
  points,
});
const limit = (from: number | null, to: number | null, measurement = 'temperature'): Limit => ({
  rule: 'hot',
  measurement,
  from,
  to,
  priority: 'high',
  title: { zh: '过热', en: 'Hot' },
  overMs: null,
  forMs: null,
  partTime: false,
});

const draw = (all: readonly Series[], limits: readonly Limit[] = []) => {
  const option = numbersOption({
    series: all,
    span,
    scale: scaleOf(all, limits, span),
    limits,
    reportEveryMs: null,
    colours,
    ticks,
    colourOf: (measurement) => (measurement === 'temperature' ? 'blue' : 'brown'),
    nameOf: ({ title }) => title.en,
  });
  return { option, lines: [option.series ?? []].flat() };
};

/** The values of a line without their looks. */
const valuesOf = (line: { readonly data?: unknown } = {}) =>
  (line.data as (unknown[] | { value: unknown[] })[]).map((datum) =>
    Array.isArray(datum) ? datum : datum.value,
  );

test('measurements of one unit share a picture, numbers without a unit do not, flags and texts come last', () => {
  const plans = planPanels([
    series('smoke', null, [[0, false]]),
    series('pm25', 'µg/m³', []),
    series('ph', '', [[0, 7]]),
    series('link_quality', '', [[0, 200]]),
    series('pm10', 'µg/m³', [[0, 12]]),
    series('valve', null, [[0, 'open']]),
  ]);
  expect(plans.map((plan) => plan.series.map(({ measurement }) => measurement))).toEqual([
    ['pm25', 'pm10'],
    ['ph'],
    ['link_quality'],
    ['smoke', 'valve'],
  ]);
});

test('exact points are one plain line with a hole at the gap, and a point alone is a dot', () => {
  const { lines } = draw([
    series('temperature', '°C', [
      [0, 20],
      [100, 21],
      [200, 22],
      [900, 23],
    ]),
  ]);
  expect(lines).toHaveLength(1);
  expect(valuesOf(lines[0])).toEqual([
    [0, 20],
    [100, 21],
    [200, 22],
    [899, null],
    [900, 23],
  ]);
  expect((lines[0]?.data as readonly unknown[] | undefined)?.at(-1)).toMatchObject({ symbol: 'circle' });
});

test('points that stand for a time are a mean with a band from the lowest to the highest, broken at the same gap', () => {
  const { lines } = draw([
    series('temperature', '°C', [
      [0, 18, 20, 25],
      [100, 19, 21, 22],
      [200, 20, 21, 22],
      [800, -4, -3, -1],
    ]),
  ]);
  const [low, height, mean] = lines;
  expect(valuesOf(low)).toEqual([
    [0, 18],
    [100, 19],
    [200, 20],
    [799, null],
    [800, -4],
  ]);
  expect(valuesOf(height)).toEqual([
    [0, 7],
    [100, 3],
    [200, 2],
    [799, null],
    [800, 3],
  ]);
  expect(valuesOf(mean).at(-1)).toEqual([800, -3]);
  expect(low).toMatchObject({ stackStrategy: 'all' });
});

test('a limit in the picture is a named line with a band over all that it minds', () => {
  const warm = series('temperature', '°C', [
    [0, 20],
    [500, 60],
  ]);
  const [line] = draw([warm], [limit(70, null), limit(null, 10)]).lines;
  const { markLine, markArea } = line as {
    markLine: { data: { yAxis: number; label: { formatter: string } }[] };
    markArea: { data: { yAxis: number }[][] };
  };
  expect(markLine.data.map(({ yAxis, label }) => [yAxis, label.formatter])).toEqual([
    [10, 'Hot'],
    [70, 'Hot'],
  ]);
  const { max, min } = scaleOf([warm], [limit(70, null), limit(null, 10)], span);
  expect(markArea.data.map((edges) => edges.map(({ yAxis }) => yAxis))).toEqual([
    [70, max],
    [min, 10],
  ]);
});

test('where curves share a picture a limit is a line in the colour of its own', () => {
  const [line] = draw(
    [series('temperature', '°C', [[0, 20]]), series('cable_temperature', '°C', [[0, 22]])],
    [limit(23, null, 'cable_temperature')],
  ).lines;
  expect(line).toMatchObject({
    markLine: { data: [{ yAxis: 23, lineStyle: { color: 'brown' } }] },
    markArea: { data: [] },
  });
});

test('the scale is round, holds all that was measured and the limits near it, and is not pressed flat by a far one', () => {
  const mild = [
    series('temperature', '°C', [
      [0, 19.7, 20, 21.2],
      [500, 24.1],
      [2_000, 99],
    ]),
  ];
  expect(scaleOf(mild, [], span)).toEqual({ min: 18, max: 26, step: 2 });
  expect(scaleOf(mild, [limit(28, null)], span).max).toBeGreaterThan(28);
  expect(scaleOf(mild, [limit(300, null)], span)).toEqual({ min: 18, max: 26, step: 2 });
  const still = scaleOf([series('power', 'W', [[0, 0]])], [], span);
  expect(still.min).toBe(0);
  expect(still.max).toBeGreaterThan(0);
  expect(scaleOf([], [limit(10, null), limit(25, null)], span)).toEqual({ min: 0, max: 30, step: 10 });
});

test('a flag is a bar while it is so and a thin line while it is not; one that was so for a moment can be seen', () => {
  const option = lanesOption({
    lanes: [
      {
        label: 'smoke',
        measurement: 'smoke',
        stays: [
          { from: 0, to: 400, value: false },
          { from: 400, to: 400, value: true },
          { from: 401, to: 1_000, value: false },
        ],
      },
    ],
    span: { from: 0, to: 6_000 },
    colours,
    ticks,
    colourOf: () => 'red',
  });
  const [off, on] = [option.series ?? []].flat() as { lineStyle: { width: number }; data: unknown[] }[];
  expect(off?.data).toEqual([
    [0, 0],
    [400, 0],
    [400.5, null],
    [401, 0],
    [1_000, 0],
    [1_000.5, null],
  ]);
  expect(on?.data.slice(0, 2)).toEqual([
    [400, 0],
    [410, 0],
  ]);
  expect(on?.lineStyle.width).toBeGreaterThan(off?.lineStyle.width ?? 0);
});

test('a small picture is broken at the gaps as the large one is', () => {
  const box = { width: 100, height: 50 };
  const torn = series('temperature', '°C', [
    [0, 0],
    [100, 10],
    [200, 0],
    [900, 10],
    [1_000, 5],
  ]);
  expect(sketchOf(torn, span, { min: 0, max: 10 }, null, box)).toEqual({
    curve: 'M0.0 50.0L10.0 0.0L20.0 50.0M90.0 0.0L100.0 25.0',
    band: '',
  });
  const flag = series('motion', null, [
    [0, false],
    [200, true],
    [400, false],
  ]);
  expect(sketchOf(flag, span, { min: 0, max: 1 }, null, box)).toEqual({
    curve: 'M0.0 50.0H100.0',
    band: 'M20.0 50.0V0.0H40.0V50.0Z',
  });
  expect(sketchOf(series('power', 'W', []), span, { min: 0, max: 1 }, null, box).curve).toBe('');
});
