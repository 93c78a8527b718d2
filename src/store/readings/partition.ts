import { rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { Damaged, openForWriting } from '../database.ts';

/** The version of the tables of day files and month files; 0 = they are not made yet. */
export const partitionVersion = 2;

// Pages this large hold several blocks each, so that little room is left over in them.
const pageBytes = 16_384;
const checkpointPages = 500;

/** A file of readings or aggregates, open for writing. */
export type Partition = {
  readonly db: Database.Database;
  /** The number of a series in this file, which is made where it is new. */
  readonly series: (device: string, measurement: string) => number;
  readonly begin: () => void;
  readonly commit: () => void;
  /** Takes back what was begun; nothing where nothing was. */
  readonly rollback: () => void;
  /** Closes it as one whole file, with nothing left in a WAL beside it. */
  readonly close: () => void;
};

const seriesTable = `
  CREATE TABLE series (
    number INTEGER PRIMARY KEY NOT NULL,
    device TEXT NOT NULL,
    measurement TEXT NOT NULL,
    UNIQUE (device, measurement)
  );
`;

/** Opens a partition, and makes it with the tables of `schema` beside its own series where it is missing. It waits for nobody: what is locked throws at once. Throws SqliteError, and Damaged where the file has the tables of another program. */
export const openPartition = (path: string, schema: string): Partition => {
  const db = openForWriting(path, { mustExist: false, pageBytes });
  try {
    // Whoever meets a lock comes back later; nobody waits for these commits, so they make their own checkpoints.
    db.pragma('busy_timeout = 0');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    const version = db.pragma('user_version', { simple: true });
    if (version === 0)
      db.transaction(() => {
        db.exec(seriesTable);
        db.exec(schema);
        db.pragma(`user_version = ${partitionVersion}`);
      }).immediate();
    else if (version !== partitionVersion) throw new Damaged(`its tables are of version ${version}`);
    const find = db
      .prepare<[string, string], number>('SELECT number FROM series WHERE device = ? AND measurement = ?')
      .pluck();
    const add = db.prepare<[string, string]>('INSERT INTO series (device, measurement) VALUES (?, ?)');
    const begin = db.prepare('BEGIN IMMEDIATE');
    const commit = db.prepare('COMMIT');
    return {
      db,
      series: (device, measurement) =>
        find.get(device, measurement) ?? Number(add.run(device, measurement).lastInsertRowid),
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

/** Removes a partition that nobody writes to. What is in its WAL is lost unless it was closed before. */
export const removePartition = (path: string): void => {
  // The WAL first: one left alone would be taken for that of the next file of this name.
  for (const name of [`${path}-wal`, `${path}-shm`, path]) rmSync(name, { force: true });
};
