import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { SystemFault } from '../../gateway/system-alerts.ts';
import { isDamaged, openForReading } from '../database.ts';
import { coarsenesses } from './bucket.ts';
import { allDays, dayMs, dayOf, dayPath, startOfDay } from './day-files.ts';
import { endOfMonth, monthPath, monthsOf } from './month-files.ts';
import { partitionVersion, removePartition } from './partition.ts';
import type { PartitionFolders } from './points.ts';

/** How long readings are kept (ms): exact, and as minutes and hours. */
export type KeepReadings = { readonly exactMs: number; readonly minutesMs: number; readonly hoursMs: number };

/** 30 days exact, three years as minutes and hours. */
export const defaultKeepReadings: KeepReadings = {
  exactMs: 30 * dayMs,
  minutesMs: 1_096 * dayMs,
  hoursMs: 1_096 * dayMs,
};

/** How full the disk is: bytes that the data directory uses, of those it may use. */
export type DiskUse = { readonly usedBytes: number; readonly budgetBytes: number };

/** The data directory uses so much of what it may that the oldest exact readings have to give way. */
export const diskNearlyFull: SystemFault = {
  id: 'disk-nearly-full',
  priority: 'medium',
  title: {
    zh: '磁盘将满，最早的原始读数将被清除',
    en: 'The disk is nearly full; the oldest exact readings give way',
  },
};

/** From this share of the budget on the oldest exact readings give way. */
export const fullFrom = 0.9;

/** Below this share the disk counts as nearly full no longer. */
const freeBelow = 0.8;

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;

/** What there is to say of the disk: a note where it is nearly full, null where there is room, undefined in between. */
export const judgeDisk = (
  { usedBytes, budgetBytes }: DiskUse,
  gaveWay: readonly string[],
): string | null | undefined => {
  const share = usedBytes / budgetBytes;
  if (share < fullFrom && gaveWay.length === 0) return share < freeBelow ? null : undefined;
  const used = `${megabytes(usedBytes)} of ${megabytes(budgetBytes)} are used.`;
  return gaveWay.length === 0 ? used : `${used}\nExact readings given up: ${gaveWay.join(', ')}.`;
};

/** The bytes of every file below a folder. */
export const bytesBelow = (folder: string): number => {
  // What is removed while we look counts no more.
  if (!existsSync(folder)) return 0;
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesBelow(path);
    else bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
};

/** How much of its budget a data directory uses. Whatever the budget, what the disk has no room for cannot be used; `null` = the whole disk, as far as others leave it. */
export const measureDisk = (root: string, budgetBytes: number | null): DiskUse => {
  const usedBytes = bytesBelow(root);
  const { bavail, bsize } = statfsSync(root);
  const possible = usedBytes + bavail * bsize;
  return { usedBytes, budgetBytes: Math.min(budgetBytes ?? possible, possible) };
};

/** Why a day's exact readings cannot be dropped: some are not in the aggregates, or not shipped, or nobody can tell. */
export type Hindrance = 'not-closed' | 'not-shipped' | 'damaged';

const hindranceIn = (file: Database.Database, shipped: number | null): Hindrance | null => {
  const version = file.pragma('user_version', { simple: true });
  // Its tables are made with the first readings, or by whoever closes it.
  if (version === 0) return 'not-closed';
  if (version !== partitionVersion) return 'damaged';
  const has = (where: string, ...values: number[]): boolean =>
    file.prepare(`SELECT 1 FROM block WHERE ${where} LIMIT 1`).get(...values) !== undefined;
  if (has('closed = 0')) return 'not-closed';
  return shipped !== null && has('owed = 1 AND number > ?', shipped) ? 'not-shipped' : null;
};

/** What stands against dropping a day's file; null = nothing. `shipped` = how far its blocks have been shipped, null = nobody ships. Throws SqliteError. */
export const hindrance = (folder: string, day: string, shipped: number | null): Hindrance | null => {
  try {
    const file = openForReading(dayPath(folder, day));
    try {
      return hindranceIn(file, shipped);
    } finally {
      file.close();
    }
  } catch (error) {
    if (isDamaged(error)) return 'damaged';
    throw error;
  }
};

/** Drops a day's exact readings; nobody who writes may have its file open in this thread. Its aggregates stay. */
export const dropDay = (folder: string, day: string): void => removePartition(dayPath(folder, day));

/** How far a day's blocks have been shipped; null = nobody ships. */
export type ShippedOf = (day: string) => number | null;

/** Drops the oldest day that is older than exact readings are kept and that nothing stands against; answers it, null = there was none. Throws SqliteError. */
export const dropTooOld = (
  folder: string,
  keep: KeepReadings,
  now: number,
  shippedOf: ShippedOf,
): string | null => {
  const tooOld = allDays(folder).find(
    (day) => startOfDay(day) + dayMs + keep.exactMs <= now && hindrance(folder, day, shippedOf(day)) === null,
  );
  if (tooOld === undefined) return null;
  dropDay(folder, tooOld);
  return tooOld;
};

/** What making room came to: the days whose exact readings gave way, and those of them that were not shipped. */
export type Room = {
  readonly use: DiskUse;
  readonly gaveWay: readonly string[];
  readonly unshipped: readonly string[];
};

/** Drops exact readings, the oldest first, until less than `fullFrom` of the budget is used: of days that are closed, whether they are shipped or not, and never the last two days. Throws SqliteError. */
export const makeRoom = (folder: string, now: number, shippedOf: ShippedOf, measure: () => DiskUse): Room => {
  const gaveWay: string[] = [];
  const unshipped: string[] = [];
  let use = measure();
  for (const day of allDays(folder)) {
    if (use.usedBytes < use.budgetBytes * fullFrom || day >= dayOf(now - dayMs)) break;
    const against = hindrance(folder, day, shippedOf(day));
    if (against === 'not-closed' || against === 'damaged') continue;
    if (against === 'not-shipped') unshipped.push(day);
    dropDay(folder, day);
    gaveWay.push(day);
    use = measure();
  }
  return { use, gaveWay, unshipped };
};

/** Drops the months of aggregates that are older than they are kept; answers the paths. */
export const dropMonths = (folders: PartitionFolders, keep: KeepReadings, now: number): readonly string[] => {
  const dropped: string[] = [];
  for (const coarseness of coarsenesses)
    for (const month of monthsOf(folders.aggregates, coarseness)) {
      const keptMs = coarseness === 'minutes' ? keep.minutesMs : keep.hoursMs;
      if (endOfMonth(month) + keptMs > now) continue;
      const path = monthPath(folders.aggregates, month, coarseness);
      removePartition(path);
      dropped.push(path);
    }
  return dropped;
};
