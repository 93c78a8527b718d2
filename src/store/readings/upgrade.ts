import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { syncToDisk } from '../data-directory.ts';
import { describeError, openForReading, openForWriting } from '../database.ts';
import type { ReadingRow } from './block.ts';
import { allDays, dayPath, openDayFile, rowsPerBlock } from './day-files.ts';

/** A day file of this version holds its readings row by row, in a table `reading`. */
const rowsVersion = 1;

/** Where new files are made until they are whole. */
const unfinishedIn = (folder: string): string => join(folder, 'upgrading');

const isOld = (path: string): boolean => {
  const db = openForReading(path);
  try {
    return db.pragma('user_version', { simple: true }) === rowsVersion;
  } finally {
    db.close();
  }
};

/** Copies every reading of an old day file into a new one of the same day in `target`, which is whole and closed after it. */
const copyDay = (old: Database.Database, target: string, day: string): void => {
  const file = openDayFile(target, day);
  try {
    const rowsOf = old.prepare<[number], ReadingRow>(
      `SELECT at, value, flag, received_at AS receivedAt, device_at AS deviceAt FROM reading WHERE series = ? ORDER BY at`,
    );
    const series = old
      .prepare<[], readonly [number: number, device: string, measurement: string]>(
        'SELECT number, device, measurement FROM series ORDER BY number',
      )
      .raw()
      .all();
    file.begin();
    for (const [number, device, measurement] of series) {
      const there = file.series(device, measurement);
      let rows: ReadingRow[] = [];
      const put = (): void => {
        file.put(there, rows, { owed: true, closed: false });
        rows = [];
      };
      for (const row of rowsOf.iterate(number)) {
        rows.push(row);
        if (rows.length === rowsPerBlock) put();
      }
      put();
    }
    file.commit();
  } catch (error) {
    file.rollback();
    throw error;
  } finally {
    file.close();
  }
};

const upgradeDay = (folder: string, day: string): void => {
  const path = dayPath(folder, day);
  const target = unfinishedIn(folder);
  const old = openForWriting(path, { mustExist: true });
  try {
    copyDay(old, target, day);
    // A WAL that was left beside it would be taken for that of the new file.
    old.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    old.close();
  }
  for (const left of [`${path}-wal`, `${path}-shm`]) rmSync(left, { force: true });
  syncToDisk(dayPath(target, day));
  renameSync(dayPath(target, day), path);
  syncToDisk(folder);
};

/** Takes over the day files of earlier programs, which hold readings row by row, before anybody else opens one; answers the days. Each is written anew beside the old one and takes its place when it is whole, so that one that was interrupted is done again. `report` tells of a day whose file cannot be read or rewritten; it stays as it is, and is tried again at the next start. */
export const upgradeDayFiles = (
  folder: string,
  { report }: { readonly report: (day: string, error: string) => void },
): readonly string[] => {
  const target = unfinishedIn(folder);
  const upgraded: string[] = [];
  for (const day of allDays(folder)) {
    try {
      if (!isOld(dayPath(folder, day))) continue;
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { mode: 0o700 });
      upgradeDay(folder, day);
      upgraded.push(day);
    } catch (error) {
      report(day, describeError(error));
    }
  }
  rmSync(target, { recursive: true, force: true });
  return upgraded;
};
