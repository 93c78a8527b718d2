import type Database from 'better-sqlite3';
import type { ReadingPoint } from '../../gateway/ports.ts';
import type { ReadingRow } from './block.ts';
import { type Bucket, bucketMs, bucketsOf, type Coarseness, decodeBuckets, joinBuckets } from './bucket.ts';
import { allDays, dayMs, dayOf, dayPath, daysBetween, startOfDay } from './day-files.ts';
import { exactSince } from './dropped.ts';
import { type ExactReadings, readExactly } from './exact-rows.ts';
import { endOfMonth, monthPath, monthsOf, startOfMonth } from './month-files.ts';
import { makePartitionReader, type PartitionReader } from './partition-reader.ts';
import { exactRows, rowsOfLive, seriesNumber } from './rows.ts';
import { thin, thinBuckets } from './thinning.ts';

/** Where the partitions lie. */
export type PartitionFolders = { readonly readings: string; readonly aggregates: string };

/** What is asked of one series: at most `points` points of `[from, to)` (epoch ms). */
export type PointsQuery = {
  readonly device: string;
  readonly measurement: string;
  readonly from: number;
  readonly to: number;
  readonly points: number;
};

/** Answers questions about readings over one connection to the live database. */
export type SeriesReader = {
  readonly points: (query: PointsQuery) => readonly ReadingPoint[];
  /** The exact rows, as far back as they are kept. */
  readonly exact: ExactReadings;
  readonly close: () => void;
};

/** So many rows are unpacked and thinned faster than a person notices (some 10 ms); more are taken from the aggregates. */
const fewRows = 20_000;

/** What is known of a series in one day's file: how many rows overlap a span, and whether some are not yet in the aggregates. */
type DayShare = { readonly rows: number; readonly open: boolean };

const shareOfDay = (
  partitions: PartitionReader,
  folder: string,
  day: string,
  { device, measurement, from, to }: PointsQuery,
): DayShare =>
  partitions.ask(dayPath(folder, day), (db) => {
    const series = seriesNumber(db, device, measurement);
    if (series === undefined) return null;
    const share = db
      .prepare<[number, number, number], { rows: number | null; open: number | null }>(
        'SELECT sum(count) AS rows, max(closed = 0) AS open FROM block WHERE series = ? AND first_at < ? AND last_at >= ?',
      )
      .get(series, to, from);
    return { rows: share?.rows ?? 0, open: share?.open === 1 };
  }) ?? { rows: 0, open: false };

const bucketsOfMonth = (
  partitions: PartitionReader,
  path: string,
  coarseness: Coarseness,
  { device, measurement, from, to }: PointsQuery,
): readonly (readonly [day: string, buckets: readonly Bucket[]])[] =>
  partitions.ask(path, (db) => {
    const series = seriesNumber(db, device, measurement);
    if (series === undefined) return [];
    return db
      .prepare<[number, string, string], readonly [day: string, data: Buffer]>(
        'SELECT day, data FROM bucket WHERE series = ? AND day >= ? AND day <= ? ORDER BY day',
      )
      .raw()
      .all(series, dayOf(from), dayOf(to - 1))
      .map(([day, data]) => [day, decodeBuckets(data, coarseness)] as const);
  }) ?? [];

/** The moment (epoch ms) from which our own record goes: the start of its first day or month; where there is none yet, of the day before `now`. */
export const recordedSince = (folders: PartitionFolders, now: number): number => {
  const [day] = allDays(folders.readings);
  const [month] = monthsOf(folders.aggregates, 'hours');
  return Math.min(
    startOfDay(dayOf(now)) - dayMs,
    ...(day === undefined ? [] : [startOfDay(day)]),
    ...(month === undefined ? [] : [startOfMonth(month)]),
  );
};

