import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeBlock, type ReadingRow } from './block.ts';
import { openPartition, type Partition } from './partition.ts';

/** The length of a day (ms): every day file holds the readings measured in one UTC day. */
export const dayMs = 86_400_000;
/** The most rows a block holds: enough to be packed well, few enough to be unpacked for an hour's sake. */
export const rowsPerBlock = 1_024;

// A day file names its series itself, so that it can be read, copied and dropped alone. Blocks are appended in the
// order in which their readings were moved here, so `number` is also how far somebody has come who reads them all.
// `closed` = 1: made when the day was over, one behind the other for each series; the others may overlap, and of two
// readings of the same time that in the block of the higher number counts. `owed` = 1: holds readings that were not
// known to have been shipped when they were moved.
const schema = `
  CREATE TABLE block (
    number INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    series INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    owed INTEGER NOT NULL,
    data BLOB NOT NULL
  );
  CREATE INDEX block_series ON block (series, first_at);
  CREATE INDEX block_open ON block (series) WHERE closed = 0;
  CREATE INDEX block_owed ON block (number) WHERE owed = 1;
  -- How often the file of this day was made anew after it had been dropped; null = not known yet.
  CREATE TABLE generation (only INTEGER PRIMARY KEY CHECK (only = 1), number INTEGER);
  INSERT INTO generation VALUES (1, NULL);
  -- Numbers go on after those of a file of this day that was dropped: nobody who has read that one takes the new for read.
  INSERT INTO sqlite_sequence VALUES ('block', CAST(unixepoch('subsec') * 1000 AS INTEGER) * 1000);
`;

/** The UTC day of a moment (epoch ms), as `YYYY-MM-DD`: the name of its day file. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first moment of a day (epoch ms). */
export const startOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The file of a day. */
export const dayPath = (folder: string, day: string): string => join(folder, `${day}.db`);

/** The days in a folder whose files overlap `[from, to)`, in order. */
export const daysBetween = (folder: string, from: number, to: number): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((file) => /^(\d{4}-\d{2}-\d{2})\.db$/.exec(file)?.[1])
    .filter(
      (day): day is string => day !== undefined && startOfDay(day) < to && startOfDay(day) + dayMs > from,
    )
    .sort();

/** All days that have a file, in order. */
export const allDays = (folder: string): readonly string[] =>
  daysBetween(folder, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

/** A day file open for writing. Nothing is on the disk before the next `commit`. */
export type DayFile = Partition & {
  /** Appends rows of one series, oldest first, no two of the same time; they count before all that is there. `closed`: the day is over, and these are all its rows of the series. */
  readonly put: (
    series: number,
    rows: readonly ReadingRow[],
    how: { readonly owed: boolean; readonly closed: boolean },
  ) => void;
};

/** Opens a day's file, and makes it where it is missing. Throws SqliteError and Damaged. */
export const openDayFile = (folder: string, day: string): DayFile => {
  const partition = openPartition(dayPath(folder, day), schema);
  const addBlock = partition.db.prepare<[number, number, number, number, number, number, Buffer]>(
    'INSERT INTO block (series, first_at, last_at, count, closed, owed, data) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  return {
    ...partition,
    put: (series, rows, { owed, closed }) => {
      for (let start = 0; start < rows.length; start += rowsPerBlock) {
        const part = rows.slice(start, start + rowsPerBlock);
        addBlock.run(
          series,
          part[0]?.at ?? 0,
          part.at(-1)?.at ?? 0,
          part.length,
          closed ? 1 : 0,
          owed ? 1 : 0,
          encodeBlock(part, closed),
        );
      }
    },
  };
};
