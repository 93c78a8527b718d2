import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { type Chores, makeChores } from './chores.ts';
import { type Committer, makeCommitter } from './commit.ts';
import { describeError, isPassing, needsReopening, openForWriting } from './database.ts';
import { readShipped, type ShippedSoFar } from './influx/cursors.ts';
import type { LogLine } from './log-line.ts';
import type { Parcel } from './parcel.ts';
import { type Changing, tryToChange } from './partition-hold.ts';
import { defaultKeep, makePruner } from './pruner.ts';
import { type Mover, makeMover } from './readings/mover.ts';

/** What the writer thread is started with. Readings measured more than `moveAfterMs` ago are moved to the day files. `shipping` null = nobody ships readings elsewhere. */
export type WriterSetup = {
  readonly database: string;
  readonly readings: string;
  readonly partitionLock: string;
  readonly shipping: string | null;
  readonly moveAfterMs: number;
};

/** What the writer thread is told. */
export type ToWriter = { readonly what: 'parcel'; readonly parcel: Parcel } | { readonly what: 'close' };

/** What the writer thread tells. Times in epoch ms; `fatal` and `closed` are its last word. */
export type FromWriter =
  | { readonly what: 'ready' | 'closed' | 'recovered' }
  | { readonly what: 'committed'; readonly at: number }
  | { readonly what: 'failing'; readonly since: number; readonly error: string }
  | { readonly what: 'fatal'; readonly error: Error }
  | LogLine;

const shortestPauseMs = 100;
const longestPauseMs = 1_000;
/** A chore's bite takes about this long, so that no batch waits longer for one. */
const biteMs = 12;
/** Chores wait until no batch has come for this long, or for this many batches. */
const quietMs = 4;
const batchesPerBite = 16;
const checkpointPages = 1_000;
const failedCheckpointRestMs = 5_000;
/** How long the mover rests while somebody else is at the partitions, and how often it does so before it takes that for a backup, which copies files as they lie. */
const heldRestMs = 25;
const restsBeforeClosing = 40;

/** A connection and everything that is prepared on it. */
type Desk = {
  readonly db: Database.Database;
  readonly committer: Committer;
  readonly mover: Mover;
  readonly partitions: Changing;
  readonly shipped: ShippedSoFar | null;
  readonly chores: Chores;
};

const monotonicMs = (): number => performance.now();