/** Makes a reader over the live database and the partitions. */
export const makeSeriesReader = (db: Database.Database, folders: PartitionFolders): SeriesReader => {
  const partitions = makePartitionReader();
  const wholeSince = exactSince(folders.readings);

  /** The part of the span in which there can be readings: nobody pays for years in which nothing was recorded. */
  const bounded = (query: PointsQuery, live: readonly ReadingRow[]): PointsQuery => {
    const days = allDays(folders.readings);
    const months = monthsOf(folders.aggregates, 'hours');
    const [firstDay, lastDay] = [days[0], days.at(-1)];
    const [firstMonth, lastMonth] = [months[0], months.at(-1)];
    const starts = [
      ...(firstDay === undefined ? [] : [startOfDay(firstDay)]),
      ...(firstMonth === undefined ? [] : [startOfMonth(firstMonth)]),
      ...live.slice(0, 1).map(({ at }) => at),
    ];
    const ends = [
      ...(lastDay === undefined ? [] : [startOfDay(lastDay) + dayMs]),
      ...(lastMonth === undefined ? [] : [endOfMonth(lastMonth)]),
      ...live.slice(-1).map(({ at }) => at + 1),
    ];
    return {
      ...query,
      from: Math.max(query.from, Math.min(...starts)),
      to: Math.min(query.to, Math.max(...ends)),
    };
  };

  const bucketsBetween = (
    query: PointsQuery,
    coarseness: Coarseness,
    live: readonly ReadingRow[],
    shares: ReadonlyMap<string, DayShare>,
  ): readonly Bucket[] => {
    const { from, to } = query;
    const since = wholeSince();
    // Of these days something is not in the aggregates yet.
    const unsettled = new Set(live.map(({ at }) => dayOf(at)));
    for (const [day, { open }] of shares) if (open) unsettled.add(day);
    const found: Bucket[] = [];
    for (const month of monthsOf(folders.aggregates, coarseness)) {
      if (startOfMonth(month) >= to || endOfMonth(month) <= from) continue;
      const path = monthPath(folders.aggregates, month, coarseness);
      for (const [day, buckets] of bucketsOfMonth(partitions, path, coarseness, query))
        if (!unsettled.has(day) || startOfDay(day) < since) found.push(...buckets);
    }
    for (const day of unsettled) {
      const start = startOfDay(day);
      const ofDay = live.filter(({ at }) => at >= start && at < start + dayMs);
      // A day whose exact readings were dropped has them all in its aggregates but those that wait to be moved.
      const rows =
        start < since
          ? ofDay
          : [...exactRows(partitions, folders.readings, ofDay, query, start, start + dayMs)];
      found.push(...bucketsOf(rows, coarseness));
    }
    const width = bucketMs[coarseness];
    const sorted = found.filter(({ at }) => at + width > from && at < to).sort((a, b) => a.at - b.at);
    const joined: Bucket[] = [];
    for (const bucket of sorted) {
      const last = joined.at(-1);
      if (last?.at === bucket.at) joined[joined.length - 1] = joinBuckets(last, bucket);
      else joined.push(bucket);
    }
    return joined.map((bucket) => (bucket.at < from ? { ...bucket, at: from } : bucket));
  };

  const kindOf = (rows: Iterable<ReadingRow>): 'number' | 'flag' | 'text' => {
    for (const { value, flag } of rows)
      return typeof value === 'string' ? 'text' : flag === 1 ? 'flag' : 'number';
    return 'number';
  };

  return {
    exact: readExactly(db, folders.readings, partitions),
    points: (asked) => {
      // The live rows first: one that is moved meanwhile is then met twice, and never missed.
      const live = rowsOfLive(db, asked.device, asked.measurement, asked.from, asked.to);
      const query = bounded(asked, live);
      if (query.from >= query.to) return [];
      const { device, measurement, from, to, points } = query;
      const shares = new Map(
        daysBetween(folders.readings, from, to).map((day) => [
          day,
          shareOfDay(partitions, folders.readings, day, query),
        ]),
      );
      const exact = (): Generator<ReadingRow> =>
        exactRows(partitions, folders.readings, live, { device, measurement }, from, to);
      const widthMs = (to - from) / points;
      let rows = live.length;
      for (const share of shares.values()) rows += share.rows;
      const whole = from >= wholeSince();
      const few = rows <= Math.max(points, fewRows) || widthMs < bucketMs.minutes;
      if (whole && few) return thin(exact(), points);
      // Aggregates have no texts, and say of flags only how often they were true.
      const kind = kindOf(exact());
      if (kind === 'text' || (whole && kind === 'flag')) return thin(exact(), points);
      const minutes = monthsOf(folders.aggregates, 'minutes')[0];
      const fine =
        widthMs < bucketMs.hours && (whole || (minutes !== undefined && from >= startOfMonth(minutes)));
      return thinBuckets(bucketsBetween(query, fine ? 'minutes' : 'hours', live, shares), points);
    },
    close: () => partitions.close(),
  };
};
