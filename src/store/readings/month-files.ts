import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Bucket, type Coarseness, encodeBuckets } from './bucket.ts';
import { startOfDay } from './day-files.ts';
import { openPartition, type Partition } from './partition.ts';

// The buckets of one series and one day are one row. A day whose file was dropped and made anew by readings that came
// very late has a row for each `generation` of its file, and its buckets are those of all rows together: so a day that
// is closed again replaces just what it wrote before. `data` of minutes fills pages of its own; hours lie side by side.
const schemas: { readonly [K in Coarseness]: string } = {
  minutes: `
    CREATE TABLE bucket (
      series INTEGER NOT NULL,
      day TEXT NOT NULL,
      generation INTEGER NOT NULL,
      data BLOB NOT NULL
    );
    CREATE UNIQUE INDEX bucket_series ON bucket (series, day, generation);`,
  hours: `
    CREATE TABLE bucket (
      series INTEGER NOT NULL,
      day TEXT NOT NULL,
      generation INTEGER NOT NULL,
      data BLOB NOT NULL,
      PRIMARY KEY (series, day, generation)
    ) WITHOUT ROWID;`,
};
const schemaOf = (coarseness: Coarseness): string => `
  ${schemas[coarseness]}
  CREATE TABLE closed (day TEXT PRIMARY KEY NOT NULL, generation INTEGER NOT NULL) WITHOUT ROWID;
`;

/** The month of a day, as `YYYY-MM`. */
export const monthOf = (day: string): string => day.slice(0, 7);

/** The first moment of a month (epoch ms). */
export const startOfMonth = (month: string): number => startOfDay(`${month}-01`);

/** The first moment after a month (epoch ms). */
export const endOfMonth = (month: string): number => {
  const start = new Date(startOfMonth(month));
  return Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1);
};

/** The file of a month's aggregates. */
export const monthPath = (folder: string, month: string, coarseness: Coarseness): string =>
  join(folder, `${month}.${coarseness}.db`);

/** The months that have a file of this coarseness, in order. */
export const monthsOf = (folder: string, coarseness: Coarseness): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(`.${coarseness}.db`) && /^\d{4}-\d{2}\./.test(file))
    .map((file) => file.slice(0, 7))
    .sort();

/** The months that have a file of this coarseness and overlap `[from, to)`, in order. */
export const monthsBetween = (
  folder: string,
  coarseness: Coarseness,
  from: number,
  to: number,
): readonly string[] =>
  monthsOf(folder, coarseness).filter((month) => startOfMonth(month) < to && endOfMonth(month) > from);

/** A month's file of aggregates open for writing. */
export type MonthFile = Partition & {
  /** Puts the buckets of a day in place of those that this generation of the day's file wrote before. */
  readonly put: (
    day: string,
    generation: number,
    series: { readonly device: string; readonly measurement: string },
    buckets: readonly Bucket[],
  ) => void;
  /** The generation that closed a day last; null = none did. */
  readonly closedBy: (day: string) => number | null;
};

/** Opens a month's file, and makes it where it is missing. Throws SqliteError and Damaged. */
export const openMonthFile = (folder: string, month: string, coarseness: Coarseness): MonthFile => {
  const path = monthPath(folder, month, coarseness);
  const partition = openPartition(path, schemaOf(coarseness));
  const { db } = partition;
  const put = db.prepare<[number, string, number, Buffer]>(
    'INSERT OR REPLACE INTO bucket (series, day, generation, data) VALUES (?, ?, ?, ?)',
  );
  const drop = db.prepare<[number, string, number]>(
    'DELETE FROM bucket WHERE series = ? AND day = ? AND generation = ?',
  );
  const close = db.prepare<[string, number]>('INSERT OR REPLACE INTO closed VALUES (?, ?)');
  const closedBy = db.prepare<[string], number>('SELECT generation FROM closed WHERE day = ?').pluck();
  return {
    ...partition,
    put: (day, generation, { device, measurement }, buckets) => {
      const series = partition.series(device, measurement);
      close.run(day, generation);
      if (buckets.length === 0) drop.run(series, day, generation);
      else put.run(series, day, generation, encodeBuckets(buckets, coarseness));
    },
    closedBy: (day) => closedBy.get(day) ?? null,
  };
};
