import type Database from 'better-sqlite3';
import type { ReadingRow } from '../readings/block.ts';
import { allDays, dayPath } from '../readings/day-files.ts';
import { makePartitionReader, statement } from '../readings/partition-reader.ts';
import { mergeRows, rowsOfDay, rowsOfLive } from '../readings/rows.ts';
import type { ShippingCursors } from './cursors.ts';
import type { OwedReading, OwedSource } from './owed.ts';

type LiveRow = Pick<ReadingRow, 'at' | 'value' | 'flag'> & {
  readonly outgoing: number;
  readonly device: string;
  readonly measurement: string;
};
type OwedBlock = {
  readonly number: number;
  readonly series: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly count: number;
  readonly device: string;
  readonly measurement: string;
};

const said = ({ value, flag }: Pick<ReadingRow, 'value' | 'flag'>): OwedReading['value'] =>
  flag === 1 ? value === 1 : value;

const blocksPerQuestion = 200;

/** What is owed of the record: of the live database what came after the cursor, of the day files the blocks after theirs. `db` is a connection to the live database that stays the caller's. A block is given with the readings as they stand now, so that a correction that was shipped is not undone by what it corrected. */
export const makeOwedReadings = (
  db: Database.Database,
  folder: string,
  cursors: ShippingCursors,
): OwedSource => {
  const partitions = makePartitionReader();
  const arrivals = db.prepare<[number, number], LiveRow>(
    `SELECT outgoing, device, measurement, at, value, flag FROM reading JOIN series ON series.number = reading.series
     WHERE outgoing > ? ORDER BY outgoing LIMIT ?`,
  );
  const arrived = db.prepare<[number], number>('SELECT count(*) FROM reading WHERE outgoing > ?').pluck();

  const blocksOwed = (file: Database.Database, after: number): OwedBlock[] =>
    statement<[number], OwedBlock>(
      file,
      `SELECT block.number, series, first_at AS firstAt, last_at AS lastAt, count, device, measurement
         FROM block JOIN series ON series.number = block.series
         WHERE owed = 1 AND block.number > ? ORDER BY block.number LIMIT ${blocksPerQuestion}`,
    ).all(after);

  const readingsOf = (file: Database.Database, block: OwedBlock): OwedReading[] => {
    const { series, device, measurement, firstAt, lastAt } = block;
    const live = rowsOfLive(db, device, measurement, firstAt, lastAt + 1);
    return Array.from(mergeRows(live, rowsOfDay(file, series, firstAt, lastAt + 1)), (row) => ({
      device,
      measurement,
      at: row.at,
      value: said(row),
    }));
  };

  const owedOfDay = (day: string, limit: number): { readings: OwedReading[]; upTo: number } | null =>
    partitions.ask(dayPath(folder, day), (file) => {
      const readings: OwedReading[] = [];
      let upTo: number | null = null;
      for (const block of blocksOwed(file, cursors.day(day))) {
        if (upTo !== null && readings.length + block.count > limit) break;
        readings.push(...readingsOf(file, block));
        upTo = block.number;
      }
      return upTo === null ? null : { readings, upTo };
    });

  return {
    fresh: (limit) => {
      const rows = arrivals.all(cursors.live(), limit);
      const last = rows.at(-1);
      if (last === undefined) return null;
      return {
        readings: rows.map((row) => ({
          device: row.device,
          measurement: row.measurement,
          at: row.at,
          value: said(row),
        })),
        settle: () => cursors.setLive(last.outgoing),
      };
    },
    past: (limit) => {
      const days = allDays(folder);
      for (const day of days) {
        const owed = owedOfDay(day, limit);
        if (owed !== null) return { readings: owed.readings, settle: () => cursors.setDay(day, owed.upTo) };
      }
      cursors.keepDays(days);
      return null;
    },
    backlog: () => {
      let readings = arrived.get(cursors.live()) ?? 0;
      for (const day of allDays(folder))
        readings +=
          partitions.ask(dayPath(folder, day), (file) =>
            statement<[number], number | null>(
              file,
              'SELECT sum(count) FROM block WHERE owed = 1 AND number > ?',
            )
              .pluck()
              .get(cursors.day(day)),
          ) ?? 0;
      return readings;
    },
    close: () => partitions.close(),
  };
};
