import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Archive, Journal, MessageIds, StoredState, StoreHealth, TryOuts } from '../gateway/ports.ts';
import { createArchive } from './archive.ts';
import { manifestName } from './backups/manifest.ts';
import { type DataDirectory, dataDirectory, makeDirectories } from './data-directory.ts';
import { describeError, openForWriting } from './database.ts';
import { createJournal } from './journal.ts';
import { lockDirectory } from './lock.ts';
import { openMessageIds } from './message-ids.ts';
import { migrate, programMigrations } from './migrate.ts';
import type { NewSeries } from './parcel.ts';
import { readState } from './state.ts';
import { StoreError } from './store-error.ts';
import { createTryOuts } from './try-out.ts';

/** How the store is to run; `moveReadingsAfterMs` is the age at which readings go to the day files. */
export type StoreOptions = {
  readonly dir: string;
  readonly log: Logger;
  readonly version: string;
  readonly moveReadingsAfterMs?: number;
  /** The store began to fail, or recovered. */
  readonly onHealth: (health: StoreHealth) => void;
  /** An error that trying again cannot mend; nothing is written after it. */
  readonly onFatal: (error: Error) => void;
};

/** Everything that is kept. */
export type Store = {
  readonly state: StoredState;
  readonly journal: Journal;
  readonly archive: Archive;
  readonly tryOuts: TryOuts;
  readonly messageIds: MessageIds;
  /** Waits for the batch in flight, 3 s at most, and lets go of the directory. */
  readonly close: () => Promise<void>;
};

const defaultMoveAfterMs = 600_000;

type Loaded = { readonly state: StoredState; readonly series: readonly NewSeries[] };

const load = (directory: DataDirectory, { log, version }: StoreOptions): Loaded => {
  const db = openForWriting(directory.database, { mustExist: false });
  try {
    const { applied, backup } = migrate(db, {
      backups: directory.backups,
      migrations: programMigrations(),
      now: Date.now(),
    });
    if (applied.length > 0) log.info({ applied, backup, version }, 'the database was migrated');
    return {
      state: readState(db),
      series: db
        .prepare<[], [number, string, string]>('SELECT number, device, measurement FROM series')
        .raw()
        .all(),
    };
  } finally {
    db.close();
  }
};

const start = async (directory: DataDirectory, options: StoreOptions): Promise<Store> => {
  const { state, series } = load(directory, options);
  const journal = await createJournal(
    {
      database: directory.database,
      readings: directory.readings,
      partitionLock: directory.partitionLock,
      moveAfterMs: options.moveReadingsAfterMs ?? defaultMoveAfterMs,
    },
    series,
    options,
  );
  const messageIds = openMessageIds(directory.database, options.log);
  const archive = createArchive(directory, options.log);
  const tryOuts = createTryOuts(directory);
  return {
    state,
    journal: journal.journal,
    archive: archive.archive,
    tryOuts: tryOuts.tryOuts,
    messageIds,
    close: async () => {
      // Readers first, so that the writer is the last to leave and the database closes as one whole file.
      await tryOuts.close();
      await archive.close();
      messageIds.close();
      await journal.close();
    },
  };
};

/** Opens the store: locks the directory, migrates, loads what the core goes on from, and starts the writer and the reader. Throws StoreError `locked`, `newer-than-program` or `unusable`. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const directory = dataDirectory(options.dir);
  // Whatever ran on a backup would change it, and the others that share files with it.
  if (existsSync(join(directory.root, manifestName)))
    throw new StoreError('unusable', `${directory.root} is a backup: restore it to a directory of its own`);
  const unusable = (error: unknown): StoreError =>
    error instanceof StoreError
      ? error
      : new StoreError('unusable', `cannot use ${directory.root}: ${describeError(error)}`, { cause: error });
  try {
    makeDirectories(directory);
  } catch (error) {
    throw unusable(error);
  }
  const lock = lockDirectory(directory.lock, directory.root);
  try {
    const store = await start(directory, options);
    let closing: Promise<void> | null = null;
    return {
      ...store,
      close: () => {
        closing ??= store.close().finally(lock.release);
        return closing;
      },
    };
  } catch (error) {
    lock.release();
    throw unusable(error);
  }
};
