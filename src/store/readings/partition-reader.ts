import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { Damaged, openForReading } from '../database.ts';
import { partitionVersion } from './partition.ts';

const prepared = new WeakMap<Database.Database, Map<string, Database.Statement>>();

/** The statement of a text over a connection, prepared once for as long as that is open. What is read step by step is to be let go of before the next use of the same text. */
export const statement = <Parameters extends unknown[], Result>(
  db: Database.Database,
  sql: string,
): Database.Statement<Parameters, Result> => {
  let known = prepared.get(db);
  if (known === undefined) {
    known = new Map();
    prepared.set(db, known);
  }
  let found = known.get(sql);
  if (found === undefined) {
    found = db.prepare(sql);
    known.set(sql, found);
  }
  return found as Database.Statement<Parameters, Result>;
};

/** Partitions open for questions. One that was dropped or made anew since it was opened is noticed at the next question. */
export type PartitionReader = {
  /** What `use` says of the partition at `path`; null where there is none, or one without its tables yet. Throws SqliteError and Damaged. */
  readonly ask: <T>(path: string, use: (db: Database.Database) => T) => T | null;
  readonly close: () => void;
};

type Open = { readonly db: Database.Database; readonly inode: number };

/** A year's months in both coarsenesses, and a month of days. */
const mostOpen = 64;
/** What was dropped takes up room on the disk until everybody has let go of it. */
const letGoEveryMs = 60_000;

const inodeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;

/** Makes a reader that keeps the partitions asked of last open. */
export const makePartitionReader = (): PartitionReader => {
  const open = new Map<string, Open>();
  const close = (path: string): void => {
    const found = open.get(path);
    open.delete(path);
    found?.db.close();
  };
  const opened = (path: string): Database.Database | null => {
    const inode = inodeOf(path);
    const found = open.get(path);
    if (found !== undefined && found.inode !== inode) close(path);
    if (inode === undefined) return null;
    if (found?.inode === inode) {
      open.delete(path);
      open.set(path, found);
      return found.db;
    }
    const db = openForReading(path);
    try {
      // The writer may have made the file and not yet its tables.
      const version = db.pragma('user_version', { simple: true });
      if (version === 0) {
        db.close();
        return null;
      }
      if (version !== partitionVersion) throw new Damaged(`${path}: its tables are of version ${version}`);
    } catch (error) {
      db.close();
      throw error;
    }
    open.set(path, { db, inode });
    for (const oldest of open.keys()) if (open.size > mostOpen) close(oldest);
    return db;
  };
  const letGo = (): void => {
    for (const [path, { inode }] of open)
      try {
        if (inodeOf(path) !== inode) close(path);
      } catch {
        // Somebody is still reading in it; it is closed with the others.
      }
  };
  const timer = setInterval(letGo, letGoEveryMs).unref();
  return {
    ask: (path, use) => {
      const db = opened(path);
      if (db === null) return null;
      try {
        return use(db);
      } catch (error) {
        close(path);
        throw error;
      }
    },
    close: () => {
      clearInterval(timer);
      for (const path of [...open.keys()]) close(path);
    },
  };
};
