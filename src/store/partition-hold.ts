import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { describeError } from './database.ts';
import { StoreError } from './store-error.ts';

/** The partitions held still; letting go twice is harmless. */
export type Hold = { readonly release: () => void };

/** The way to the partitions for whoever changes them. */
export type Changing = {
  /** Does one bite of work on the partitions, or none and answers `held` where they are held still or somebody else is at a bite of theirs; never waits. What the bite throws passes through; throws SqliteError where the lock file cannot be used. */
  readonly run: <T>(bite: () => T) => T | 'held';
  readonly close: () => void;
};

/** How long, in ms, a hold waits for the bite that is under way: far longer than any bite. */
const patienceMs = 10_000;

const isBusy = (error: unknown): boolean =>
  error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');

/** Opens the lock file, and makes it where it is missing: to begin a transaction on an empty one would write. */
const openLock = (path: string, timeout: number): Database.Database => {
  const isNew = !existsSync(path);
  const db = new Database(path, { timeout });
  try {
    db.exec(
      'CREATE TABLE IF NOT EXISTS holder (only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER NOT NULL)',
    );
    // One that root makes must be of use to the gateway too.
    if (isNew && process.getuid?.() === 0) {
      const { uid, gid } = statSync(dirname(path));
      chownSync(path, uid, gid);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const holderOf = (path: string): string => {
  try {
    const db = new Database(path, { readonly: true, timeout: 0 });
    try {
      const pid = db.prepare<[], number>('SELECT pid FROM holder').pluck().get();
      return pid === undefined ? '' : ` (the last was process ${pid})`;
    } finally {
      db.close();
    }
  } catch {
    // The name of the holder is a courtesy; the refusal stands without it.
    return '';
  }
};

/** Holds the partitions still, so that nobody moves, closes or drops any, by an open write transaction on a small file of its own: the kernel lets go of it however the process ends. Waits up to 10 s, in which the thread stands still, for the bite that is under way. Throws StoreError `held` where another backup holds them, `unusable` where the file cannot be used. */
export const holdPartitions = (path: string): Hold => {
  let db: Database.Database | null = null;
  try {
    db = openLock(path, patienceMs);
    db.exec(`
      BEGIN IMMEDIATE;
      INSERT OR REPLACE INTO holder VALUES (1, ${process.pid});
      COMMIT;
      BEGIN IMMEDIATE;
    `);
  } catch (error) {
    db?.close();
    if (!isBusy(error))
      throw new StoreError('unusable', `cannot hold the partitions still: ${describeError(error)}`, {
        cause: error,
      });
    throw new StoreError(
      'held',
      `another backup${holderOf(path)} of ${dirname(path)} is under way, or something else holds its readings`,
      { cause: error },
    );
  }
  const held = db;
  return {
    release: () => {
      if (held.open) held.close();
    },
  };
};

const openWay = (path: string) => {
  const db = openLock(path, 0);
  // Nothing is ever written in between, so nothing of it goes to the disk.
  return { db, begin: db.prepare('BEGIN IMMEDIATE'), end: db.prepare('ROLLBACK') };
};

/** Makes the way to the partitions; it is opened with the first bite and stays open, so that a bite costs little more by it. Two who change them are never at it at the same time. */
export const tryToChange = (path: string): Changing => {
  let way: ReturnType<typeof openWay> | null = null;
  const close = (): void => {
    way?.db.close();
    way = null;
  };
  return {
    run: (bite) => {
      let open: ReturnType<typeof openWay>;
      try {
        way ??= openWay(path);
        open = way;
        open.begin.run();
      } catch (error) {
        if (isBusy(error)) return 'held';
        close();
        throw error;
      }
      try {
        return bite();
      } finally {
        if (open.db.inTransaction) open.end.run();
      }
    },
    close,
  };
};
