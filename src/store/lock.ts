import Database from 'better-sqlite3';
import { describeError } from './database.ts';
import { StoreError } from './store-error.ts';

/** A held lock; letting go twice is harmless. */
export type Lock = { readonly release: () => void };

const holderOf = (path: string): string => {
  try {
    const db = new Database(path, { readonly: true, timeout: 0 });
    try {
      const pid = db.prepare<[], number>('SELECT pid FROM holder').pluck().get();
      return pid === undefined ? '' : ` (process ${pid})`;
    } finally {
      db.close();
    }
  } catch {
    // The name of the holder is a courtesy; the refusal stands without it.
    return '';
  }
};

/** Locks a data directory for the life of this process by an open write transaction on a small file of its own: the kernel lets go of it however the process ends. Throws StoreError `locked` or `unusable`. */
export const lockDirectory = (path: string, root: string): Lock => {
  let db: Database.Database | null = null;
  try {
    db = new Database(path, { timeout: 0 });
    db.exec(`
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS holder (only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER NOT NULL);
      INSERT OR REPLACE INTO holder VALUES (1, ${process.pid});
      COMMIT;
      BEGIN IMMEDIATE;
    `);
  } catch (error) {
    db?.close();
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    if (!busy)
      throw new StoreError('unusable', `cannot lock ${root}: ${describeError(error)}`, { cause: error });
    throw new StoreError(
      'locked',
      `another gateway${holderOf(path)} is running on the data directory ${root}`,
      {
        cause: error,
      },
    );
  }
  const held = db;
  return {
    release: () => {
      if (held.open) held.close();
    },
  };
};