const run = (setup: WriterSetup, tell: (message: FromWriter) => void, hangUp: () => void) => {
  let desk: Desk | null = null;
  let writing = false;
  let closing = false;
  let ended = false;
  let batchesSinceBite = 0;
  let checkpointRestsUntil = 0;
  let choreTimer: NodeJS.Timeout | undefined;

  const unmovedPages = (db: Database.Database, mode: 'NOOP' | 'PASSIVE'): number => {
    const rows = db.pragma(`wal_checkpoint(${mode})`) as readonly {
      readonly log: number;
      readonly checkpointed: number;
    }[];
    return rows.reduce((sum, { log, checkpointed }) => sum + log - checkpointed, 0);
  };

  /** Moves pages from the WAL into the database. Nothing is lost while this fails: what is committed stands in the WAL. */
  const checkpoint = (db: Database.Database): void => {
    if (monotonicMs() < checkpointRestsUntil) return;
    try {
      if (unmovedPages(db, 'NOOP') >= checkpointPages) unmovedPages(db, 'PASSIVE');
    } catch (error) {
      checkpointRestsUntil = monotonicMs() + failedCheckpointRestMs;
      tell({
        what: 'log',
        level: 'warn',
        fields: { error: describeError(error) },
        text: 'a checkpoint failed and will be tried again',
      });
    }
  };

  const openDesk = (): Desk => {
    const db = openForWriting(setup.database, { mustExist: true });
    try {
      const pruner = makePruner(db, defaultKeep);
      const partitions = tryToChange(setup.partitionLock);
      const shipped = setup.shipping === null ? null : readShipped(setup.shipping);
      const mover = makeMover(db, {
        folder: setup.readings,
        monotonicMs,
        shippedUpTo: () => shipped?.live() ?? 0,
        report: (day, error) =>
          tell({
            what: 'log',
            level: 'error',
            fields: { day, error },
            text: 'the day file is damaged; its readings stay in the live database',
          }),
      });
      let rests = 0;
      const chores = makeChores(
        [
          {
            name: 'move readings',
            bite: () => {
              const more = partitions.run(() => mover.bite(Date.now() - setup.moveAfterMs, biteMs));
              rests = more === 'held' ? rests + 1 : 0;
              if (rests === restsBeforeClosing) mover.close();
              return more === 'held' ? heldRestMs : more;
            },
            restMs: Math.max(20, setup.moveAfterMs / 2),
          },
          { name: 'prune changes', bite: () => pruner.changes(Date.now()), restMs: 60_000 },
          { name: 'prune message ids', bite: () => pruner.messageIds(Date.now()), restMs: 60_000 },
          { name: 'prune quarantine', bite: () => pruner.quarantine(), restMs: 60_000 },
        ],
        {
          monotonicMs,
          failed: (chore, error) =>
            tell({
              what: 'log',
              level: 'warn',
              fields: { chore, error: describeError(error) },
              text: 'a chore of the store failed and will be tried again',
            }),
        },
      );
      const committer = makeCommitter(db, shipped?.live() ?? null);
      return { db, committer, mover, partitions, shipped, chores };
    } catch (error) {
      db.close();
      throw error;
    }
  };

  const closeDesk = (): void => {
    const closed = desk;
    desk = null;
    try {
      closed?.mover.close();
    } finally {
      closed?.partitions.close();
      closed?.shipped?.close();
      closed?.db.close();
    }
  };

  const fail = (error: unknown): void => {
    ended = true;
    clearTimeout(choreTimer);
    tell({ what: 'fatal', error: error instanceof Error ? error : new Error(String(error)) });
    hangUp();
  };

  const doChores = (): void => {
    if (desk === null || writing || ended) return;
    batchesSinceBite = 0;
    const nextMs = desk.chores.run();
    checkpoint(desk.db);
    clearTimeout(choreTimer);
    choreTimer = setTimeout(doChores, Math.min(Math.max(quietMs, nextMs), 60_000));
  };

  const afterBatch = (): void => {
    batchesSinceBite += 1;
    clearTimeout(choreTimer);
    // The answer goes out first, so that it waits for none of this.
    setImmediate(() => {
      if (desk === null || writing || ended) return;
      checkpoint(desk.db);
      if (batchesSinceBite >= batchesPerBite) doChores();
      else choreTimer = setTimeout(doChores, quietMs);
    });
  };

  /** One attempt; answers the time that the committed rows carry. */
  const attempt = (parcel: Parcel, headBefore: number): number => {
    desk ??= openDesk();
    const head = desk.committer.head();
    // A commit whose last sync failed may be found whole on the disk once the database is opened again.
    if (head.seq > headBefore && head.seq === parcel.entries.at(-1)?.seq) return head.committedAt;
    const now = Date.now();
    desk.committer.commit(parcel, now);
    return now;
  };

  const end = (): void => {
    ended = true;
    clearTimeout(choreTimer);
    try {
      closeDesk();
    } catch (error) {
      tell({
        what: 'log',
        level: 'warn',
        fields: { error: describeError(error) },
        text: 'the database did not close cleanly',
      });
    }
    tell({ what: 'closed' });
    hangUp();
  };

  const settle = (at: number, failedBefore: boolean): void => {
    writing = false;
    if (failedBefore) tell({ what: 'recovered' });
    tell({ what: 'committed', at });
    if (closing) end();
    else afterBatch();
  };

  const write = (parcel: Parcel, headBefore: number, pauseMs: number): void => {
    try {
      settle(attempt(parcel, headBefore), pauseMs > 0);
    } catch (error) {
      if (!isPassing(error)) {
        fail(error);
        return;
      }
      if (pauseMs === 0) tell({ what: 'failing', since: Date.now(), error: describeError(error) });
      if (needsReopening(error)) {
        try {
          closeDesk();
        } catch {
          // What matters of this failure is told already, and the connection is given up either way.
        }
      }
      const nextPauseMs = Math.min(Math.max(shortestPauseMs, pauseMs * 2), longestPauseMs);
      setTimeout(() => write(parcel, headBefore, nextPauseMs), nextPauseMs);
    }
  };

  desk = openDesk();
  tell({ what: 'ready' });
  doChores();

  return (message: ToWriter): void => {
    if (ended) return;
    if (message.what === 'close') {
      closing = true;
      if (!writing) end();
      return;
    }
    writing = true;
    write(message.parcel, desk?.committer.head().seq ?? Number.POSITIVE_INFINITY, 0);
  };
};

const port = parentPort;
if (port !== null) {
  const receive = run(
    workerData as WriterSetup,
    (message) => port.postMessage(message),
    () => port.close(),
  );
  port.on('message', receive);
}
