import type Database from 'better-sqlite3';
import { daysBetween, type ReadingRow, readDay, readSeries, startOfDay } from './day-files.ts';
import { mergeRows } from './thinning.ts';

/** Readings as they were measured, wherever they lie by now. */
export type ExactReadings = {
  /** The rows of a series in `[from, to)`, oldest first, each once; read as they are asked for, so that whoever stops early has read little. Throws SqliteError. */
  readonly rows: (device: string, measurement: string, from: number, to: number) => Iterable<ReadingRow>;
  /** Cuts `[from, to)` into pieces, named by their ends, each of which is looked through in a few ms where it holds nothing. */
  readonly cuts: (from: number, to: number) => readonly number[];
};

const liveAtOnce = 2_000;
const daysAPiece = 8;

const firstOf = function* <T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
};

/** Reads the live database and the day files in `folder` as one. */
export const readExactly = (db: Database.Database, folder: string): ExactReadings => {
  const known = db
    .prepare<[string, string], number>('SELECT number FROM series WHERE device = ? AND measurement = ?')
    .pluck();

  const moved = function* (
    device: string,
    measurement: string,
    from: number,
    to: number,
  ): Generator<ReadingRow> {
    for (const day of daysBetween(folder, from, to))
      yield* readDay(folder, day, device, measurement, from, to);
  };

  return {
    rows: function* (device, measurement, from, to) {
      // Every series keeps its line in the live database, so most that a type declares and nobody measured cost no look into any file.
      if (known.get(device, measurement) === undefined) return;
      for (let at = from; at < to; ) {
        // The live rows first: one that is moved meanwhile is then met twice, and never missed.
        const live = [...firstOf(readSeries(db, device, measurement, at, to), liveAtOnce)];
        const last = live.length === liveAtOnce ? live.at(-1) : undefined;
        const until = last === undefined ? to : last.at + 1;
        yield* mergeRows(live, moved(device, measurement, at, until));
        at = until;
      }
    },
    cuts: (from, to) => {
      const starts = daysBetween(folder, from, to).map(startOfDay);
      return [...starts.filter((start, index) => index % daysAPiece === 0 && start > from), to];
    },
  };
};
