import type Database from 'better-sqlite3';
import type { ReadingRow } from './block.ts';
import { daysBetween, startOfDay } from './day-files.ts';
import type { PartitionReader } from './partition-reader.ts';
import { exactRows, rowsOfLive } from './rows.ts';

/** Readings as they were measured, wherever they lie by now. */
export type ExactReadings = {
  /** The rows of a series in `[from, to)`, oldest first, each once; read as they are asked for, so that whoever stops early has read little. To be read to their end, or let go of, before the next rows. Throws SqliteError. */
  readonly rows: (device: string, measurement: string, from: number, to: number) => Iterable<ReadingRow>;
  /** Cuts `[from, to)` into pieces, named by their ends, each of which is looked through in a few ms where it holds nothing. */
  readonly cuts: (from: number, to: number) => readonly number[];
};

const liveAtOnce = 2_000;
const daysAPiece = 8;

/** Reads the live database and the day files in `folder` as one. */
export const readExactly = (
  db: Database.Database,
  folder: string,
  partitions: PartitionReader,
): ExactReadings => ({
  rows: function* (device, measurement, from, to) {
    for (let at = from; at < to; ) {
      // The live rows first: one that is moved meanwhile is then met twice, and never missed.
      const live = rowsOfLive(db, device, measurement, at, to, liveAtOnce);
      const last = live.length === liveAtOnce ? live.at(-1) : undefined;
      const until = last === undefined ? to : last.at + 1;
      yield* exactRows(partitions, folder, live, { device, measurement }, at, until);
      at = until;
    }
  },
  cuts: (from, to) => {
    const starts = daysBetween(folder, from, to).map(startOfDay);
    return [...starts.filter((start, index) => index % daysAPiece === 0 && start > from), to];
  },
});
