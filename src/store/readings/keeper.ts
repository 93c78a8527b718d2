import { parentPort, workerData } from 'node:worker_threads';
import { makeChores } from '../chores.ts';
import { describeError } from '../database.ts';
import { readShipped } from '../influx/cursors.ts';
import type { LogLine } from '../log-line.ts';
import { tryToChange } from '../partition-hold.ts';
import { giveWay } from '../priority.ts';
import { makeCloser } from './closer.ts';
import { type DiskUse, dropMonths, dropTooOld, type KeepReadings, makeRoom, measureDisk } from './keep.ts';
import type { PartitionFolders } from './points.ts';

/** What the keeper thread is started with. `budgetBytes` null = the whole disk; `shipping` null = nobody ships readings. */
export type KeeperSetup = {
  readonly root: string;
  readonly folders: PartitionFolders;
  readonly hold: string;
  readonly shipping: string | null;
  readonly keep: KeepReadings;
  readonly budgetBytes: number | null;
  readonly closeAfterMs: number;
};

/** What the keeper thread tells. `gaveWay` = the days whose exact readings were dropped for want of room. */
export type FromKeeper =
  | { readonly what: 'disk'; readonly use: DiskUse; readonly gaveWay: readonly string[] }
  | LogLine;

/** A bite is short, because readings are not moved meanwhile; the rests between them leave both cores to others. */
const biteMs = 40;
const restMs = 60;
const roundMs = 60_000;
/** So long it rests while somebody else is at the partitions, and so often before it takes that for a backup, which copies files as they lie. */
const heldMs = 50;
const restsBeforeClosing = 20;
/** The start belongs to those who wait for it. */
const firstMs = 1_000;

const run = (setup: KeeperSetup, tell: (message: FromKeeper) => void): (() => void) => {
  const { folders, keep, root } = setup;
  const shipped = setup.shipping === null ? null : readShipped(setup.shipping);
  const door = tryToChange(setup.hold);
  let timer: NodeJS.Timeout | undefined;
  const log = (
    level: 'info' | 'warn' | 'error',
    fields: Readonly<Record<string, unknown>>,
    text: string,
  ): void => tell({ what: 'log', level, fields, text });

  const closer = makeCloser({
    folders,
    afterMs: setup.closeAfterMs,
    monotonicMs: () => performance.now(),
    shipped: (day) => shipped?.day(day) ?? 0,
    report: (day, error) =>
      log(
        'error',
        { day, error },
        'a day stays as it is because its file, or that of its aggregates, is damaged',
      ),
  });

  const shippedOf = (day: string): number | null => shipped?.day(day) ?? null;

  const dropOld = (): boolean => {
    // A file that is dropped must not be open here: closing it later would remove the WAL of its successor.
    closer.close();
    for (const path of dropMonths(folders, keep, Date.now()))
      log('info', { path }, 'aggregates that are no longer kept were dropped');
    const day = dropTooOld(folders.readings, keep, Date.now(), shippedOf);
    if (day === null) return false;
    log('info', { day }, 'exact readings that are no longer kept were dropped');
    return true;
  };

  const keepToBudget = (): boolean => {
    closer.close();
    const { use, gaveWay, unshipped } = makeRoom(folders.readings, Date.now(), shippedOf, () =>
      measureDisk(root, setup.budgetBytes),
    );
    if (unshipped.length > 0)
      log('error', { days: unshipped }, 'readings that were not shipped yet had to give way');
    if (gaveWay.length > 0)
      log('error', { days: gaveWay, ...use }, 'the disk is nearly full: the oldest exact readings gave way');
    tell({ what: 'disk', use, gaveWay });
    return false;
  };

  const chores = makeChores(
    [
      { name: 'close days', bite: () => closer.bite(Date.now(), biteMs), restMs: roundMs },
      { name: 'drop what is too old', bite: dropOld, restMs: roundMs },
      { name: 'keep to the disk budget', bite: keepToBudget, restMs: roundMs },
    ],
    {
      monotonicMs: () => performance.now(),
      failed: (chore, error) =>
        log('warn', { chore, error: describeError(error) }, 'a chore failed and will be tried again'),
    },
  );

  let rests = 0;
  const turn = (): void => {
    let nextMs: number | 'held' = 'held';
    try {
      nextMs = door.run(() => chores.run());
    } catch (error) {
      log('warn', { error: describeError(error) }, 'the lock of the partitions cannot be used');
    }
    rests = nextMs === 'held' ? rests + 1 : 0;
    if (rests === restsBeforeClosing) closer.close();
    timer = setTimeout(turn, nextMs === 'held' ? heldMs : Math.max(restMs, nextMs));
  };
  timer = setTimeout(turn, firstMs);
  return () => {
    clearTimeout(timer);
    closer.close();
    shipped?.close();
    door.close();
  };
};

const port = parentPort;
if (port !== null) {
  giveWay(10);
  const stop = run(workerData as KeeperSetup, (message) => port.postMessage(message));
  port.once('message', () => {
    stop();
    port.close();
  });
}
