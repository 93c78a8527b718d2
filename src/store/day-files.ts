import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { openForReading, openForWriting } from './database.ts';

/** A reading's row, in the live database and in a day file alike. */
export type ReadingRow = {
  readonly at: number;
  readonly value: number | string;
  readonly flag: number;
  readonly receivedAt: number;
  readonly deviceAt: number | null;
};

const dayMs = 86_400_000;
const schemaVersion = 1;

// A day file names its series itself, so that it can be read, copied and dropped alone.
const schema = `
  CREATE TABLE series (
    number INTEGER PRIMARY KEY NOT NULL,
    device TEXT NOT NULL,
    measurement TEXT NOT NULL,
    UNIQUE (device, measurement)
  );
  CREATE TABLE reading (
    series INTEGER NOT NULL,
    at INTEGER NOT NULL,
    value NOT NULL,
    flag INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    device_at INTEGER,
    PRIMARY KEY (series, at)
  ) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/** The UTC day of a moment (epoch ms), as `YYYY-MM-DD`: the name of its day file. */
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first moment of a day (epoch ms). */
export const startOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** The days in a folder whose files overlap `[from, to)`, in order. */
export const daysBetween = (folder: string, from: number, to: number): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .map((file) => /^(\d{4}-\d{2}-\d{2})\.db$/.exec(file)?.[1])
    .filter(
      (day): day is string => day !== undefined && startOfDay(day) < to && startOfDay(day) + dayMs > from,
    )
    .sort();

/** A day file open for writing. */
export type DayFile = {
  /** Puts rows of one series, the newer in place of the older at the same time; nothing is on the disk before the next `commit`. */
  readonly put: (device: string, measurement: string, rows: readonly ReadingRow[]) => void;
  readonly begin: () => void;
  readonly commit: () => void;
  readonly rollback: () => void;
  /** Closes it as one whole file, with nothing left in a WAL beside it. */
  readonly close: () => void;
};

/** Opens a day's file, and makes it where it is missing. Throws SqliteError. */
export const openDayFile = (folder: string, day: string): DayFile => {
  const db = openForWriting(join(folder, `${day}.db`), { mustExist: false });
  try {
    // Nobody waits for these commits, so they make their own checkpoints.
    db.pragma('wal_autocheckpoint = 500');
    if (db.pragma('user_version', { simple: true }) === 0) db.transaction(() => db.exec(schema)).immediate();
    const findSeries = db
      .prepare<[string, string], number>('SELECT number FROM series WHERE device = ? AND measurement = ?')
      .pluck();
    const addSeries = db.prepare<[string, string]>('INSERT INTO series (device, measurement) VALUES (?, ?)');
    const addReading = db.prepare<[number, number, number | string, number, number, number | null]>(
      'INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?)',
    );
    const begin = db.prepare('BEGIN IMMEDIATE');
    const commit = db.prepare('COMMIT');
    return {
      put: (device, measurement, rows) => {
        const series =
          findSeries.get(device, measurement) ?? Number(addSeries.run(device, measurement).lastInsertRowid);
        for (const row of rows)
          addReading.run(series, row.at, row.value, row.flag, row.receivedAt, row.deviceAt);
      },
      begin: () => {
        begin.run();
      },
      commit: () => {
        commit.run();
      },
      rollback: () => {
        if (db.inTransaction) db.exec('ROLLBACK');
      },
      close: () => {
        try {
          db.pragma('busy_timeout = 0');
          db.pragma('wal_checkpoint(TRUNCATE)');
        } finally {
          db.close();
        }
      },
    };
  } catch (error) {
    db.close();
    throw error;
  }
};

/** The rows of a series in `[from, to)`, oldest first, of a database that has the tables `series` and `reading`. */
export const readSeries = function* (
  db: Database.Database,
  device: string,
  measurement: string,
  from: number,
  to: number,
): Generator<ReadingRow> {
  yield* db
    .prepare<[string, string, number, number], ReadingRow>(
      `SELECT at, value, flag, received_at AS receivedAt, device_at AS deviceAt FROM reading
       WHERE series = (SELECT number FROM series WHERE device = ? AND measurement = ?) AND at >= ? AND at < ? ORDER BY at`,
    )
    .iterate(device, measurement, from, to);
};

/** The rows of a series in `[from, to)` of one day's file, oldest first; none where the file was dropped meanwhile. */
export const readDay = function* (
  folder: string,
  day: string,
  device: string,
  measurement: string,
  from: number,
  to: number,
): Generator<ReadingRow> {
  const path = join(folder, `${day}.db`);
  if (!existsSync(path)) return;
  const db = openForReading(path);
  try {
    // The writer may have made the file and not yet its tables.
    if (db.pragma('user_version', { simple: true }) === 0) return;
    yield* readSeries(db, device, measurement, from, to);
  } finally {
    db.close();
  }
};
