import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { describeError, isDamaged } from '../database.ts';
import type { ReadingRow } from './block.ts';
import { type DayFile, dayMs, dayOf, dayPath, openDayFile, startOfDay } from './day-files.ts';

/** Moves readings out of the live database into the day files, a bite at a time. */
export type Mover = {
  /** Moves at most about `budgetMs` worth of readings measured before `before` (epoch ms), going once round all series. Answers whether the round goes on. Throws SqliteError; what it had begun is then done again by the next bite. */
  readonly bite: (before: number, budgetMs: number) => boolean;
  readonly close: () => void;
};

/** What the mover stands on; `monotonicMs` measures its bites, `report` tells of a day whose file is damaged and stays as it is, its readings in the live database. */
export type MoverOptions = {
  readonly folder: string;
  readonly monotonicMs: () => number;
  /** How far the readings of the live database have been shipped: the highest number in the order of arrival; 0 = none, or nobody ships them. */
  readonly shippedUpTo: () => number;
  readonly report: (day: string, error: string) => void;
};

type Series = { readonly number: number; readonly device: string; readonly measurement: string };
type LiveRow = ReadingRow & { readonly outgoing: number | null };
type Load = { readonly series: Series; readonly day: string; readonly rows: readonly LiveRow[] };
type OpenFile = { readonly file: DayFile; readonly inode: number };

const rowsPerQuery = 200;
const mostRowsPerBite = 2_000;
const mostOpenFiles = 3;
// The rest of a bite is for writing and for the two syncs.
const readingShare = 0.3;

/** Makes a mover over the writer's connection. Copying and deleting are two transactions in two files, in this order, so a crash between them leaves readings in both, and the next round moves them again. */
export const makeMover = (db: Database.Database, options: MoverOptions): Mover => {
  const nextSeries = db
    .prepare<[number], number>('SELECT series FROM reading WHERE series >= ? ORDER BY series LIMIT 1')
    .pluck();
  const nameSeries = db.prepare<[number], Series>(
    'SELECT number, device, measurement FROM series WHERE number = ?',
  );
  const oldest = db.prepare<[number, number, number], LiveRow>(
    `SELECT at, value, flag, received_at AS receivedAt, device_at AS deviceAt, outgoing FROM reading
     WHERE series = ? AND at >= ? AND at < ? ORDER BY at LIMIT ${rowsPerQuery}`,
  );
  const drop = db.prepare<[number, number, number]>(
    'DELETE FROM reading WHERE series = ? AND at >= ? AND at <= ?',
  );
  const dropAll = db.transaction((loads: readonly Load[]) => {
    for (const { series, rows } of loads) drop.run(series.number, rows[0]?.at ?? 0, rows.at(-1)?.at ?? 0);
  });

  const files = new Map<string, OpenFile>();
  const damaged = new Set<string>();
  let cursor = { series: 0, at: 0 };
  let rowsPerBite = mostRowsPerBite / 4;

  const closeFile = (day: string): void => {
    const file = files.get(day);
    files.delete(day);
    file?.file.close();
  };

  const abandonFile = (day: string): void => {
    try {
      closeFile(day);
    } catch {
      // The error that made us give the file up is the one to tell.
    }
  };

  const inodeOf = (day: string): number | undefined =>
    statSync(dayPath(options.folder, day), { throwIfNoEntry: false })?.ino;

  /** A day that was dropped since the last bite would take our readings with it, and its room on the disk is not free before we let go of it. */
  const letGo = (): void => {
    for (const [day, { inode }] of files) if (inode !== inodeOf(day)) abandonFile(day);
  };

  const openFile = (day: string): DayFile => {
    const found = files.get(day);
    files.delete(day);
    const file = found?.file ?? openDayFile(options.folder, day);
    files.set(day, { file, inode: inodeOf(day) ?? 0 });
    for (const other of files.keys()) if (files.size > mostOpenFiles) closeFile(other);
    return file;
  };

  /** The next readings of the round, and where it goes on after them (null = it is over). */
  const gather = (
    before: number,
    until: number,
  ): { loads: Load[]; next: { series: number; at: number } | null } => {
    const loads: Load[] = [];
    let { series: from, at } = cursor;
    let room = rowsPerBite;
    while (room > 0 && options.monotonicMs() < until) {
      const number = nextSeries.get(from);
      if (number === undefined) return { loads, next: null };
      if (number !== from) at = 0;
      const series = nameSeries.get(number);
      const rows = series === undefined ? [] : oldest.all(number, at, before);
      const first = rows[0];
      if (series === undefined || first === undefined) {
        from = number + 1;
        at = 0;
        continue;
      }
      const day = dayOf(first.at);
      const end = startOfDay(day) + dayMs;
      const ofDay = rows.filter((row) => row.at < end);
      if (!damaged.has(day)) {
        loads.push({ series, day, rows: ofDay });
        room -= ofDay.length;
      }
      from = number;
      at = damaged.has(day) ? end : (ofDay.at(-1)?.at ?? first.at) + 1;
    }
    return { loads, next: { series: from, at } };
  };

  const copy = (day: string, loads: readonly Load[]): boolean => {
    const shipped = options.shippedUpTo();
    try {
      const file = openFile(day);
      try {
        file.begin();
        for (const { series, rows } of loads)
          file.put(file.series(series.device, series.measurement), rows, {
            owed: rows.some(({ outgoing }) => outgoing === null || outgoing > shipped),
            closed: false,
          });
        file.commit();
      } catch (error) {
        file.rollback();
        throw error;
      }
      return true;
    } catch (error) {
      abandonFile(day);
      if (!isDamaged(error)) throw error;
      damaged.add(day);
      options.report(day, describeError(error));
      return false;
    }
  };

  return {
    bite: (before, budgetMs) => {
      const began = options.monotonicMs();
      letGo();
      const { loads, next } = gather(before, began + budgetMs * readingShare);
      const days = new Map<string, Load[]>();
      for (const load of loads) days.set(load.day, [...(days.get(load.day) ?? []), load]);
      for (const [day, ofDay] of days) if (copy(day, ofDay)) dropAll.immediate(ofDay);
      cursor = next ?? { series: 0, at: 0 };
      const took = options.monotonicMs() - began;
      if (took > budgetMs) rowsPerBite = Math.max(50, Math.floor(rowsPerBite / 2));
      else if (took < budgetMs / 2) rowsPerBite = Math.min(mostRowsPerBite, rowsPerBite * 2);
      return next !== null;
    },
    close: () => {
      for (const day of files.keys()) closeFile(day);
    },
  };
};
