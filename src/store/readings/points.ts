import type Database from 'better-sqlite3';
import type { ReadingPoint } from '../../gateway/ports.ts';
import type { ReadingRow } from './block.ts';
import { type Bucket, bucketMs, bucketsOf, type Coarseness, decodeBuckets, joinBuckets } from './bucket.ts';
import { allDays, dayMs, dayOf, dayPath, daysBetween, startOfDay } from './day-files.ts';
import { type ExactReadings, readExactly } from './exact-rows.ts';
import { monthPath, monthsBetween, monthsOf, startOfMonth } from './month-files.ts';
import { makePartitionReader, type PartitionReader, statement } from './partition-reader.ts';
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

/** What is known of a series in one day's file: how many rows overlap a span, whether some are not yet in the aggregates, and how often the file was made anew before it was closed (null = it never was closed). */
type DayShare = { readonly rows: number; readonly open: boolean; readonly generation: number | null };

const generationOf = (db: Database.Database): number | null =>
  statement<[], number | null>(db, 'SELECT number FROM generation').pluck().get() ?? null;

const shareOfDay = (
  partitions: PartitionReader,
  folder: string,
  day: string,
  { device, measurement, from, to }: PointsQuery,
): DayShare | null =>
  partitions.ask(dayPath(folder, day), (db) => {
    const share = statement<[string, string, number, number], { rows: number | null; open: number | null }>(
      db,
      `SELECT sum(count) AS rows, max(closed = 0) AS open FROM block
       WHERE series = (SELECT number FROM series WHERE device = ? AND measurement = ?) AND first_at < ? AND last_at >= ?`,
    ).get(device, measurement, to, from);
    return { rows: share?.rows ?? 0, open: share?.open === 1, generation: generationOf(db) };
  });

/** The days that overlap `[from, to)` and were closed, as the aggregates know them, in order. */
const closedDays = (
  partitions: PartitionReader,
  folder: string,
  from: number,
  to: number,
): readonly string[] =>
  monthsBetween(folder, 'hours', from, to)
    .flatMap(
      (month) =>
        partitions.ask(monthPath(folder, month, 'hours'), (db) =>
          statement<[], string>(db, 'SELECT day FROM closed ORDER BY day').pluck().all(),
        ) ?? [],
    )
    .filter((day) => startOfDay(day) < to && startOfDay(day) + dayMs > from);

type DayBuckets = { readonly day: string; readonly generation: number; readonly buckets: readonly Bucket[] };

