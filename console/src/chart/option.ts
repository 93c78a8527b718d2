import type { LineSeriesOption } from 'echarts/charts';
import type {
  GridComponentOption,
  MarkAreaComponentOption,
  MarkLineComponentOption,
} from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Priority } from '../../../src/model/alert.ts';
import type { Tick } from '../time/ticks.ts';
import { piecesOf, type Stay, usualStepMs } from './gaps.ts';
import type { Limit } from './limits.ts';
import { isInPicture, type Scale } from './scale.ts';
import { extentOf, type Point, type Series } from './series.ts';
import type { Edges } from './span.ts';

/** What one panel hands to ECharts. */
export type PanelOption = ComposeOption<
  LineSeriesOption | GridComponentOption | MarkLineComponentOption | MarkAreaComponentOption
>;

/** The colours of the page that a canvas, which knows no style sheet, has to be told. */
export type Colours = {
  readonly ink: string;
  readonly soft: string;
  readonly edge: string;
  readonly paper: string;
  readonly lines: readonly string[];
  readonly priority: Readonly<Record<Priority, string>>;
};

/** Room left and right of the curves, in px: the same in every panel, so that moments lie under one another and what is laid over the canvas knows where they are. */
export const marginPx = { left: 64, right: 16 } as const;

/** A series that has no more points than this is drawn with them. */
const fewPoints = 60;

/** The colour of a series by its place among all that are drawn. */
export const lineColour = ({ lines, ink }: Colours, index: number): string =>
  lines[index % Math.max(1, lines.length)] ?? ink;

/** The axes and the room of a panel; nothing moves, so that nobody has to wait for a picture or asks that it keep still. */
const frame = (span: Edges, colours: Colours, ticks: readonly Tick[]): PanelOption => ({
  animation: false,
  grid: { left: marginPx.left, right: marginPx.right, top: 10, bottom: 24 },
  xAxis: {
    // Numbers to the library, which knows this machine's clock and UTC only: the marks are the street's.
    type: 'value',
    min: span.from,
    max: span.to,
    // Below everything, not at a zero that may lie in the picture.
    axisLine: { onZero: false, lineStyle: { color: colours.edge } },
    axisTick: { lineStyle: { color: colours.edge }, customValues: ticks.map(({ at }) => at) },
    axisLabel: {
      color: colours.soft,
      fontSize: 12,
      hideOverlap: true,
      customValues: ticks.map(({ at }) => at),
      formatter: (value) => ticks.find(({ at }) => at === value)?.label ?? '',
    },
    splitLine: { show: false },
  },
});

type Datum = (number | null)[] | { value: (number | null)[]; symbol: string; symbolSize: number };

/** The points of one line, with a hole at every gap; a point that stands alone is a dot, or it could not be seen. */
const dataOf = (
  points: readonly Point[],
  stepMs: number | null,
  read: (point: Point) => number | null,
  dots: boolean,
): Datum[] =>
  piecesOf(points, stepMs).flatMap((piece, index): Datum[] => {
    const drawn = piece.map((point): Datum => {
      const value = [point[0], read(point)];
      return dots && (piece.length === 1 || points.length <= fewPoints)
        ? { value, symbol: 'circle', symbolSize: 5 }
        : value;
    });
    const before = piece[0]?.[0] ?? 0;
    return index === 0 ? drawn : [[before - 1, null], ...drawn];
  });

/** The lowest and the highest as a band round the mean: an unseen line with an area as high as the difference stacked upon it. */
const bandOf = (series: Series, stepMs: number | null, colour: string, name: string): LineSeriesOption[] => {
  if (!series.points.some((point) => point.length === 4)) return [];
  const unseen = {
    type: 'line',
    stack: `band ${name}`,
    stackStrategy: 'all',
    symbol: 'none',
    silent: true,
    lineStyle: { width: 0, opacity: 0 },
  } as const;
  return [
    {
      ...unseen,
      name: `${name} min`,
      data: dataOf(series.points, stepMs, (point) => extentOf(point)?.min ?? null, false),
    },
    {
      ...unseen,
      name: `${name} max`,
      areaStyle: { color: colour, opacity: 0.25 },
      data: dataOf(
        series.points,
        stepMs,
        (point) => {
          const extent = extentOf(point);
          return extent === null ? null : extent.max - extent.min;
        },
        false,
      ),
    },
  ];
};

/** The part of a picture's height that the name of a limit takes, and a width that holds most of them, in px. */
const nameRoom = 0.18;
const nameWidthPx = 170;

