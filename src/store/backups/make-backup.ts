import { constants, existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { checkChain } from '../chain.ts';
import { countOf } from '../count-of.ts';
import { type DataDirectory, keepTimes, makeDirectory, syncToDisk } from '../data-directory.ts';
import { describeError, isDamaged, openForReading } from '../database.ts';
import { nameAnother } from '../find-data.ts';
import { holdPartitions } from '../partition-hold.ts';
import { StoreError } from '../store-error.ts';
import { type BackupFile, hashFile, type Manifest, readManifest, writeManifest } from './manifest.ts';
import type { Progress } from './progress.ts';
import { findRecordings } from './recordings.ts';
import { backupName, removeUnfinished, rotate, unfinishedName, wholeBackups } from './rotation.ts';

/** How a backup is made: `program` is the version that makes it, `now` the time it bears (epoch ms); `warn` hears of what it could only copy as damaged as it is. */
export type Making = {
  readonly program: string;
  readonly now: number;
  readonly progress: Progress;
  readonly warn: (line: string) => void;
};

/** The folders of which every `*.db` is a partition: changed by nobody who does not hold the partitions. */
const partitionFolders = ['readings', 'aggregates'];
/** Databases of their own beside the live one. Copied before it, so that none of them is ahead of the record: what counts how far somebody has come must not count what the backup has not got. */
const otherDatabases = ['shipping.db'];

const isCompanion = /\.db(?:-wal|-shm|-journal)?$|\.(?:tmp|unfinished)$/;

/** A file to be copied, by its path in the data directory, which is also that in the backup. */
type Item = { readonly path: string; readonly kind: 'database' | 'partition' | 'plain' };

const itemsOf = (data: DataDirectory): readonly Item[] => {
  const found: Item[] = [];
  const live = relative(data.root, data.database);
  for (const path of [...otherDatabases, live])
    if (existsSync(join(data.root, path))) found.push({ path, kind: 'database' });
  for (const folder of partitionFolders)
    if (existsSync(join(data.root, folder)))
      for (const name of readdirSync(join(data.root, folder)).sort())
        if (name.endsWith('.db')) found.push({ path: join(folder, name), kind: 'partition' });
  for (const entry of readdirSync(data.root, { withFileTypes: true }))
    if (entry.isFile() && !isCompanion.test(entry.name) && join(data.root, entry.name) !== data.firstPassword)
      found.push({ path: entry.name, kind: 'plain' });
  return found;
};

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Copies a database as it stands at one moment, whatever is written to it meanwhile. */
const copyMoment = (from: string, to: string): void => {
  const db = openForReading(from);
  try {
    db.prepare('VACUUM INTO ?').run(to);
  } finally {
    db.close();
  }
};

const copyAsItLies = (from: string, to: string): Promise<void> =>
  copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);

/** An earlier backup whose unchanged partitions need not be copied again. */
type Earlier = { readonly directory: string; readonly files: ReadonlyMap<string, BackupFile> };

const openEarlier = async (directory: string | null): Promise<Earlier | null> =>
  directory === null
    ? null
    : {
        directory,
        files: new Map((await readManifest(directory)).files.map((file) => [file.path, file])),
      };

type Copying = Making & {
  readonly data: DataDirectory;
  readonly into: string;
  readonly earlier: Earlier | null;
  readonly totalBytes: number;
};

/** Takes a partition over from an earlier backup as one file with two names; null where it is not the same, not sound any more, or lies on another disk. */
const takeOver = async (
  path: string,
  source: NonNullable<BackupFile['source']>,
  { earlier, into, progress }: Copying,
): Promise<BackupFile | null> => {
  const known = earlier?.files.get(path);
  if (earlier === null || known?.source === undefined) return null;
  if (known.source.size !== source.size || known.source.changedAtNs !== source.changedAtNs) return null;
  const target = join(into, path);
  try {
    await link(join(earlier.directory, path), target);
  } catch {
    return null;
  }
  if ((await hashFile(target, progress.done)) === known.sha256) return known;
  await rm(target);
  return null;
};

const finish = async (path: string, { into, progress }: Copying): Promise<BackupFile> => {
  const target = join(into, path);
  await chmod(target, 0o600);
  syncToDisk(target);
  const sha256 = await hashFile(target, progress.done);
  return { path, size: sizeOf(target), sha256 };
};

