import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Reading } from '../../../src/model/reading.ts';
import { dataDirectory } from '../../../src/store/data-directory.ts';
import { openForReading, openForWriting } from '../../../src/store/database.ts';
import { openShippingCursors, readShipped, type ShippingCursors } from '../../../src/store/influx/cursors.ts';
import type { OwedSource } from '../../../src/store/influx/owed.ts';
import { makeOwedReadings } from '../../../src/store/influx/owed-readings.ts';
import { makeCloser } from '../../../src/store/readings/closer.ts';
import { dayPath } from '../../../src/store/readings/day-files.ts';
import { makeMover } from '../../../src/store/readings/mover.ts';
import { removePartition } from '../../../src/store/readings/partition.ts';
import { openStore } from '../../../src/store/store.ts';
import { reading } from '../batches.ts';
import { temporaryDirectory } from '../record-room.ts';
import { targetOf } from './servers.ts';

const dayMs = 86_400_000;
const monday = Date.UTC(2026, 0, 5);

/** Commits readings as a gateway does that ships them somewhere, where nobody answers. */
const commitAll = async (dir: string, batches: readonly (readonly Reading[])[]): Promise<void> => {
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'test',
    moveReadingsAfterMs: 1_000_000_000_000,
    influx: { target: targetOf('http://127.0.0.1:9/zhishou'), keepDays: 0, backFillPerSecond: 1 },
    onHealth: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  for (const readings of batches)
    await new Promise((done) =>
      store.journal.write({ entries: [], changes: [], readings, puts: [], messageIds: [] }, done),
    );
  await store.close();
};

const moveAll = (dir: string): void => {
  const { database, readings, shipping } = dataDirectory(dir);
  const db = openForWriting(database, { mustExist: true });
  const shipped = readShipped(shipping);
  const mover = makeMover(db, {
    folder: readings,
    monotonicMs: () => performance.now(),
    shippedUpTo: shipped.live,
    report: () => undefined,
  });
  while (mover.bite(monday + 100 * dayMs, 1_000));
  mover.close();
  shipped.close();
  db.close();
};

const closeDays = (dir: string): void => {
  const { readings, aggregates, shipping } = dataDirectory(dir);
  const shipped = readShipped(shipping);
  const closer = makeCloser({
    folders: { readings, aggregates },
    afterMs: 0,
    monotonicMs: () => performance.now(),
    shipped: shipped.day,
    report: () => undefined,
  });
  while (closer.bite(monday + 100 * dayMs, 1_000));
  closer.close();
  shipped.close();
};

const open = (dir: string): { source: OwedSource; cursors: ShippingCursors; close: () => void } => {
  const { database, readings, shipping } = dataDirectory(dir);
  const db = openForReading(database);
  const cursors = openShippingCursors(shipping);
  const source = makeOwedReadings(db, readings, cursors);
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    source.close();
    cursors.close();
    db.close();
  };
  onTestFinished(close);
  return { source, cursors, close };
};

const takeAll = (next: (limit: number) => ReturnType<OwedSource['fresh']>, limit = 100): number[] => {
  const values: number[] = [];
  for (let owed = next(limit); owed !== null; owed = next(limit)) {
    values.push(...owed.readings.map(({ value }) => Number(value)));
    owed.settle();
  }
  return values;
};

const some = (from: number, many: number): Reading[] =>
  Array.from({ length: many }, (_, index) =>
    reading({ at: monday + (from + index) * 1000, value: from + index }),
  );
const numbers = (from: number, many: number): number[] =>
  Array.from({ length: many }, (_, index) => from + index);

test('what was committed is owed in the order in which it came, the same again until it has arrived', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(500, 10), some(0, 10)]);
  const { source } = open(dir);
  expect(source.backlog()).toBe(20);
  expect(source.fresh(4)?.readings.map(({ value }) => value)).toEqual(numbers(500, 4));
  expect(source.fresh(4)?.readings.map(({ value }) => value)).toEqual(numbers(500, 4));
  expect(takeAll(source.fresh, 7)).toEqual([...numbers(500, 10), ...numbers(0, 10)]);
  expect(source.backlog()).toBe(0);
  expect(source.past(100)).toBeNull();
});

test('flags, texts and numbers are owed as what they are', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [
    [true, 'open', -2.5, 0].map((value, index) => reading({ value, measurement: `m${index}` })),
  ]);
  const { source, close } = open(dir);
  expect(source.fresh(10)?.readings.map(({ value }) => value)).toEqual([true, 'open', -2.5, 0]);
  close();
  moveAll(dir);
  expect(
    open(dir)
      .source.past(10)
      ?.readings.map(({ value }) => value),
  ).toEqual([true, 'open', -2.5, 0]);
});

test('what was moved before it was shipped is owed as the past; what was shipped before it was moved is not', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(0, 50)]);
  const before = open(dir);
  expect(takeAll(before.source.fresh)).toEqual(numbers(0, 50));
  before.close();
  await commitAll(dir, [some(dayMs / 1000, 50)]);
  moveAll(dir);
  const { source } = open(dir);
  expect(source.fresh(100)).toBeNull();
  expect(source.backlog()).toBe(50);
  expect(takeAll(source.past)).toEqual(numbers(dayMs / 1000, 50));
  expect(source.backlog()).toBe(0);
});

test('numbers in the order of arrival go on after a restart, though everything was moved and shipped', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(0, 5)]);
  const before = open(dir);
  takeAll(before.source.fresh);
  before.close();
  moveAll(dir);
  await commitAll(dir, [some(5, 5)]);
  expect(takeAll(open(dir).source.fresh)).toEqual(numbers(5, 5));
});

test('days that are closed before they were shipped are owed still, and those that were shipped are not owed anew', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(0, 3_000)]);
  moveAll(dir);
  closeDays(dir);
  const before = open(dir);
  expect(before.source.backlog()).toBe(3_000);
  const first = before.source.past(1_500);
  first?.settle();
  const left = before.source.backlog();
  expect(left).toBeLessThan(3_000);
  expect(left).toBeGreaterThan(0);
  expect(
    new Set([...(first?.readings ?? []).map(({ value }) => value), ...takeAll(before.source.past)]),
  ).toEqual(new Set(numbers(0, 3_000)));
  before.close();
  // A late reading makes the closer rewrite the series: only that is owed.
  await commitAll(dir, [[reading({ device: 'air-2', at: monday, value: 7 })]]);
  moveAll(dir);
  closeDays(dir);
  expect(takeAll(open(dir).source.past)).toEqual([7]);
});

test('a correction that was shipped is not undone by the block that holds what it corrected', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(0, 10)]);
  moveAll(dir);
  await commitAll(dir, [[reading({ at: monday, value: 99 })]]);
  const { source } = open(dir);
  expect(takeAll(source.fresh)).toEqual([99]);
  expect(takeAll(source.past)).toEqual([99, ...numbers(1, 9)]);
});

test('a day whose file was dropped and made anew is not taken for shipped', async () => {
  const dir = temporaryDirectory();
  await commitAll(dir, [some(0, 10)]);
  moveAll(dir);
  const before = open(dir);
  takeAll(before.source.past);
  before.close();
  removePartition(dayPath(dataDirectory(dir).readings, '2026-01-05'));
  await commitAll(dir, [some(20, 3)]);
  moveAll(dir);
  expect(takeAll(open(dir).source.past)).toEqual(numbers(20, 3));
});
