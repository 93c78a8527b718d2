import type { BarSeriesOption } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import type { Colours } from './option.ts';

/** What a picture of bars hands to ECharts. */
export type BarsOption = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

/** One colour of bars: its name and a number for each category. A `dashed` one is told from the others without its colour. */
export type BarSeries = {
  readonly name: string;
  readonly values: readonly number[];
  readonly colour: string;
  readonly dashed?: boolean;
};

/** Bars over categories, side by side or, with `stacked`, on one another. */
export const barsOption = (given: {
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  readonly stacked: boolean;
  readonly colours: Colours;
}): BarsOption => {
  const { categories, series, stacked, colours } = given;
  return {
    animation: false,
    grid: { left: 48, right: 12, top: 12, bottom: 26 },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      backgroundColor: colours.paper,
      borderColor: colours.edge,
      textStyle: { color: colours.ink, fontSize: 13 },
    },
    xAxis: {
      type: 'category',
      data: [...categories],
      axisLine: { lineStyle: { color: colours.edge } },
      axisTick: { show: false },
      axisLabel: { color: colours.soft, fontSize: 12, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: colours.soft, fontSize: 12 },
      splitLine: { lineStyle: { color: colours.edge, opacity: 0.6 } },
    },
    series: series.map(
      ({ name, values, colour, dashed = false }): BarSeriesOption => ({
        type: 'bar',
        name,
        data: [...values],
        barMaxWidth: 28,
        ...(stacked ? { stack: 'all' } : {}),
        itemStyle: dashed
          ? { color: colours.paper, borderColor: colour, borderWidth: 1.5, borderType: 'dashed' }
          : { color: colour },
      }),
    ),
  };
};
