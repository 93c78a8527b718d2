import { useMemo } from 'react';
import { valueText } from '../devices/values.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { unitOfSeries } from './say.ts';
import { isNumeric, type Series } from './series.ts';
import type { Edges } from './span.ts';
import { slicesOf, summaryOf } from './summary.ts';

const slices = 24;

/** The same as the curves, in figures: what a table tells of each measurement, and its course in 24 parts of the span. */
export const FiguresTable = (props: {
  readonly series: readonly Series[];
  readonly span: Edges;
  readonly reportEveryMs: number | null;
}) => {
  const { words } = useSpeech();
  const times = useTimes();
  const { series, span, reportEveryMs } = props;
  const lengthMs = span.to - span.from;
  const numeric = useMemo(() => series.filter(isNumeric), [series]);
  const courses = useMemo(
    () => numeric.map((one) => ({ one, parts: slicesOf(one, span, slices) })),
    [numeric, span],
  );
  const when = (at: number): string => times.inSpan(at, lengthMs);
  return (
    <div className="figures">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.chart.measurement}</th>
            <th scope="col">{words.chart.points}</th>
            <th scope="col">{words.chart.lowest}</th>
            <th scope="col">{words.chart.mean}</th>
            <th scope="col">{words.chart.highest}</th>
            <th scope="col">{words.chart.newest}</th>
            <th scope="col">{words.chart.gapsHead}</th>
          </tr>
        </thead>
        <tbody>
          {series.map((one) => {
            const { points, lowest, highest, mean, newest, gaps } = summaryOf(one, span, reportEveryMs);
            const unit = unitOfSeries(one);
            const at = (found: typeof lowest) =>
              found === null ? '–' : `${valueText(found.value, unit, words)} · ${when(found.at)}`;
            return (
              <tr key={one.measurement}>
                <th scope="row">{wordFor(words.measurement, one.measurement)}</th>
                <td>{points}</td>
                <td>{at(lowest)}</td>
                <td>{mean === null ? '–' : valueText(mean, unit, words)}</td>
                <td>{at(highest)}</td>
                <td>
                  {newest === null ? '–' : `${valueText(newest.value, unit, words)} · ${when(newest.at)}`}
                </td>
                <td>
                  {gaps.length === 0
                    ? '–'
                    : gaps
                        .slice(0, 20)
                        .map(({ from, to }) => `${when(from)} – ${when(to)}`)
                        .join('; ')}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {courses.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{words.chart.time}</th>
              {courses.map(({ one }) => (
                <th key={one.measurement} scope="col">
                  {wordFor(words.measurement, one.measurement)} {unitOfSeries(one)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: slices }, (_, index) => {
              const start = span.from + (index * lengthMs) / slices;
              return (
                <tr key={start}>
                  <th scope="row">{when(start)}</th>
                  {courses.map(({ one, parts }) => {
                    const part = parts[index];
                    return (
                      <td key={one.measurement}>
                        {part === null || part === undefined
                          ? words.chart.noValue
                          : `${valueText(part.mean, '', words)} (${words.chart.between(
                              valueText(part.min, '', words),
                              valueText(part.max, '', words),
                            )})`}
                      </td>
                    );
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </div>
  );
};
