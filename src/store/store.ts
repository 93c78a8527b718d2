import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Archive, Journal, MessageIds, StoredState, StoreHealth, TryOuts } from '../gateway/ports.ts';
import { createArchive } from './archive.ts';
import { manifestName } from './backups/manifest.ts';
import { closeToOthers, type DataDirectory, dataDirectory, makeDirectories } from './data-directory.ts';
import { describeError, openForWriting } from './database.ts';
import { withOlderReadings } from './influx/older-readings.ts';
import type { ShipStatus } from './influx/ship.ts';
import { usualTimes } from './influx/shipper.ts';
import type { ShipperThreadSetup } from './influx/shipper-thread.ts';
import { startShipping } from './influx/shipping.ts';
import type { InfluxTarget } from './influx/target.ts';
import { createJournal } from './journal.ts';
import { lockDirectory } from './lock.ts';
import { openMessageIds } from './message-ids.ts';
import { migrate, programMigrations } from './migrate.ts';
import type { NewSeries } from './parcel.ts';
import { defaultKeepReadings, type KeepReadings } from './readings/keep.ts';
import { startKeeper } from './readings/keeping.ts';
import { recordedSince } from './readings/points.ts';
import { upgradeDayFiles } from './readings/upgrade.ts';
import { readState } from './state.ts';
import { StoreError } from './store-error.ts';
import { createTryOuts } from './try-out.ts';

/** Where readings are shipped to, how long they are to be kept there where we may say so (days, 0 = for ever), and how many a second may be sent of what was owed from before. */
export type ShipTo = {
  readonly target: InfluxTarget;
  readonly keepDays: number;
  readonly backFillPerSecond: number;
};

/** How the store is to run; `moveReadingsAfterMs` is the age at which readings go to the day files. */
export type StoreOptions = {
  readonly dir: string;
  readonly log: Logger;
  readonly version: string;
  readonly moveReadingsAfterMs?: number;
  /** How long readings are kept; left out = 30 days exact, three years as minutes and hours. */
  readonly keep?: KeepReadings;
  /** Bytes that the directory may use; null = the whole disk. */
  readonly diskBudgetBytes?: number | null;
  /** The store began to fail, or recovered. */
  readonly onHealth: (health: StoreHealth) => void;
  /** Null = readings are shipped nowhere. */
  readonly influx?: ShipTo | null;
  /** The disk was measured: a note where it is nearly full, null where there is room. */
  readonly onDisk?: (note: string | null) => void;
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
  /** How shipping to InfluxDB is; null = nothing is shipped. */
  readonly shipping: () => ShipStatus | null;
  /** Waits for the batch in flight, 3 s at most, and lets go of the directory. */
  readonly close: () => Promise<void>;
};

const defaultMoveAfterMs = 600_000;
/** Most late readings have come so long after the end of a day. */
const closeDaysAfterMs = 3_600_000;

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
  const influx = options.influx ?? null;
  const upgraded = upgradeDayFiles(directory.readings, {
    report: (day, error) =>
      options.log.error(
        { day, error },
        'a day file of an earlier program cannot be taken over and stays as it is',
      ),
  });
  if (upgraded.length > 0)
    options.log.info({ days: upgraded }, 'day files of an earlier program were written anew');
  const journal = await createJournal(
    {
      database: directory.database,
      readings: directory.readings,
      partitionLock: directory.partitionLock,
      shipping: influx === null ? null : directory.shipping,
      moveAfterMs: options.moveReadingsAfterMs ?? defaultMoveAfterMs,
    },
    series,
    options,
  );
  const messageIds = openMessageIds(directory.database, options.log);
  const archive = createArchive(directory, options.log);
  const keeper = startKeeper(
    {
      root: directory.root,
      folders: { readings: directory.readings, aggregates: directory.aggregates },
      hold: directory.partitionLock,
      shipping: influx === null ? null : directory.shipping,
      keep: options.keep ?? defaultKeepReadings,
      budgetBytes: options.diskBudgetBytes ?? null,
      closeAfterMs: closeDaysAfterMs,
    },
    { log: options.log, onDisk: options.onDisk ?? (() => undefined) },
  );
  const tryOuts = createTryOuts(directory);
  const shipping =
    influx === null
      ? null
      : startShipping(
          new URL('./influx/shipper-thread.ts', import.meta.url),
          {
            ...influx,
            ...usualTimes,
            refused: join(directory.root, 'influx-refused.ndjson'),
            hours: join(directory.root, 'influx-owed-hours.json'),
            database: directory.database,
            readings: directory.readings,
            shipping: directory.shipping,
          } satisfies ShipperThreadSetup,
          options.log,
        );
  return {
    state,
    journal: journal.journal,
    archive:
      shipping === null
        ? archive.archive
        : withOlderReadings(
            archive.archive,
            shipping,
            () => recordedSince(directory, Date.now()),
            options.log,
          ),
    tryOuts: tryOuts.tryOuts,
    messageIds,
    shipping: () => shipping?.status() ?? null,
    close: async () => {
      // Readers first, so that the writer is the last to leave and the database closes as one whole file.
      await Promise.all([tryOuts.close(), shipping?.close()]);
      await archive.close();
      await keeper.close();
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
    closeToOthers(directory);
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