/** The limits in the picture: a dashed line with its name at each edge, and a faint band over all that lies beyond. Where several curves share the picture a band would seem to be about all of them: there are only lines, in the colour of the curve they are about. */
const marksOf = (
  limits: readonly Limit[],
  scale: Scale,
  colours: Colours,
  colourOf: ((measurement: string) => string) | null,
  nameOf: (limit: Limit) => string,
): Pick<LineSeriesOption, 'markLine' | 'markArea'> => {
  const drawn = limits.filter((limit) => isInPicture(limit, scale));
  if (drawn.length === 0) return {};
  const colour = (limit: Limit): string =>
    colourOf === null ? colours.priority[limit.priority] : colourOf(limit.measurement);
  const room = scale.max - scale.min;
  const lines = drawn
    .flatMap((limit) =>
      [limit.from, limit.to].flatMap((edge) =>
        edge === null || edge <= scale.min || edge >= scale.max ? [] : [{ limit, edge }],
      ),
    )
    .sort((a, b) => a.edge - b.edge);
  // Names of limits that lie close together would cover one another: each goes beside the one before.
  let beside = 0;
  const places = lines.map(({ limit, edge }, index) => {
    const before = lines[index - 1];
    beside = before !== undefined && (edge - before.edge) / room < nameRoom ? beside + 1 : 0;
    // On the side that is minded, unless there is no room up there.
    const above = edge === limit.from && (scale.max - edge) / room > nameRoom;
    return { limit, edge, beside, above };
  });
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      data: places.map(({ limit, edge, beside: nth, above }) => ({
        yAxis: edge,
        lineStyle: { color: colour(limit), type: 'dashed', width: 1.2 },
        label: {
          position: above ? 'insideStartTop' : 'insideStartBottom',
          offset: [nth * nameWidthPx, 0],
          formatter: nameOf(limit),
          color: colour(limit),
          fontSize: 12,
          textBorderColor: colours.paper,
          textBorderWidth: 3,
        },
      })),
    },
    markArea: {
      silent: true,
      animation: false,
      data: (colourOf === null ? drawn : []).map((limit) => [
        {
          yAxis: Math.max(limit.from ?? scale.min, scale.min),
          itemStyle: { color: colours.priority[limit.priority], opacity: 0.08 },
        },
        { yAxis: Math.min(limit.to ?? scale.max, scale.max) },
      ]),
    },
  };
};

/** A number on an axis, without noise. */
const figure = (value: number): string => String(Number(value.toPrecision(10)));

/** What is drawn of numbers on one scale. `colourOf` and `nameOf` say how a series and a limit are told. */
export const numbersOption = (given: {
  readonly series: readonly Series[];
  readonly span: Edges;
  readonly scale: Scale;
  readonly limits: readonly Limit[];
  readonly reportEveryMs: number | null;
  readonly colours: Colours;
  readonly ticks: readonly Tick[];
  readonly colourOf: (measurement: string) => string;
  readonly nameOf: (limit: Limit) => string;
}): PanelOption => {
  const { span, scale, colours } = given;
  const lines = given.series.flatMap((series, index): LineSeriesOption[] => {
    const colour = given.colourOf(series.measurement);
    const stepMs = usualStepMs(series.points, given.reportEveryMs);
    return [
      ...bandOf(series, stepMs, colour, series.measurement),
      {
        type: 'line',
        name: series.measurement,
        color: colour,
        symbol: 'none',
        showSymbol: true,
        silent: true,
        lineStyle: { width: 1.6, color: colour },
        data: dataOf(series.points, stepMs, (point) => extentOf(point)?.mean ?? null, true),
        ...(index === 0
          ? marksOf(
              given.limits,
              scale,
              colours,
              given.series.length > 1 ? given.colourOf : null,
              given.nameOf,
            )
          : {}),
      },
    ];
  });
  return {
    ...frame(span, colours, given.ticks),
    yAxis: {
      type: 'value',
      min: scale.min,
      max: scale.max,
      interval: scale.step,
      axisLabel: { color: colours.soft, fontSize: 12, formatter: figure },
      splitLine: { lineStyle: { color: colours.edge, opacity: 0.6 } },
    },
    // Limits want a series to stand on, also where nothing was measured.
    series: lines.length === 0 ? [{ type: 'line', data: [] }] : lines,
  };
};

/** A lane: the name of a flag or text, and the times in which it stayed the same. */
export type Lane = { readonly label: string; readonly measurement: string; readonly stays: readonly Stay[] };

/** What is drawn of flags and texts: a lane each, a bar while a flag is so and a thin line while it is not; every text has a bar of its own colour. */
export const lanesOption = (given: {
  readonly lanes: readonly Lane[];
  readonly span: Edges;
  readonly colours: Colours;
  readonly ticks: readonly Tick[];
  readonly colourOf: (measurement: string, value: Stay['value']) => string;
}): PanelOption => {
  const { lanes, span, colours } = given;
  const series = lanes.flatMap(({ measurement, stays }, row): LineSeriesOption[] =>
    [...new Set(stays.map(({ value }) => value))].map((value) => ({
      type: 'line',
      name: `${measurement} ${String(value)}`,
      symbol: 'none',
      silent: true,
      lineStyle: {
        color: value === false ? colours.soft : given.colourOf(measurement, value),
        width: value === false ? 1.5 : 10,
        cap: 'butt',
      },
      data: stays
        .filter((stay) => stay.value === value)
        // A flag that was so for a moment is worth two pixels of a wide screen.
        .flatMap(({ from, to }) => [
          [from, row],
          [value === false ? to : Math.max(to, from + (span.to - span.from) / 600), row],
          [to + 0.5, null],
        ]),
    })),
  );
  return {
    ...frame(span, colours, given.ticks),
    yAxis: {
      type: 'value',
      // The bar lies low in its lane: over it stands the name.
      min: -0.7,
      max: lanes.length - 0.3,
      inverse: true,
      interval: 1,
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { show: false },
      splitLine: { show: false },
    },
    series,
  };
};