/** Copies a file byte by byte, or takes it over from the earlier backup where it has not changed since. */
const copyBytes = async (path: string, copying: Copying): Promise<BackupFile> => {
  const from = join(copying.data.root, path);
  const { size, mtimeNs } = await stat(from, { bigint: true });
  const source = { size: Number(size), changedAtNs: String(mtimeNs) };
  const taken = await takeOver(path, source, copying);
  if (taken !== null) return taken;
  const to = join(copying.into, path);
  await copyAsItLies(from, to);
  const file = await finish(path, copying);
  await keepTimes(from, to);
  return { ...file, source };
};

/** Copies the recordings of the calls that the copied record knows; one that is being made comes as far as it has got. */
const copyRecordings = async (copying: Copying): Promise<readonly BackupFile[]> => {
  const { data, into, warn, progress } = copying;
  const folder = relative(data.root, data.recordings);
  const found = findRecordings(data.recordings, join(into, relative(data.root, data.database)));
  for (const name of found.strange)
    warn(`${join(folder, name)} is of no call in this backup and is left out`);
  if (found.gone > 0)
    warn(
      `${countOf(found.gone, 'call was', 'calls were')} recorded and no recording is left: it reached its age, or is lost`,
    );
  if (found.files.length === 0) return [];
  progress.step(folder, copying.totalBytes);
  await mkdir(join(into, folder), { mode: 0o700 });
  const files: BackupFile[] = [];
  for (const name of found.files) {
    const path = join(folder, name);
    const bytes = sizeOf(join(data.root, path));
    try {
      files.push(await copyBytes(path, copying));
    } catch (error) {
      if (existsSync(join(data.root, path))) throw error;
      await rm(join(into, path), { force: true });
      warn(`${path} is gone meanwhile and is left out`);
    }
    progress.done(bytes);
  }
  syncToDisk(join(into, folder));
  return files;
};

const copyPartition = async (path: string, copying: Copying): Promise<readonly BackupFile[]> => {
  const from = join(copying.data.root, path);
  const to = join(copying.into, path);
  // Without anything in a WAL nothing changes the file while the partitions are held: it need not be opened.
  if (sizeOf(`${from}-wal`) === 0) return [await copyBytes(path, copying)];
  try {
    copyMoment(from, to);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    copying.warn(`${path} is damaged (${describeError(error)}) and is copied as it is`);
    await rm(to, { force: true });
    await copyAsItLies(from, to);
    await copyAsItLies(`${from}-wal`, `${to}-wal`);
    return [await finish(path, copying), await finish(`${path}-wal`, copying)];
  }
  return [await finish(path, copying)];
};

const copyItem = async ({ path, kind }: Item, copying: Copying): Promise<readonly BackupFile[]> => {
  const { data, into, progress, totalBytes } = copying;
  const from = join(data.root, path);
  progress.step(path, totalBytes);
  const bytes = sizeOf(from);
  if (kind === 'partition') {
    const made = await copyPartition(path, copying);
    progress.done(bytes);
    return made;
  }
  if (kind === 'database') copyMoment(from, join(into, path));
  else await copyAsItLies(from, join(into, path));
  progress.done(bytes);
  return [await finish(path, copying)];
};

const recordIn = (path: string): Pick<Manifest, 'feed' | 'journal'> => {
  const db = openForReading(path);
  try {
    const { last, head, problem } = checkChain(db);
    const meta = db.prepare<[], string>("SELECT value FROM meta WHERE key = 'feed'").pluck();
    const first = db.prepare<[], string>('SELECT lower(hex(hash)) FROM journal ORDER BY seq LIMIT 1').pluck();
    return {
      feed: String(meta.get() ?? ''),
      journal: { seq: last ?? 0, hash: head, first: first.get() ?? null, problem },
    };
  } finally {
    db.close();
  }
};

