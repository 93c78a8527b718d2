import { randomUUID } from 'node:crypto';
import { constants, existsSync, statSync } from 'node:fs';
import { chmod, chown, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { checkChain } from '../chain.ts';
import { dataDirectory, keepTimes, makeDirectory, syncToDisk } from '../data-directory.ts';
import { describeError, isDamaged } from '../database.ts';
import { tryToChange } from '../partition-hold.ts';
import { StoreError } from '../store-error.ts';
import { differs, type Manifest, manifestName, readManifest } from './manifest.ts';
import type { Progress } from './progress.ts';

/** What was restored. `at` is the moment that was gone back to (epoch ms); `problem` is what was wrong with the record already when it was backed up. */
export type Restored = {
  readonly at: number;
  readonly entries: number;
  readonly readings: number;
  readonly feed: string;
  readonly problem: string | null;
};

/** Counts the readings of a live database or partition of any age: a row for each, or blocks that say how many they hold. */
const countReadings = (db: Database.Database): number => {
  const has = db.prepare<[string], number>('SELECT 1 FROM sqlite_schema WHERE name = ?').pluck();
  const count = (table: string, what: string): number =>
    has.get(table) === undefined
      ? 0
      : Number(db.prepare<[], number>(`SELECT ${what} FROM ${table}`).pluck().get() ?? 0);
  return count('reading', 'count(*)') + count('block', 'sum(count)');
};

/** Opens a database in a way that leaves one file behind. */
const withDatabase = <T>(path: string, ask: (db: Database.Database) => T): T => {
  const db = new Database(path, { fileMustExist: true });
  try {
    return ask(db);
  } finally {
    db.close();
  }
};

const countIn = (path: string): number => {
  try {
    return withDatabase(path, countReadings);
  } catch (error) {
    // One that was damaged before it was backed up is given back as it was.
    if (isDamaged(error)) return 0;
    throw error;
  }
};

const isRunOn = (lock: string): boolean => {
  if (!existsSync(lock)) return false;
  const trial = tryToChange(lock);
  try {
    return trial.run(() => null) === 'held';
  } finally {
    trial.close();
  }
};

/** Throws StoreError `locked` or `taken`, unless a data directory can be put there by one renaming. */
const mustBeFree = async (dir: string, unfinished: string): Promise<void> => {
  if (existsSync(unfinished))
    throw new StoreError('taken', `${unfinished} is left from a restore that was cut off: remove it first`);
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new StoreError('taken', `${dir} is not a directory`);
  if (isRunOn(dataDirectory(dir).lock))
    throw new StoreError('locked', `a gateway is running on ${dir}: stop it, and restore to a new directory`);
  if ((await readdir(dir)).length > 0)
    throw new StoreError('taken', `${dir} is not empty: restore to a new directory`);
  if (found.dev !== statSync(dirname(dir)).dev)
    throw new StoreError('taken', `${dir} is a disk of its own: restore to a new directory on it`);
};

type Owner = { readonly uid: number; readonly gid: number };

/** Whose a directory is that is to be put there: of whoever has the empty one it replaces, else of whoever has the nearest one above. */
const ownerOf = (dir: string): Owner => {
  const { uid, gid } = existsSync(dir) ? statSync(dir) : ownerOf(dirname(dir));
  return { uid, gid };
};

/** Only root can give away, and what root restored would be closed to the gateway's own user. */
const giveAll = async (root: string, { uid, gid }: Owner): Promise<void> => {
  if (process.getuid?.() !== 0) return;
  for (const name of await readdir(root, { recursive: true })) await chown(join(root, name), uid, gid);
  await chown(root, uid, gid);
};

const takeUp = (path: string, { journal }: Manifest): Pick<Restored, 'feed' | 'problem'> =>
  withDatabase(path, (db) => {
    const { last, head, problem } = checkChain(db);
    if ((last ?? 0) !== journal.seq || head !== journal.hash)
      throw new StoreError(
        'damaged',
        `the journal ends with entry ${last ?? 0}, hash ${head}, and not as ${manifestName} says`,
      );
    const feed = randomUUID();
    db.pragma('synchronous = FULL');
    db.prepare("INSERT OR REPLACE INTO meta VALUES ('feed', ?)").run(feed);
    return { feed, problem };
  });

const copyAll = async (
  backup: string,
  manifest: Manifest,
  into: string,
  progress: Progress,
  totalBytes: number,
): Promise<Restored> => {
  const { files } = manifest;
  const folders = new Set(files.map(({ path }) => dirname(path)).filter((folder) => folder !== '.'));
  for (const folder of folders) await mkdir(join(into, folder), { mode: 0o700 });
  for (const { path, size } of files) {
    progress.step(path, totalBytes);
    await copyFile(
      join(backup, path),
      join(into, path),
      constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE,
    );
    await chmod(join(into, path), 0o600);
    await keepTimes(join(backup, path), join(into, path));
    progress.done(size);
  }
  progress.step('checking what was copied', totalBytes);
  const difference = await differs(into, manifest, progress.done);
  if (difference !== null) throw new StoreError('damaged', `the copy is not the same: ${difference}`);
  progress.step('checking the journal', totalBytes);
  const { feed, problem } = takeUp(dataDirectory(into).database, manifest);
  // Opening one that was copied together with its WAL, being damaged, would do away with that.
  const damaged = new Set(files.map(({ path }) => /^(.*)-wal$/.exec(path)?.[1]));
  const readings = files
    .filter(({ path }) => path.endsWith('.db') && !damaged.has(path))
    .reduce((sum, { path }) => sum + countIn(join(into, path)), 0);
  for (const { path } of files) syncToDisk(join(into, path));
  for (const folder of folders) syncToDisk(join(into, folder));
  syncToDisk(into);
  return { at: manifest.at, entries: manifest.journal.seq, readings, feed, problem };
};

/** Puts a backup into `dir`, which must be missing or empty, as a data directory whose feed has a new name; it appears there whole or not at all, after every byte was held against the manifest. Throws StoreError `no-backup`, `damaged`, `locked`, `taken`, and `unusable` where it cannot be written. */
export const restoreBackup = async (backup: string, dir: string, progress: Progress): Promise<Restored> => {
  const unfinished = `${dir}.tmp`;
  await mustBeFree(dir, unfinished);
  const manifest = await readManifest(backup);
  // Read, copied, and what was copied read.
  const totalBytes = 3 * manifest.files.reduce((sum, { size }) => sum + size, 0);
  progress.step('checking the backup', totalBytes);
  const difference = await differs(backup, manifest, progress.done);
  if (difference !== null)
    throw new StoreError('damaged', `the backup is damaged, nothing was restored: ${difference}`);
  try {
    const owner = ownerOf(dir);
    makeDirectory(dirname(dir));
    await mkdir(unfinished, { mode: 0o700 });
    const restored = await copyAll(backup, manifest, unfinished, progress, totalBytes);
    await giveAll(unfinished, owner);
    await rename(unfinished, dir);
    syncToDisk(dirname(dir));
    return restored;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (error instanceof StoreError) throw error;
    throw new StoreError('unusable', `nothing was restored: ${describeError(error)}`, { cause: error });
  }
};
