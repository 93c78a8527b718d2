import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { openForReading, openForWriting } from '../database.ts';

// How far readings have been shipped: `live` = the number in the order of arrival, in the live database; a day = the
// number of a block in its file.
const schema = `
  CREATE TABLE IF NOT EXISTS shipped (what TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL) WITHOUT ROWID;
`;
const live = 'live';

/** How far readings have been shipped. Whatever is not known to have arrived counts as not shipped, and is shipped again. */
export type ShippedSoFar = {
  /** The highest number in the order of arrival; 0 = none. */
  readonly live: () => number;
  /** The highest block of a day; 0 = none. */
  readonly day: (day: string) => number;
  readonly close: () => void;
};

/** Reads how far readings have been shipped; nothing while the file is missing. Throws SqliteError. */
export const readShipped = (path: string): ShippedSoFar => {
  let open: { readonly db: Database.Database; readonly find: Database.Statement<[string], number> } | null =
    null;
  const numberOf = (what: string): number => {
    if (open === null) {
      if (!existsSync(path)) return 0;
      const db = openForReading(path);
      try {
        const find = db.prepare<[string], number>('SELECT number FROM shipped WHERE what = ?').pluck();
        open = { db, find };
      } catch {
        // The shipper has made the file and not yet its table.
        db.close();
        return 0;
      }
    }
    return open.find.get(what) ?? 0;
  };
  return {
    live: () => numberOf(live),
    day: numberOf,
    close: () => open?.db.close(),
  };
};

/** The cursors as the shipper moves them on. */
export type ShippingCursors = ShippedSoFar & {
  readonly setLive: (number: number) => void;
  readonly setDay: (day: string, number: number) => void;
  /** Forgets days whose files are gone. */
  readonly keepDays: (days: readonly string[]) => void;
};

/** Opens the cursors for the one who ships. Losing the last move costs a repetition, so commits are not forced to the disk. Throws SqliteError. */
export const openShippingCursors = (path: string): ShippingCursors => {
  const db = openForWriting(path, { mustExist: false });
  try {
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 100');
    db.exec(schema);
    const find = db.prepare<[string], number>('SELECT number FROM shipped WHERE what = ?').pluck();
    const put = db.prepare<[string, number]>('INSERT OR REPLACE INTO shipped VALUES (?, ?)');
    const names = db.prepare<[], string>('SELECT what FROM shipped').pluck();
    const drop = db.prepare<[string]>('DELETE FROM shipped WHERE what = ?');
    return {
      live: () => find.get(live) ?? 0,
      day: (day) => find.get(day) ?? 0,
      setLive: (number) => {
        put.run(live, number);
      },
      setDay: (day, number) => {
        put.run(day, number);
      },
      keepDays: (days) => {
        const kept = new Set([live, ...days]);
        for (const name of names.all()) if (!kept.has(name)) drop.run(name);
      },
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
};