/** Copies everything into a directory that is empty; whoever calls holds the partitions. */
const copyAll = async (
  data: DataDirectory,
  into: string,
  since: string | null,
  making: Making,
): Promise<Manifest> => {
  const earlier = await openEarlier(since);
  const items = itemsOf(data);
  // Every byte is copied and then read again.
  const sounds = existsSync(data.recordings) ? readdirSync(data.recordings) : [];
  const paths = [
    ...items.map(({ path }) => join(data.root, path)),
    ...sounds.map((name) => join(data.recordings, name)),
  ];
  const totalBytes = 2 * paths.reduce((sum, path) => sum + sizeOf(path), 0);
  const copying: Copying = { ...making, data, into, earlier, totalBytes };
  const files: BackupFile[] = [];
  const folders = new Set(items.map(({ path }) => dirname(path)).filter((folder) => folder !== '.'));
  for (const folder of folders) await mkdir(join(into, folder), { mode: 0o700 });
  for (const item of items) files.push(...(await copyItem(item, copying)));
  // After the record, so that none is missing of a call that it says was recorded.
  files.push(...(await copyRecordings(copying)));
  for (const folder of folders) syncToDisk(join(into, folder));
  making.progress.step('checking the journal', totalBytes);
  const record = recordIn(join(into, relative(data.root, data.database)));
  const manifest = { program: making.program, at: making.now, ...record, files };
  writeManifest(into, manifest);
  syncToDisk(dirname(into));
  return readManifest(into);
};

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'SQLITE_FULL');

const asRefusal = (error: unknown, into: string): StoreError => {
  if (error instanceof StoreError) return error;
  const why = isDiskFull(error) ? `the disk of ${into} is full` : describeError(error);
  return new StoreError('unusable', `the backup could not be made: ${why}`, { cause: error });
};

/** Makes the directory where it is missing; answers whether it did. Throws StoreError `taken`. */
const claim = async (into: string): Promise<boolean> => {
  const made = !existsSync(into);
  if (made) makeDirectory(into);
  if (!statSync(into).isDirectory()) throw new StoreError('taken', `${into} is not a directory`);
  if ((await readdir(into)).length > 0)
    throw new StoreError('taken', `${into} is not empty: a backup goes into a directory of its own`);
  await chmod(into, 0o700);
  return made;
};

const whileHeld = async <T>(data: DataDirectory, into: string, work: () => Promise<T>): Promise<T> => {
  if (!existsSync(data.database))
    throw new StoreError('no-data', `there is no database in ${data.root}; ${nameAnother}`);
  const hold = holdPartitions(data.partitionLock);
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error, into);
  } finally {
    hold.release();
  }
};

const copyInto = async (
  data: DataDirectory,
  into: string,
  since: string | null,
  making: Making,
): Promise<Manifest> => {
  const made = await claim(into);
  try {
    return await copyAll(data, into, since, making);
  } catch (error) {
    // Nothing was there before us, and what is half a backup only takes room.
    for (const name of await readdir(into)) await rm(join(into, name), { recursive: true, force: true });
    if (made) await rm(into, { recursive: true, force: true });
    throw error;
  }
};

/** Makes a backup of a data directory in `into`, which must be missing or empty, also while a gateway runs on it: all of it as it was at one moment. Partitions that did not change since the backup `since` share their file with it. Whatever fails, nothing of it is left. Must have a process of its own: a file that is copied here must not be open in it as a database. Throws StoreError. */
export const makeBackup = (
  data: DataDirectory,
  into: string,
  since: string | null,
  making: Making,
): Promise<Manifest> => whileHeld(data, into, () => copyInto(data, into, since, making));

/** A backup that was made in a folder of them, and what it took the place of. */
export type Rotated = {
  readonly path: string;
  readonly manifest: Manifest;
  readonly removed: readonly string[];
};

/** Makes a backup in a folder of backups, under a name that says when, and then removes the oldest so that `keep` of this record are left; where the record itself is not whole none is removed. Otherwise as `makeBackup`. */
export const makeRotatedBackup = (
  data: DataDirectory,
  folder: string,
  keep: number,
  making: Making,
): Promise<Rotated> =>
  whileHeld(data, folder, async () => {
    makeDirectory(folder);
    await removeUnfinished(folder);
    const earlier = (await wholeBackups(folder)).at(-1)?.path ?? null;
    const path = join(folder, backupName(making.now));
    if (existsSync(path)) throw new StoreError('taken', `${path} is there already`);
    const unfinished = join(folder, unfinishedName(making.now));
    const manifest = await copyInto(data, unfinished, earlier, making);
    await rename(unfinished, path);
    syncToDisk(folder);
    const removed = manifest.journal.problem === null ? await rotate(folder, keep, manifest) : [];
    return { path, manifest, removed };
  });
