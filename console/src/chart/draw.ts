import { LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components';
import { use as include, init } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { PanelOption } from './option.ts';

include([LineChart, GridComponent, MarkAreaComponent, MarkLineComponent, CanvasRenderer]);

/** A picture in an element of the page. */
export type Picture = {
  readonly draw: (option: PanelOption) => void;
  /** Fits the picture to its element. */
  readonly fit: () => void;
  readonly close: () => void;
};

/** Begins a picture in `element`. This file brings ECharts with it and is loaded only where something is drawn. */
export const beginPicture = (element: HTMLElement): Picture => {
  const chart = init(element, null, { renderer: 'canvas' });
  return {
    draw: (option) => chart.setOption(option, { notMerge: true, silent: true }),
    fit: () => chart.resize({ animation: { duration: 0 } }),
    close: () => chart.dispose(),
  };
};
