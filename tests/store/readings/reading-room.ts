import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReadingPoint } from '../../../src/gateway/ports.ts';
import { dataDirectory, makeDirectories } from '../../../src/store/data-directory.ts';
import { openForReading, openForWriting } from '../../../src/store/database.ts';
import { migrate, programMigrations } from '../../../src/store/migrate.ts';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import {
  type Bucket,
  type Coarseness,
  decodeBuckets,
  joinBuckets,
} from '../../../src/store/readings/bucket.ts';
import { type Closer, makeCloser } from '../../../src/store/readings/closer.ts';
import { dayMs, dayPath } from '../../../src/store/readings/day-files.ts';
import { monthPath, monthsOf } from '../../../src/store/readings/month-files.ts';
import { type Mover, makeMover } from '../../../src/store/readings/mover.ts';
import {
  makeSeriesReader,
  type PartitionFolders,
  type PointsQuery,
  type SeriesReader,
} from '../../../src/store/readings/points.ts';
import { temporaryDirectory } from '../record-room.ts';

/** A row received as soon as it was measured, with what is given otherwise. */
export const row = (at: number, value: number | string, given: Partial<ReadingRow> = {}): ReadingRow => ({
  at,
  value,
  flag: 0,
  receivedAt: at + 50,
  deviceAt: null,
  ...given,
});

/** Everything that keeps readings, without its threads: each part is let loose when the test says so. */
export type ReadingRoom = {
  readonly folders: PartitionFolders;
  readonly commit: (measurement: string, rows: readonly ReadingRow[]) => void;
  /** Moves all that was measured before `before`. */
  readonly move: (before?: number) => void;
  /** Closes every day that is over at `now`. */
  readonly close: (now?: number) => void;
  readonly closer: () => Closer;
  /** What the mover and the closer reported: `mover` or `closer` and the day. */
  readonly reported: readonly string[];
  /** How far the blocks of every day have been shipped. */
  readonly ship: (upTo: number) => void;
  /** Ends mover, closer and reader in good order and begins anew. */
  readonly reopen: () => void;
  readonly rows: (measurement: string) => readonly ReadingRow[];
  readonly points: (measurement: string, query: Partial<PointsQuery>) => readonly ReadingPoint[];
  /** The buckets in the month files, those of all generations joined. */
  readonly buckets: (measurement: string, coarseness: Coarseness) => readonly Bucket[];
  readonly days: () => readonly string[];
  readonly bytes: (day: string) => number;
};

/** The device whose readings are kept in a reading room. */
export const device = 'air-1';
/** The end of all times a test speaks of (epoch ms): 2027-01-01. */
export const farFuture = Date.UTC(2027, 0, 1);

