import { unitOf, valueText } from '../devices/values.ts';
import { wordFor } from '../words/word-for.ts';
import type { Dictionary } from '../words/zh.ts';
import type { Limit } from './limits.ts';
import { extentOf, isNumeric, type Point, type Series } from './series.ts';
import type { Summary } from './summary.ts';

const hourMs = 3_600_000;

/** How long something lasts, rounded, in one unit: the widest that tells it exactly, else days from 48 h on, hours from 100 min on, minutes from 100 s on. */
export const lengthText = (ms: number, words: Dictionary): string => {
  const { seconds, minutes, hours, days } = words.chart;
  const units = [
    [24 * hourMs, 48 * hourMs, days],
    [hourMs, 100 * 60_000, hours],
    [60_000, 100_000, minutes],
  ] as const;
  const fits = units.find(([unit, from]) => ms >= from || (ms > 0 && ms % unit === 0));
  if (fits === undefined) return seconds(Math.round(ms / 1_000));
  const [unit, , say] = fits;
  return say(Math.round(ms / unit));
};

/** What a limit minds, in a few words: `≥ 70 °C`, with the span of its mean or how long it must last. */
export const limitText = (limit: Limit, unit: string, words: Dictionary): string => {
  const { from, to, overMs, forMs } = limit;
  const said = (value: number): string => valueText(value, unit, words);
  const where =
    from !== null && to !== null
      ? words.chart.inside(said(from), said(to))
      : from !== null
        ? words.chart.atLeast(said(from))
        : words.chart.under(said(to ?? 0));
  return [
    where,
    ...(overMs === null ? [] : [words.chart.meanOver(lengthText(overMs, words))]),
    ...(forMs === null ? [] : [words.chart.lasting(lengthText(forMs, words))]),
    ...(limit.partTime ? [words.chart.partTime] : []),
  ].join(' · ');
};

/** The unit of a series; '' where it has none. */
export const unitOfSeries = ({ unit, measurement }: Series): string => unit ?? unitOf(measurement);

/** A point in words: its value, or between which values it lay. */
export const pointText = (point: Point, unit: string, words: Dictionary): string => {
  if (point.length === 2) return valueText(point[1], unit, words);
  const [, min, mean, max] = point;
  const bare = (value: number): string => valueText(value, '', words);
  return min === max
    ? valueText(mean, unit, words)
    : `${valueText(mean, unit, words)} (${words.chart.between(bare(min), bare(max))})`;
};

/** A curve in a sentence, for whoever cannot see it. */
export const summaryText = (series: Series, summary: Summary, words: Dictionary): string => {
  const name = wordFor(words.measurement, series.measurement);
  const unit = unitOfSeries(series);
  const { newest, lowest, highest, gaps, points } = summary;
  if (newest === null) return words.chart.said(name, words.chart.noValue);
  const last = valueText(newest.value, unit, words);
  if (!isNumeric(series) || lowest === null || highest === null) {
    const times = series.points.filter(
      (point, index) =>
        point[1] !== false && extentOf(point) === null && series.points[index - 1]?.[1] !== point[1],
    ).length;
    return words.chart.said(name, words.chart.flagFigures(times, last));
  }
  const figures = words.chart.figures(
    points,
    valueText(lowest.value, unit, words),
    valueText(highest.value, unit, words),
    last,
  );
  const longest = Math.max(0, ...gaps.map(({ from, to }) => to - from));
  return words.chart.said(
    name,
    gaps.length === 0
      ? figures
      : [figures, words.chart.gaps(gaps.length, lengthText(longest, words))].join(', '),
  );
};
