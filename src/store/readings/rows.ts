import type Database from 'better-sqlite3';
import { decodeBlock, type ReadingRow } from './block.ts';
import { dayPath, daysBetween } from './day-files.ts';
import { type PartitionReader, statement } from './partition-reader.ts';

type BlockRow = readonly [number: number, firstAt: number, lastAt: number, data: Buffer];
type Block = { readonly number: number; readonly rows: readonly ReadingRow[] };

/** Rows of blocks whose times overlap, as one; of two of the same time that in the later block counts. */
const mingle = (blocks: readonly Block[]): readonly ReadingRow[] => {
  const [only] = blocks;
  if (only !== undefined && blocks.length === 1) return only.rows;
  const byTime = new Map<number, ReadingRow>();
  for (const { rows } of [...blocks].sort((a, b) => a.number - b.number))
    for (const row of rows) byTime.set(row.at, row);
  return [...byTime.values()].sort((a, b) => a.at - b.at);
};

const inSpan = function* (rows: readonly ReadingRow[], from: number, to: number): Generator<ReadingRow> {
  for (const row of rows) if (row.at >= from && row.at < to) yield row;
};

/** The number of a series in a partition; undefined = it has none of it. */
export const seriesNumber = (
  db: Database.Database,
  device: string,
  measurement: string,
): number | undefined =>
  statement<[string, string], number>(db, 'SELECT number FROM series WHERE device = ? AND measurement = ?')
    .pluck()
    .get(device, measurement);

/** The rows of a series in `[from, to)` of a day file, oldest first, block by block; to be read to their end, or let go of, before the next rows of this file. */
export const rowsOfDay = function* (
  db: Database.Database,
  series: number,
  from: number,
  to: number,
): Generator<ReadingRow> {
  const blocks = statement<[number, number, number], BlockRow>(
    db,
    'SELECT number, first_at, last_at, data FROM block WHERE series = ? AND first_at < ? AND last_at >= ? ORDER BY first_at',
  ).raw();
  let overlapping: Block[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const [number, firstAt, lastAt, data] of blocks.iterate(series, to, from)) {
    if (firstAt > end) {
      yield* inSpan(mingle(overlapping), from, to);
      overlapping = [];
    }
    overlapping.push({ number, rows: decodeBlock(data) });
    end = Math.max(end, lastAt);
  }
  yield* inSpan(mingle(overlapping), from, to);
};

const noLimit = -1;

/** The rows of a series in `[from, to)` of the live database, oldest first, and no more than the first `most`. */
export const rowsOfLive = (
  db: Database.Database,
  device: string,
  measurement: string,
  from: number,
  to: number,
  most: number = noLimit,
): ReadingRow[] =>
  statement<[string, string, number, number, number], ReadingRow>(
    db,
    `SELECT at, value, flag, received_at AS receivedAt, device_at AS deviceAt FROM reading
     WHERE series = (SELECT number FROM series WHERE device = ? AND measurement = ?) AND at >= ? AND at < ? ORDER BY at LIMIT ?`,
  ).all(device, measurement, from, to, most);

/** Two series of rows, both oldest first, as one; where both have a row of the same time that of `newer` counts. */
export const mergeRows = function* (
  newer: readonly ReadingRow[],
  older: Iterable<ReadingRow>,
): Generator<ReadingRow> {
  let next = 0;
  for (const row of older) {
    let ahead = newer[next];
    while (ahead !== undefined && ahead.at < row.at) {
      yield ahead;
      next += 1;
      ahead = newer[next];
    }
    if (ahead?.at !== row.at) yield row;
  }
  yield* newer.slice(next);
};

/** The exact rows of a series in `[from, to)`, oldest first, wherever they lie: `live` (read before the day files, so that one that is moved meanwhile is met twice and never missed) and the day files. */
export const exactRows = (
  partitions: PartitionReader,
  folder: string,
  live: readonly ReadingRow[],
  series: { readonly device: string; readonly measurement: string },
  from: number,
  to: number,
): Generator<ReadingRow> => {
  const moved = function* (): Generator<ReadingRow> {
    for (const day of daysBetween(folder, from, to)) {
      const rows = partitions.ask(dayPath(folder, day), (db) => {
        const number = seriesNumber(db, series.device, series.measurement);
        return number === undefined ? null : rowsOfDay(db, number, from, to);
      });
      if (rows !== null) yield* rows;
    }
  };
  return mergeRows(live, moved());
};
