import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { Reading } from '../../../src/model/reading.ts';
import { dataDirectory } from '../../../src/store/data-directory.ts';
import { openForWriting } from '../../../src/store/database.ts';
import { decodeBlock } from '../../../src/store/readings/block.ts';
import { openDayFile } from '../../../src/store/readings/day-files.ts';
import { type Mover, makeMover } from '../../../src/store/readings/mover.ts';
import { reading } from '../batches.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from '../record-room.ts';

const dayMs = 86_400_000;
const monday = Date.UTC(2026, 0, 5);
const everything = { device: 'air-1', measurement: 'temperature', from: 0, to: monday * 2, points: 1_000 };
const farAhead = 1_000_000_000;

/** A directory whose live database holds these readings, no store being open on it. */
const holding = async (readings: readonly Reading[]): Promise<string> => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, farAhead);
  await commit(store, { readings });
  await store.close();
  return dir;
};

/** Lets a mover loose on the live database until its round is over. */
const moveAll = (dir: string, reported: string[] = []): void => {
  const { database, readings } = dataDirectory(dir);
  const db = openForWriting(database, { mustExist: true });
  const mover = makeMover(db, {
    folder: readings,
    monotonicMs: () => performance.now(),
    shippedUpTo: () => 0,
    report: (day) => reported.push(day),
  });
  try {
    while (mover.bite(monday + 100 * dayMs, 20));
  } finally {
    mover.close();
    db.close();
  }
};

const dayFiles = (dir: string): string[] => readdirSync(dataDirectory(dir).readings).sort();

const liveRows = (dir: string): number => {
  const db = openForWriting(dataDirectory(dir).database, { mustExist: true });
  try {
    return Number(db.prepare('SELECT count(*) FROM reading').pluck().get());
  } finally {
    db.close();
  }
};

const values = async (store: RecordRoom, query: Partial<typeof everything> = {}): Promise<unknown[]> =>
  (await store.archive.readings({ ...everything, ...query })).map(([, value]) => value);

test('numbers, flags and texts come back as what they were', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  const kinds = [21, -0.25, 0, 1, true, false, 'open', '1'];
  await commit(store, {
    readings: kinds.map((value, index) => reading({ measurement: `m${index}`, value, at: monday })),
  });
  for (const [index, value] of kinds.entries())
    expect(await values(store, { measurement: `m${index}` })).toEqual([value]);
});

test('a second value of the same moment replaces the first, in the same batch and in a later one', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  await commit(store, { readings: [reading({ value: 1 }), reading({ value: 2 })] });
  expect(await values(store)).toEqual([2]);
  await commit(store, { readings: [reading({ value: true })] });
  expect(await values(store)).toEqual([true]);
});

test('a span holds its first moment and not its last', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  await commit(store, { readings: [1, 2, 3].map((at) => reading({ at, value: at })) });
  expect(await values(store, { from: 1, to: 3 })).toEqual([1, 2]);
  expect(await values(store, { device: 'air-2' })).toEqual([]);
});

test('old readings are in the file of their day, whole, and no longer in the live database', async () => {
  const dir = await holding([
    reading({ at: monday - 1, value: 1 }),
    reading({ at: monday, value: true, deviceAt: 77 }),
    reading({ at: monday + dayMs, value: 'open' }),
  ]);
  moveAll(dir);
  expect(dayFiles(dir)).toEqual(['2026-01-04.db', '2026-01-05.db', '2026-01-06.db']);
  expect(liveRows(dir)).toBe(0);
  const store = await openRecordRoom(dir, farAhead);
  expect(await values(store)).toEqual([1, true, 'open']);
  expect(await values(store, { from: monday, to: monday + dayMs })).toEqual([true]);
  const day = openForWriting(join(dataDirectory(dir).readings, '2026-01-05.db'), { mustExist: true });
  onTestFinished(() => {
    day.close();
  });
  expect(day.prepare('SELECT device, measurement FROM series').all()).toEqual([
    { device: 'air-1', measurement: 'temperature' },
  ]);
  expect(day.prepare<[], Buffer>('SELECT data FROM block').pluck().all().map(decodeBlock)).toEqual([
    [{ at: monday, value: 1, flag: 1, receivedAt: reading().receivedAt, deviceAt: 77 }],
  ]);
});

