import type { ExportPage, ExportQuery } from '../../gateway/ports.ts';
import type { Value } from '../../model/reading.ts';
import { type ExportedReading, exportLine } from '../../model/reading-export.ts';
import type { ReadingRow } from './block.ts';
import type { ExactReadings } from './exact-rows.ts';

const budgetMs = 10;

const saidOf = ({ value, flag }: ReadingRow): Value => (flag === 1 ? value === 1 : value);

const readingOf = (row: ReadingRow): ExportedReading => {
  const { at, receivedAt, deviceAt } = row;
  const value = saidOf(row);
  return deviceAt === null ? { at, value, receivedAt } : { at, value, receivedAt, deviceAt };
};

/** Reads and writes out the next page of an export: at most `limit` lines, and about 10 ms of work by `monotonicMs`. Every page goes on, if only past a piece of the span in which there was nothing. Throws SqliteError. */
export const exportPage = (
  exact: ExactReadings,
  monotonicMs: () => number,
  { series, from, to, format, cursor, limit }: ExportQuery,
): ExportPage => {
  const until = monotonicMs() + budgetMs;
  const ends = exact.cuts(from, to);
  let text = '';
  let rows = 0;
  const page = (next: ExportPage['next']): ExportPage => ({
    bytes: new TextEncoder().encode(text),
    rows,
    next,
  });

  let at = cursor?.at ?? from;
  for (let index = cursor?.series ?? 0; ; index += 1) {
    const one = series[index];
    if (one === undefined) return page(null);
    for (const end of ends) {
      if (end <= at) continue;
      for (const row of exact.rows(one.device, one.measurement, at, end)) {
        text += exportLine(format, one, readingOf(row));
        rows += 1;
        if (rows >= limit || monotonicMs() >= until) return page({ series: index, at: row.at + 1 });
      }
      at = end;
      if (monotonicMs() >= until) return page({ series: index, at });
    }
    at = from;
  }
};