/** Opens an empty reading room; gone after the test. */
export const openReadingRoom = (): ReadingRoom => {
  const directory = dataDirectory(temporaryDirectory());
  makeDirectories(directory);
  const folders = { readings: directory.readings, aggregates: directory.aggregates };
  const db = openForWriting(directory.database, { mustExist: false });
  migrate(db, { backups: directory.backups, migrations: programMigrations(), now: 0 });
  const reported: string[] = [];
  const numbers = new Map<string, number>();
  let shippedUpTo = 0;
  let parts: { readonly mover: Mover; readonly closer: Closer; readonly reader: SeriesReader } | null = null;
  const open = () => {
    parts ??= {
      mover: makeMover(db, {
        folder: folders.readings,
        monotonicMs: () => performance.now(),
        shippedUpTo: () => 0,
        report: (day) => reported.push(`mover ${day}`),
      }),
      closer: makeCloser({
        folders,
        afterMs: 0,
        monotonicMs: () => performance.now(),
        shipped: () => shippedUpTo,
        report: (day) => reported.push(`closer ${day}`),
      }),
      reader: makeSeriesReader(db, folders),
    };
    return parts;
  };
  const end = (): void => {
    parts?.mover.close();
    parts?.closer.close();
    parts?.reader.close();
    parts = null;
  };
  onTestFinished(() => {
    end();
    db.close();
  });
  const put = db.prepare<[number, number, number | string, number, number, number | null]>(
    'INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, NULL)',
  );
  const seriesOf = (measurement: string): number => {
    const known = numbers.get(measurement);
    if (known !== undefined) return known;
    numbers.set(measurement, numbers.size + 1);
    db.prepare('INSERT INTO series VALUES (?, ?, ?)').run(numbers.size, device, measurement);
    return numbers.size;
  };
  const commit = db.transaction((measurement: string, rows: readonly ReadingRow[]) => {
    const series = seriesOf(measurement);
    for (const { at, value, flag, receivedAt, deviceAt } of rows)
      put.run(series, at, value, flag, receivedAt, deviceAt);
  });
  const bucketsIn = (path: string, measurement: string, coarseness: Coarseness): readonly Bucket[] => {
    const file = openForReading(path);
    try {
      return file
        .prepare<[string, string], Buffer>(
          `SELECT data FROM bucket JOIN series ON series = number
           WHERE device = ? AND measurement = ? ORDER BY day, generation`,
        )
        .pluck()
        .all(device, measurement)
        .flatMap((data) => decodeBuckets(data, coarseness));
    } finally {
      file.close();
    }
  };
  return {
    folders,
    commit,
    move: (before = farFuture) => {
      while (open().mover.bite(before, 20));
    },
    close: (now = farFuture) => {
      // The round that is under way, and a whole one.
      for (const _round of [1, 2]) while (open().closer.bite(now, 20));
    },
    closer: () => open().closer,
    reported,
    ship: (upTo) => {
      shippedUpTo = upTo;
    },
    reopen: end,
    rows: (measurement) => [...open().reader.exact.rows(device, measurement, 0, farFuture)],
    points: (measurement, query) =>
      open().reader.points({ device, measurement, from: 0, to: farFuture, points: 1_000, ...query }),
    buckets: (measurement, coarseness) => {
      const joined = new Map<number, Bucket>();
      for (const month of monthsOf(folders.aggregates, coarseness)) {
        const path = monthPath(folders.aggregates, month, coarseness);
        for (const bucket of bucketsIn(path, measurement, coarseness)) {
          const known = joined.get(bucket.at);
          joined.set(bucket.at, known === undefined ? bucket : joinBuckets(known, bucket));
        }
      }
      return [...joined.values()].sort((a, b) => a.at - b.at);
    },
    days: () =>
      readdirSync(folders.readings)
        .filter((file) => file.endsWith('.db'))
        .map((file) => file.slice(0, -'.db'.length))
        .sort(),
    bytes: (day) =>
      readdirSync(folders.readings)
        .filter((file) => file.startsWith(day))
        .reduce((sum, file) => sum + statSync(join(folders.readings, file)).size, 0),
  };
};

/** What a series must be: the newest row of each moment, oldest first. */
export const modelOf = (rows: readonly ReadingRow[]): readonly ReadingRow[] =>
  [...new Map(rows.map((one) => [one.at, one])).values()].sort((a, b) => a.at - b.at);

/** The blocks of a day, without what is in them. */
export const blocksOf = (
  room: ReadingRoom,
  day: string,
): readonly {
  readonly number: number;
  readonly closed: number;
  readonly owed: number;
  readonly count: number;
  readonly bytes: number;
}[] => {
  const file = openForReading(dayPath(room.folders.readings, day));
  try {
    return file
      .prepare<[], { number: number; closed: number; owed: number; count: number; bytes: number }>(
        'SELECT number, closed, owed, count, length(data) AS bytes FROM block ORDER BY series, first_at',
      )
      .all();
  } finally {
    file.close();
  }
};

/** A Monday's first moment (epoch ms), and its name and those of the days after it. */
export const monday = Date.UTC(2026, 0, 5);
export const dayNames = ['2026-01-05', '2026-01-06', '2026-01-07'] as const;
export const tuesday = monday + dayMs;
