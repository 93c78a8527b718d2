import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where everything lies in a data directory: the live database, the lock, the lock that holds the partitions still, the copies made before migrations, the day files of readings, the month files of aggregates, how far readings have been shipped, the recordings of calls, the first password of admin where it was not printed. */
export type DataDirectory = {
  readonly root: string;
  readonly database: string;
  readonly lock: string;
  readonly partitionLock: string;
  readonly backups: string;
  readonly readings: string;
  readonly aggregates: string;
  readonly shipping: string;
  readonly recordings: string;
  readonly firstPassword: string;
};

/** Names the files of a data directory; touches nothing. */
export const dataDirectory = (root: string): DataDirectory => ({
  root,
  database: join(root, 'zhishou.db'),
  lock: join(root, 'lock.db'),
  partitionLock: join(root, 'partitions.lock.db'),
  backups: join(root, 'backups'),
  readings: join(root, 'readings'),
  aggregates: join(root, 'aggregates'),
  shipping: join(root, 'shipping.db'),
  recordings: join(root, 'recordings'),
  firstPassword: join(root, 'first-password'),
});

/** Makes the directories that are missing; only their owner may look in, because households and phone numbers are kept here. */
export const makeDirectories = (directory: DataDirectory): void => {
  for (const path of [directory.root, directory.backups, directory.readings, directory.aggregates])
    makeDirectory(path);
};

/** Takes the database from the eyes of others where an earlier start left it open to them: the directory may be one that somebody else made. */
export const closeToOthers = ({ database }: DataDirectory): void => {
  for (const path of [database, `${database}-wal`, `${database}-shm`])
    if (existsSync(path) && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
};

/** Makes a directory into which only its owner may look, and what is missing above it. Throws the system's error. Step by step: Node's own recursive making never comes to an end below /proc. */
export const makeDirectory = (path: string): void => {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have been faster.
    if (!existsSync(path)) throw error;
  }
};

/** Forces a file, or the names in a directory, to the disk. */
export const syncToDisk = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Gives a copy the time at which its original was last written to, by which a recording is known to have reached its age. */
export const keepTimes = async (original: string, copy: string): Promise<void> => {
  const { atime, mtime } = await stat(original);
  await utimes(copy, atime, mtime);
};
