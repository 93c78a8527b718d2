import { Damaged, describeError, isDamaged } from '../database.ts';
import type { ReadingRow } from './block.ts';
import { bucketsOf, type Coarseness, coarsenesses } from './bucket.ts';
import { allDays, type DayFile, dayMs, openDayFile, startOfDay } from './day-files.ts';
import { type MonthFile, monthOf, openMonthFile } from './month-files.ts';
import type { PartitionFolders } from './points.ts';
import { rowsOfDay } from './rows.ts';

/** Brings days that are over into their last form: their readings packed as small as can be, their minutes and hours in the aggregates. */
export type Closer = {
  /** Does one bite of about `budgetMs` at `now` (epoch ms) and answers whether there is more. Throws SqliteError; what it had begun is done again by the next bite. */
  readonly bite: (now: number, budgetMs: number) => boolean;
  /** Lets go of its files until the next bite; to be called before any file is dropped. */
  readonly close: () => void;
};

/** What the closer stands on. `afterMs`: a day is closed so long after its end, once most late readings have come. `shipped` says how far a day's blocks have been shipped; `report` tells of a day that stays as it is because its file, or that of its aggregates, is damaged. */
export type CloserOptions = {
  readonly folders: PartitionFolders;
  readonly afterMs: number;
  readonly monotonicMs: () => number;
  readonly shipped: (day: string) => number;
  readonly report: (day: string, error: string) => void;
};

type Series = { readonly number: number; readonly device: string; readonly measurement: string };
type Work = { readonly series: Series; readonly rows: readonly ReadingRow[] };

/** Rows of so many are in memory at once; a series of one day is never split. */
const mostRows = 50_000;
const pagesFreedAtOnce = 200;

/** The day a closer is at work on. */
type Open = {
  readonly day: string;
  readonly file: DayFile;
  readonly months: readonly (readonly [Coarseness, MonthFile])[];
  readonly generation: number;
};

/** The generation of a day's file: fixed before it writes its first aggregate, so that it always replaces its own. */
const generationOf = (file: DayFile, day: string, months: Open['months']): number => {
  const known = file.db.prepare<[], number | null>('SELECT number FROM generation').pluck().get();
  if (known !== null && known !== undefined) return known;
  const before = months.map(([, month]) => month.closedBy(day) ?? -1);
  const number = Math.max(...before) + 1;
  file.db.prepare<[number]>('UPDATE generation SET number = ?').run(number);
  return number;
};

/** Makes a closer. Aggregates are committed before the blocks they are made of, and replace what an interrupted bite left, so a crash between them costs a repetition. */
export const makeCloser = ({ folders, afterMs, monotonicMs, shipped, report }: CloserOptions): Closer => {
  const damaged = new Set<string>();
  let open: Open | null = null;
  /** Days before this one are looked at in the next round. */
  let after = '';

  const closeAll = (): void => {
    const closing = open;
    open = null;
    if (closing === null) return;
    try {
      for (const [, month] of closing.months) month.close();
    } finally {
      closing.file.close();
    }
  };

  const openMonth = (day: string, coarseness: Coarseness): MonthFile => {
    try {
      return openMonthFile(folders.aggregates, monthOf(day), coarseness);
    } catch (error) {
      if (!isDamaged(error)) throw error;
      throw new Damaged(`the ${coarseness} of ${monthOf(day)}: ${describeError(error)}`);
    }
  };

  const openDay = (day: string): Open => {
    const file = openDayFile(folders.readings, day);
    const months: (readonly [Coarseness, MonthFile])[] = [];
    try {
      for (const coarseness of coarsenesses) months.push([coarseness, openMonth(day, coarseness)]);
      return { day, file, months, generation: generationOf(file, day, months) };
    } catch (error) {
      for (const [, month] of months) month.close();
      file.close();
      throw error;
    }
  };

  /** Some series of the day that have blocks which are not closed, whole. */
  const gather = ({ file, day }: Open): readonly Work[] => {
    const start = startOfDay(day);
    const found: Work[] = [];
    let rows = 0;
    const next = file.db.prepare<[number], Series>(
      `SELECT number, device, measurement FROM series
       WHERE number = (SELECT series FROM block WHERE closed = 0 AND series > ? ORDER BY series LIMIT 1)`,
    );
    for (
      let series = next.get(0);
      series !== undefined && rows < mostRows;
      series = next.get(series.number)
    ) {
      const ofSeries = [...rowsOfDay(file.db, series.number, start, start + dayMs)];
      found.push({ series, rows: ofSeries });
      rows += ofSeries.length;
    }
    return found;
  };

  const aggregate = ({ months, day, generation }: Open, work: readonly Work[]): void => {
    for (const [coarseness, month] of months) {
      try {
        month.begin();
        for (const { series, rows } of work) month.put(day, generation, series, bucketsOf(rows, coarseness));
        month.commit();
      } catch (error) {
        month.rollback();
        throw error;
      }
    }
  };

  const replace = ({ file, day }: Open, work: readonly Work[]): void => {
    const owed = file.db
      .prepare<[number, number], number>('SELECT max(owed AND number > ?) FROM block WHERE series = ?')
      .pluck();
    const drop = file.db.prepare<[number, number]>('DELETE FROM block WHERE series = ? AND number <= ?');
    const newest = file.db.prepare<[], number>('SELECT max(number) FROM block').pluck();
    const shippedUpTo = shipped(day);
    for (const { series, rows } of work) {
      const isOwed = owed.get(shippedUpTo, series.number) === 1;
      drop.run(series.number, newest.get() ?? 0);
      file.put(series.number, rows, { owed: isOwed, closed: true });
    }
  };

  const closeSome = (day: Open, budgetMs: number): boolean => {
    const until = monotonicMs() + budgetMs;
    while (monotonicMs() < until) {
      // One transaction around what is read and what takes its place: nothing is moved here in between.
      day.file.begin();
      try {
        const work = gather(day);
        if (work.length === 0) {
          day.file.commit();
          const free = Number(day.file.db.pragma('freelist_count', { simple: true }));
          if (free > 0) day.file.db.pragma(`incremental_vacuum(${pagesFreedAtOnce})`);
          return free > pagesFreedAtOnce;
        }
        aggregate(day, work);
        replace(day, work);
        day.file.commit();
      } catch (error) {
        day.file.rollback();
        throw error;
      }
    }
    return true;
  };

  const isUnsettled = (day: string): boolean => {
    const file = openDayFile(folders.readings, day);
    try {
      const left = file.db.prepare<[], number>('SELECT 1 FROM block WHERE closed = 0 LIMIT 1').pluck().get();
      return left !== undefined;
    } finally {
      file.close();
    }
  };

  const nextDay = (now: number): string | undefined =>
    allDays(folders.readings).find(
      (day) => day > after && !damaged.has(day) && startOfDay(day) + dayMs + afterMs <= now,
    );

  return {
    bite: (now, budgetMs) => {
      const day = open?.day ?? nextDay(now);
      if (day === undefined) {
        after = '';
        return false;
      }
      try {
        if (open === null && !isUnsettled(day)) {
          after = day;
          return true;
        }
        open ??= openDay(day);
        if (closeSome(open, budgetMs)) return true;
        closeAll();
        after = day;
        return true;
      } catch (error) {
        try {
          closeAll();
        } catch {
          // The error that made us give the day up is the one to tell.
        }
        if (!isDamaged(error)) throw error;
        damaged.add(day);
        report(day, describeError(error));
        return true;
      }
    },
    close: closeAll,
  };
};
