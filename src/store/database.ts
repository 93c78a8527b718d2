import Database from 'better-sqlite3';

/** How long, in ms, a statement waits for somebody else's lock before it fails with BUSY; short, because the writer reports the failure and tries again itself. */
const busyTimeoutMs = 250;

/** Opens a database for writing: WAL, every commit forced to the disk. Checkpoints are made by the writer between batches, so that none waits for one. A new file gets pages of `pageBytes` and gives freed ones back when it is asked to. Throws SqliteError. */
export const openForWriting = (
  path: string,
  options: { readonly mustExist: boolean; readonly pageBytes?: number },
): Database.Database => {
  const db = new Database(path, { fileMustExist: options.mustExist, timeout: busyTimeoutMs });
  try {
    if (options.pageBytes !== undefined) {
      db.pragma(`page_size = ${options.pageBytes}`);
      db.pragma('auto_vacuum = INCREMENTAL');
    }
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('wal_autocheckpoint = 0');
    // After a burst the WAL is cut back to this size when it starts again from its beginning.
    db.pragma('journal_size_limit = 67108864');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

/** Opens an existing database for questions only. Throws SqliteError. */
export const openForReading = (path: string): Database.Database =>
  new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });

const mendedByWaiting = /^SQLITE_(FULL|BUSY|LOCKED|IOERR|CANTOPEN|READONLY|PROTOCOL)(_|$)/;
const mendedByReopening = /^SQLITE_(IOERR|CANTOPEN|READONLY)(_|$)/;

const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '');

/** Whether the world, and not our program, is at fault, so that the same thing may succeed later: full, busy, vanished or failing disk. */
export const isPassing = (error: unknown): boolean => mendedByWaiting.test(codeOf(error));

/** Whether the connection itself may have lost its file (a disk that was away and came back) and has to be opened anew. */
export const needsReopening = (error: unknown): boolean => mendedByReopening.test(codeOf(error));

/** What a file holds is not what was written into it, or not of a form that this program knows. */
export class Damaged extends Error {
  override readonly name = 'Damaged';
}

/** Whether a file, or what it holds, is damaged, or it is no database at all. */
export const isDamaged = (error: unknown): boolean =>
  error instanceof Damaged || /^SQLITE_(CORRUPT|NOTADB)(_|$)/.test(codeOf(error));

/** An error as one line: SQLite's code and message where there are any. */
export const describeError = (error: unknown): string => {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return code === '' ? message : `${code}: ${message}`;
};
