import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import type { Logger } from 'pino';
import type {
  Archive,
  DeviceRecord,
  DeviceState,
  Journal,
  MessageIds,
  Rows,
  StoredState,
  StoreHealth,
} from '../gateway/ports.ts';
import { createArchive } from './archive.ts';
import { readHead } from './commit.ts';
import { dataDirectory, makeDirectories } from './data-directory.ts';
import { describeError, openForReading, openForWriting } from './database.ts';
import { lockDirectory } from './lock.ts';
import { migrate, programMigrations } from './migrate.ts';
import { makeSeriesBook, type NewSeries, pack } from './parcel.ts';
import { StoreError } from './store-error.ts';
import { tables } from './tables.ts';
import type { FromWriter, ToWriter, WriterSetup } from './writer.ts';

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
  readonly messageIds: MessageIds;
  /** Waits for the batch in flight, 3 s at most, and lets go of the directory. */
  readonly close: () => Promise<void>;
};

const defaultMoveAfterMs = 600_000;
const closeWithinMs = 3_000;

const bodies = <K extends keyof Rows>(db: Database.Database, kind: K, where = ''): Rows[K][] =>
  db
    .prepare<[], string>(`SELECT body FROM ${tables[kind]} ${where}`)
    .pluck()
    .all()
    .map((text) => JSON.parse(text) as Rows[K]);

const byId = <K extends keyof Rows>(db: Database.Database, kind: K): Map<string, Rows[K]> =>
  new Map(
    db
      .prepare<[], { id: string; body: string }>(`SELECT id, body FROM ${tables[kind]}`)
      .all()
      .map(({ id, body }) => [id, JSON.parse(body) as Rows[K]]),
  );

const feedOf = (db: Database.Database): string => {
  db.prepare("INSERT OR IGNORE INTO meta VALUES ('feed', ?)").run(randomUUID());
  return String(db.prepare("SELECT value FROM meta WHERE key = 'feed'").pluck().get());
};

const readState = (db: Database.Database): StoredState => ({
  seq: readHead(db).seq,
  feed: feedOf(db),
  devices: bodies(db, 'device') as DeviceRecord[],
  deviceStates: byId(db, 'device-state') as Map<string, DeviceState>,
  households: bodies(db, 'household'),
  alerts: bodies(db, 'alert', 'WHERE open = 1 ORDER BY id'),
  delays: bodies(db, 'delay'),
  commands: bodies(db, 'command', 'WHERE waiting = 1 ORDER BY id'),
  users: bodies(db, 'user'),
  sessions: bodies(db, 'session'),
  facts: byId(db, 'fact'),
});

const openMessageIds = (path: string): MessageIds & { readonly close: () => void } => {
  const db = openForReading(path);
  const find = db.prepare<[string, string], { ordinal: number; at: number }>(
    'SELECT ordinal, at FROM message_id WHERE device = ? AND id = ?',
  );
  const last = db
    .prepare<[string], number | null>('SELECT max(ordinal) FROM message_id WHERE device = ?')
    .pluck();
  return {
    find: (device, id) => find.get(device, id) ?? null,
    last: (device) => last.get(device) ?? 0,
    close: () => db.close(),
  };
};

/** Opens the store: locks the directory, migrates, loads what the core goes on from, and starts the writer and the reader. Throws StoreError `locked`, `newer-than-program` or `unusable`. */
export const openStore = async (options: StoreOptions): Promise<Store> => {
  const directory = dataDirectory(options.dir);
  const { log } = options;
  try {
    makeDirectories(directory);
  } catch (error) {
    throw new StoreError('unusable', `cannot use ${directory.root}: ${describeError(error)}`, {
      cause: error,
    });
  }
  const lock = lockDirectory(directory.lock, directory.root);
  let state: StoredState;
  let series: NewSeries[];
  try {
    const db = openForWriting(directory.database, { mustExist: false });
    try {
      const { applied, backup } = migrate(db, {
        backups: directory.backups,
        migrations: programMigrations(),
        now: Date.now(),
      });
      if (applied.length > 0) log.info({ applied, backup }, 'the database was migrated');
      state = readState(db);
      series = db
        .prepare<[], [number, string, string]>('SELECT number, device, measurement FROM series')
        .raw()
        .all();
    } finally {
      db.close();
    }
  } catch (error) {
    lock.release();
    if (error instanceof StoreError) throw error;
    throw new StoreError('unusable', `cannot open ${directory.database}: ${describeError(error)}`, {
      cause: error,
    });
  }

  const setup: WriterSetup = {
    database: directory.database,
    readings: directory.readings,
    moveAfterMs: options.moveReadingsAfterMs ?? defaultMoveAfterMs,
  };
  const writer = new Worker(new URL('./writer.ts', import.meta.url), { workerData: setup });
  const book = makeSeriesBook(series);
  let waiting: ((at: number) => void) | null = null;
  let closed = false;
  let ended = (): void => undefined;
  const whenEnded = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const tell = (message: ToWriter, transfer: ArrayBuffer[] = []): void =>
    writer.postMessage(message, transfer);

  const fatal = (error: Error): void => {
    if (closed) return;
    closed = true;
    options.onFatal(error);
  };
  const ready = new Promise<void>((resolve, reject) => {
    writer.on('message', (message: FromWriter) => {
      switch (message.what) {
        case 'ready':
          resolve();
          return;
        case 'committed': {
          const done = waiting;
          waiting = null;
          done?.(message.at);
          return;
        }
        case 'failing':
          log.error({ error: message.error }, 'the store cannot commit, trying again');
          options.onHealth({ ok: false, since: message.since, error: message.error });
          return;
        case 'recovered':
          log.info('the store commits again');
          options.onHealth({ ok: true });
          return;
        case 'fatal':
          fatal(message.error);
          return;
        case 'log':
          log[message.level](message.fields, message.text);
          return;
        case 'closed':
          ended();
          return;
      }
    });
    writer.on('error', (error) => {
      reject(error);
      fatal(error instanceof Error ? error : new Error(String(error)));
    });
    writer.on('exit', () => {
      ended();
      if (!closed) fatal(new Error('the writer thread ended'));
    });
  });
  await ready;
  const archive = createArchive(directory, log);
  const messageIds = openMessageIds(directory.database);

  return {
    state,
    archive: archive.archive,
    messageIds,
    journal: {
      write: (batch, committed) => {
        if (closed) return;
        if (waiting !== null) throw new Error('a batch was handed in before the last one was committed');
        waiting = committed;
        const parcel = pack(batch, book);
        tell({ what: 'parcel', parcel }, [parcel.numbers.buffer]);
      },
    },
    close: async () => {
      if (closed) return;
      closed = true;
      tell({ what: 'close' });
      const late = new Promise<void>((resolve) => setTimeout(resolve, closeWithinMs).unref());
      await Promise.race([whenEnded, late]);
      await writer.terminate();
      await archive.close();
      messageIds.close();
      lock.release();
    },
  };
};
