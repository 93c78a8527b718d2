import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { syncToDisk } from './data-directory.ts';
import { StoreError } from './store-error.ts';

/** One step of the schema; `number` is the database's `user_version` once it is done. */
export type Migration = { readonly number: number; readonly name: string; readonly sql: string };

/** The program's migrations, read from `migrations/NNNN-name.sql`, in order. */
export const programMigrations = (): readonly Migration[] => {
  const folder = new URL('./migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort()
    .map((file) => ({
      number: Number(file.slice(0, 4)),
      name: file.slice(0, -'.sql'.length),
      sql: readFileSync(new URL(file, folder), 'utf8'),
    }));
};

/** Copies the whole database into `path`, which appears under its name only when it is complete and on the disk. */
const backUp = (db: Database.Database, path: string): void => {
  const unfinished = `${path}.unfinished`;
  db.prepare('VACUUM INTO ?').run(unfinished);
  syncToDisk(unfinished);
  renameSync(unfinished, path);
  syncToDisk(dirname(path));
};

const copyPattern = /^before-(\d{4})-.*\.db$/;

/** A copy from before a migration is kept for this long (ms): names and telephone numbers are in it. */
const keepCopiesMs = 90 * 86_400_000;

const copiesIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => copyPattern.test(name))
        .sort()
    : [];

/** How to go back to what a program knows that is at migration `newest`. */
const wayBack = (database: string, backups: string, newest: number): string => {
  const copy = copiesIn(backups)
    .filter((name) => Number(copyPattern.exec(name)?.[1]) <= newest + 1)
    .at(-1);
  return copy === undefined
    ? 'restore a backup made before it was started'
    : `go back to the copy made before its migration, without what came since: move ${database}* away and copy ${join(backups, copy)} to ${database}`;
};

/** Removes the copies that have reached their age. */
const forgetCopies = (backups: string, now: number): void => {
  for (const path of copiesIn(backups).map((name) => join(backups, name)))
    if (statSync(path).mtimeMs < now - keepCopiesMs) rmSync(path, { force: true });
};

/** What was done: the migrations applied, and the copy made before them (none for a new database). */
export type Migrated = { readonly applied: readonly string[]; readonly backup: string | null };

/** Brings a database up to the newest migration, each in a transaction of its own, after a copy into `backups` where there is anything to lose; where nothing is to be done, copies older than 90 days are removed. `now` (epoch ms) is for the copy's name. Throws StoreError `newer-than-program`, and SqliteError with the database as it was before the failed step. */
export const migrate = (
  db: Database.Database,
  options: { readonly backups: string; readonly migrations: readonly Migration[]; readonly now: number },
): Migrated => {
  const version = Number(db.pragma('user_version', { simple: true }));
  const newest = options.migrations.at(-1)?.number ?? 0;
  if (version > newest)
    throw new StoreError(
      'newer-than-program',
      `the database is at migration ${version}, this program knows ${newest}: start the newer program, or ${wayBack(db.name, options.backups, newest)} (docs/upgrade.md)`,
    );
  const pending = options.migrations.filter((migration) => migration.number > version);
  const first = pending[0];
  if (first === undefined) {
    forgetCopies(options.backups, options.now);
    return { applied: [], backup: null };
  }
  let backup: string | null = null;
  if (version > 0) {
    const stamp = new Date(options.now).toISOString().replace(/[:.]/g, '-');
    backup = join(options.backups, `before-${String(first.number).padStart(4, '0')}-${stamp}.db`);
    backUp(db, backup);
  }
  for (const migration of pending)
    db.transaction(() => {
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.number}`);
    }).immediate();
  return { applied: pending.map((migration) => migration.name), backup };
};
