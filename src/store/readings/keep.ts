import { readdirSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SystemFault } from '../../gateway/system-alerts.ts';
import { coarsenesses } from './bucket.ts';
import { allDays, dayMs, dayOf, dayPath, startOfDay } from './day-files.ts';
import { rememberDropped } from './dropped.ts';
import { endOfMonth, monthPath, monthsOf } from './month-files.ts';
import { openPartition, removePartition } from './partition.ts';
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
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    // What is removed while we look counts no more.
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

/** Why a day's exact readings cannot be dropped yet: some are not in the aggregates, or not shipped. */
export type Hindrance = 'not-closed' | 'not-shipped' | null;

/** What stands against dropping a day's file; `shipped` = how far its blocks have been shipped, null = nobody ships. */
export const hindrance = (folder: string, day: string, shipped: number | null): Hindrance => {
  const file = openPartition(dayPath(folder, day), '', 0);
  try {
    const has = (where: string, ...values: number[]): boolean =>
      file.db.prepare(`SELECT 1 FROM block WHERE ${where} LIMIT 1`).get(...values) !== undefined;
    if (has('closed = 0')) return 'not-closed';
    return shipped !== null && has('owed = 1 AND number > ?', shipped) ? 'not-shipped' : null;
  } finally {
    file.close();
  }
};

/** Drops a day's exact readings. Its aggregates stay. */
export const dropDay = (folder: string, day: string): void => {
  rememberDropped(folder, day);
  removePartition(dayPath(folder, day));
};

/** The days that are older than exact readings are kept, oldest first. */
export const daysTooOld = (folder: string, keep: KeepReadings, now: number): readonly string[] =>
  allDays(folder).filter((day) => startOfDay(day) + dayMs + keep.exactMs <= now);

/** The days whose exact readings may give way to what comes, oldest first: all but the last two. */
export const daysThatMayGo = (folder: string, now: number): readonly string[] =>
  allDays(folder).filter((day) => day < dayOf(now - dayMs));

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
