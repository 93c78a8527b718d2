import { isNumeric, type Series } from './series.ts';

/** One picture of a chart: all numbers of one unit on one scale, or all flags and texts as lanes. */
export type PanelPlan =
  | { readonly kind: 'numbers'; readonly unit: string; readonly series: readonly Series[] }
  | { readonly kind: 'lanes'; readonly series: readonly Series[] };

// Numbers without a unit have nothing in common: each has a scale of its own.
const groupOf = ({ unit, measurement }: Series): string =>
  unit === null || unit === '' ? ` ${measurement}` : unit;

/** Puts measurements of the same unit together, in the order in which they come; flags and texts are the last. */
export const planPanels = (all: readonly Series[]): readonly PanelPlan[] => {
  const byUnit = new Map<string, Series[]>();
  const lanes: Series[] = [];
  for (const series of all) {
    if (!isNumeric(series)) {
      lanes.push(series);
      continue;
    }
    const group = byUnit.get(groupOf(series));
    if (group === undefined) byUnit.set(groupOf(series), [series]);
    else group.push(series);
  }
  const numbers = [...byUnit.values()].map((series) => ({
    kind: 'numbers' as const,
    unit: series[0]?.unit ?? '',
    series,
  }));
  return lanes.length === 0 ? numbers : [...numbers, { kind: 'lanes', series: lanes }];
};