const bucketsOfMonth = (
  partitions: PartitionReader,
  path: string,
  coarseness: Coarseness,
  { device, measurement, from, to }: PointsQuery,
): readonly DayBuckets[] =>
  partitions.ask(path, (db) => {
    const series = seriesNumber(db, device, measurement);
    if (series === undefined) return [];
    return statement<[number, string, string], readonly [day: string, generation: number, data: Buffer]>(
      db,
      'SELECT day, generation, data FROM bucket WHERE series = ? AND day >= ? AND day <= ? ORDER BY day, generation',
    )
      .raw()
      .all(series, dayOf(from), dayOf(to - 1))
      .map(([day, generation, data]) => ({ day, generation, buckets: decodeBuckets(data, coarseness) }));
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

/** Buckets of several sources as one series, oldest first, those of the same time joined. */
const gathered = (buckets: readonly Bucket[]): readonly Bucket[] => {
  const joined: Bucket[] = [];
  for (const bucket of buckets.toSorted((a, b) => a.at - b.at)) {
    const last = joined.at(-1);
    if (last?.at === bucket.at) joined[joined.length - 1] = joinBuckets(last, bucket);
    else joined.push(bucket);
  }
  return joined;
};

/** Makes a reader over the live database and the partitions. */
export const makeSeriesReader = (db: Database.Database, folders: PartitionFolders): SeriesReader => {
  const partitions = makePartitionReader();

  /** The part of the span in which there can be readings: nobody pays for years in which nothing was recorded. */
  const bounded = (
    query: PointsQuery,
    live: readonly ReadingRow[],
    closed: readonly string[],
  ): PointsQuery => {
    const waiting = [...live.slice(0, 1), ...live.slice(-1)].map(({ at }) => dayOf(at));
    const days = [...allDays(folders.readings), ...closed, ...waiting].map(startOfDay);
    return {
      ...query,
      from: Math.max(query.from, Math.min(...days)),
      to: Math.min(query.to, Math.max(...days) + dayMs),
    };
  };

  const bucketsBetween = (
    query: PointsQuery,
    coarseness: Coarseness,
    live: readonly ReadingRow[],
    shares: ReadonlyMap<string, DayShare>,
  ): readonly Bucket[] => {
    const { from, to } = query;
    // Of these days something is not in the aggregates yet.
    const unsettled = new Set(live.map(({ at }) => dayOf(at)));
    for (const [day, { open }] of shares) if (open) unsettled.add(day);
    const known = monthsBetween(folders.aggregates, coarseness, from, to).flatMap((month) =>
      bucketsOfMonth(partitions, monthPath(folders.aggregates, month, coarseness), coarseness, query),
    );
    const found = known.flatMap(({ day, buckets }) => (unsettled.has(day) ? [] : buckets));
    for (const day of unsettled) {
      const start = startOfDay(day);
      const ofDay = live.filter(({ at }) => at >= start && at < start + dayMs);
      const rows = [...exactRows(partitions, folders.readings, ofDay, query, start, start + dayMs)];
      // The aggregates may have the rows of this file already, in part or whole; those of files that were dropped
      // before it they alone have. Asked after them: a file that was not closed by now is in none.
      const generation = partitions.ask(dayPath(folders.readings, day), generationOf);
      for (const one of known)
        if (one.day === day && one.generation !== generation) found.push(...one.buckets);
      found.push(...bucketsOf(rows, coarseness));
    }
    const width = bucketMs[coarseness];
    return gathered(found.filter(({ at }) => at + width > from && at < to)).map((bucket) =>
      bucket.at < from ? { ...bucket, at: from } : bucket,
    );
  };

  const kindOf = (rows: Iterable<ReadingRow>): 'number' | 'flag' | 'text' => {
    for (const { value, flag } of rows)
      return typeof value === 'string' ? 'text' : flag === 1 ? 'flag' : 'number';
    return 'number';
  };

  return {
    exact: readExactly(db, folders.readings, partitions),
    points: (asked) => {
      const hour = bucketMs.hours;
      // Buckets at the edges of the span reach beyond it.
      const [start, end] = [Math.floor(asked.from / hour) * hour, Math.ceil(asked.to / hour) * hour];
      // The live rows first: one that is moved meanwhile is then met twice, and never missed.
      const around = rowsOfLive(db, asked.device, asked.measurement, start, end);
      const live = around.filter(({ at }) => at >= asked.from && at < asked.to);
      const closed = closedDays(partitions, folders.aggregates, asked.from, asked.to);
      const query = bounded(asked, live, closed);
      if (query.from >= query.to) return [];
      const { device, measurement, from, to, points } = query;
      const shares = new Map<string, DayShare>();
      for (const day of daysBetween(folders.readings, start, end)) {
        const share = shareOfDay(partitions, folders.readings, day, { ...query, from: start, to: end });
        if (share !== null) shares.set(day, share);
      }
      const exact = (): Generator<ReadingRow> =>
        exactRows(partitions, folders.readings, live, { device, measurement }, from, to);
      const widthMs = (to - from) / points;
      let rows = live.length;
      for (const share of shares.values()) rows += share.rows;
      // A day that was closed and has no file, or not its first, was dropped.
      const whole = closed.every((day) => shares.get(day)?.generation === 0);
      const few = rows <= Math.max(points, fewRows) || widthMs < bucketMs.minutes;
      if (whole && few) return thin(exact(), points);
      // Aggregates have no texts, and say of flags only how often they were true.
      const kind = kindOf(exact());
      if (kind === 'text' || (whole && kind === 'flag')) return thin(exact(), points);
      const minutes = monthsOf(folders.aggregates, 'minutes')[0];
      // Points are joined in pairs until they are few enough, so hours are finer than minutes from here on.
      const fine = widthMs < hour / 2 && (whole || (minutes !== undefined && from >= startOfMonth(minutes)));
      return thinBuckets(bucketsBetween(query, fine ? 'minutes' : 'hours', around, shares), points);
    },
    close: () => partitions.close(),
  };
};