test('a gateway that died between copying and deleting moves again, and nothing is doubled or lost', async () => {
  const moments = Array.from({ length: 1_200 }, (_, index) => monday + index);
  const dir = await holding(moments.map((at) => reading({ at, value: at - monday })));
  // The first half of a bite by hand: copied and committed, and there it ends.
  const file = openDayFile(dataDirectory(dir).readings, '2026-01-05');
  file.begin();
  file.put(
    file.series('air-1', 'temperature'),
    moments.slice(0, 700).map((at) => ({ at, value: at - monday, flag: 0, receivedAt: at, deviceAt: null })),
    { owed: true, closed: false },
  );
  file.commit();
  file.close();
  const before = await openRecordRoom(dir, farAhead);
  const expected = moments.map((at) => at - monday);
  expect(await values(before, { points: 2_000 })).toEqual(expected);
  await before.close();

  moveAll(dir);
  moveAll(dir);
  expect(liveRows(dir)).toBe(0);
  expect(await values(await openRecordRoom(dir, farAhead), { points: 2_000 })).toEqual(expected);
});

test('what could not be copied stays where it was', async () => {
  const dir = await holding([reading({ at: monday })]);
  const { readings } = dataDirectory(dir);
  rmSync(readings, { recursive: true });
  writeFileSync(readings, 'no folder');
  expect(() => moveAll(dir)).toThrow();
  rmSync(readings);
  expect(await values(await openRecordRoom(dir, farAhead))).toEqual([21.5]);
});

test('a damaged day file is reported once and passed over; the other days are moved and its readings stay', async () => {
  const dir = await holding([
    reading({ at: monday, value: 1 }),
    reading({ at: monday + 1, value: 2 }),
    reading({ at: monday + dayMs, value: 3 }),
    reading({ at: monday, value: 4, device: 'air-2' }),
  ]);
  writeFileSync(join(dataDirectory(dir).readings, '2026-01-05.db'), 'not a database at all'.repeat(500));
  const reported: string[] = [];
  moveAll(dir, reported);
  expect(reported).toEqual(['2026-01-05']);
  expect(dayFiles(dir)).toContain('2026-01-06.db');
  expect(liveRows(dir)).toBe(3);
});

test('a correction of a reading that has moved is what is shown, before and after it moves too', async () => {
  const dir = await holding([reading({ at: monday, value: 1 }), reading({ at: monday + 1, value: 5 })]);
  moveAll(dir);
  const store = await openRecordRoom(dir, farAhead);
  await commit(store, { readings: [reading({ at: monday, value: 2 })] });
  expect(await values(store)).toEqual([2, 5]);
  await store.close();
  moveAll(dir);
  expect(liveRows(dir)).toBe(0);
  expect(await values(await openRecordRoom(dir, farAhead))).toEqual([2, 5]);
});

test('only what is old enough moves, in bites that end', async () => {
  const dir = await holding([
    ...Array.from({ length: 3_000 }, (_, index) =>
      reading({ at: monday + index, device: `air-${index % 7}` }),
    ),
    reading({ at: monday + dayMs }),
  ]);
  const { database, readings } = dataDirectory(dir);
  const db: Database.Database = openForWriting(database, { mustExist: true });
  // A clock that stands still: a bite ends by the number of its rows alone.
  const mover: Mover = makeMover(db, {
    folder: readings,
    monotonicMs: () => 0,
    shippedUpTo: () => 0,
    report: () => undefined,
  });
  onTestFinished(() => {
    mover.close();
    db.close();
  });
  let bites = 1;
  while (mover.bite(monday + dayMs, 20)) bites += 1;
  expect(bites).toBeGreaterThan(2);
  expect(db.prepare('SELECT at FROM reading').pluck().all()).toEqual([monday + dayMs]);
});

test('a running gateway moves readings by itself, and answers with all of them meanwhile', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, 0);
  const expected = Array.from({ length: 500 }, (_, index) => index);
  await commit(store, { readings: expected.map((value) => reading({ at: monday + value, value })) });
  do expect(await values(store)).toEqual(expected);
  while (dayFiles(dir).length === 0);
  await store.close();
  expect(dayFiles(dir)).toEqual(['2026-01-05.db']);
});
