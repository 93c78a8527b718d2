import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything lies in a data directory: the live database, the lock, the lock that holds the partitions still, the copies made before migrations, the day files of readings. */
export type DataDirectory = {
  readonly root: string;
  readonly database: string;
  readonly lock: string;
  readonly partitionLock: string;
  readonly backups: string;
  readonly readings: string;
};

/** Names the files of a data directory; touches nothing. */
export const dataDirectory = (root: string): DataDirectory => ({
  root,
  database: join(root, 'zhishou.db'),
  lock: join(root, 'lock.db'),
  partitionLock: join(root, 'partitions.lock.db'),
  backups: join(root, 'backups'),
  readings: join(root, 'readings'),
});

/** Makes the directories that are missing; only their owner may look in, because households and phone numbers are kept here. */
export const makeDirectories = (directory: DataDirectory): void => {
  for (const path of [directory.root, directory.backups, directory.readings])
    mkdirSync(path, { recursive: true, mode: 0o700 });
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
