import { BarChart } from 'echarts/charts';
import { GridComponent, TooltipComponent } from 'echarts/components';
import { use as include, init } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { BarsOption } from './bars-option.ts';

include([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** Bars in an element of the page. */
export type BarPicture = {
  readonly draw: (option: BarsOption) => void;
  readonly fit: () => void;
  readonly close: () => void;
};

/** Begins a picture of bars in `element`. Like the curves it brings ECharts with it and is loaded only where something is drawn. */
export const beginBars = (element: HTMLElement): BarPicture => {
  const chart = init(element, null, { renderer: 'canvas' });
  return {
    draw: (option) => chart.setOption(option, { notMerge: true }),
    fit: () => chart.resize({ animation: { duration: 0 } }),
    close: () => chart.dispose(),
  };
};
