import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ExportCursor, ExportQuery } from '../../../src/gateway/ports.ts';
import { dataDirectory } from '../../../src/store/data-directory.ts';
import { openForReading, openForWriting } from '../../../src/store/database.ts';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { dayOf, daysBetween } from '../../../src/store/readings/day-files.ts';
import { type ExactReadings, readExactly } from '../../../src/store/readings/exact-rows.ts';
import { exportPage } from '../../../src/store/readings/export-page.ts';
import { makeMover } from '../../../src/store/readings/mover.ts';
import { makePartitionReader } from '../../../src/store/readings/partition-reader.ts';
import { reading } from '../batches.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from '../record-room.ts';

const dayMs = 86_400_000;
const monday = Date.UTC(2026, 0, 5);
const farAhead = 1_000_000_000_000;
const temperature = { device: 'air-1', measurement: 'temperature', unit: '°C' };
const everything: Omit<ExportQuery, 'cursor'> = {
  series: [temperature],
  from: 0,
  to: monday * 2,
  format: 'ndjson',
  limit: 1_000,
};

const linesOf = (bytes: Uint8Array): { device: string; at: number; value: unknown }[] =>
  new TextDecoder()
    .decode(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Every line of an export, page by page. */
const exportAll = async (
  store: RecordRoom,
  query: Partial<ExportQuery> = {},
  betweenPages: () => Promise<unknown> = async () => undefined,
) => {
  const lines: ReturnType<typeof linesOf> = [];
  let pages = 0;
  let cursor: ExportCursor | null = null;
  do {
    const asked: ExportQuery = { ...everything, ...query, cursor };
    const page = await store.archive.exported(asked);
    const said = linesOf(page.bytes);
    expect(said).toHaveLength(page.rows);
    expect(page.rows).toBeLessThanOrEqual(asked.limit);
    lines.push(...said);
    pages += 1;
    cursor = page.next;
    await betweenPages();
  } while (cursor !== null);
  return { lines, pages };
};

/** A series of one reading in each moment of `[0, rows)`, none of any other, in pieces of ten; with how many were read. */
const countedRows = (rows: number) => {
  const counted = { read: 0, looks: 0 };
  const exact: ExactReadings = {
    rows: function* (device, _measurement, from, to): Generator<ReadingRow> {
      counted.looks += 1;
      for (let at = from; device === 'air-1' && at < Math.min(to, rows); at += 1) {
        counted.read += 1;
        yield { at, value: at, flag: 0, receivedAt: at, deviceAt: null };
      }
    },
    cuts: (from, to) =>
      Array.from({ length: Math.ceil((to - from) / 10) }, (_, index) =>
        Math.min(to, from + 10 * (index + 1)),
      ),
  };
  return { exact, counted };
};

test('an export goes series by series in the order of time, over day files and live database, each reading once', async () => {
  const dir = temporaryDirectory();
  const moments = Array.from({ length: 300 }, (_, index) => monday + index * 900_000);
  const before = await openRecordRoom(dir, 0);
  await commit(before, {
    readings: moments.flatMap((at) => [
      reading({ at, value: at }),
      reading({ at, value: at % 2 === 0, device: 'air-2', measurement: 'on' }),
    ]),
  });
  const series = [{ device: 'air-2', measurement: 'on', unit: null }, temperature];
  const first = await exportAll(before, { series, limit: 7 });
  await before.close();
  const store = await openRecordRoom(dir, farAhead);
  const last = moments.at(-1) ?? 0;
  await commit(store, {
    readings: [reading({ at: monday, value: -1 }), reading({ at: last + 1, value: -2 })],
  });
  const second = await exportAll(store, { series, limit: 7 });

  const flags = moments.map((at) => ({ device: 'air-2', at, value: at % 2 === 0 }));
  const numbers = moments.map((at) => ({ device: 'air-1', at, value: at }));
  expect(first.lines).toMatchObject([...flags, ...numbers]);
  expect(first.lines).toHaveLength(600);
  expect(second.lines).toMatchObject([
    ...flags,
    { ...numbers[0], value: -1 },
    ...numbers.slice(1),
    { device: 'air-1', at: last + 1, value: -2 },
  ]);
  expect(second.lines).toHaveLength(601);
  expect(second.pages).toBeGreaterThanOrEqual(Math.floor(601 / 7));
});

test('a reading that moves to its day file while it is exported is exported once', async () => {
  const dir = temporaryDirectory();
  const count = 3_000;
  const moments = Array.from({ length: count }, (_, index) => monday + index * 100_000);
  const still = await openRecordRoom(dir, farAhead);
  await commit(still, { readings: moments.map((at) => reading({ at, value: at })) });
  await still.close();
  const store = await openRecordRoom(dir, 0);
  // Each small batch lets the mover take another bite between two pages.
  const nudge = (): Promise<number> =>
    commit(store, { readings: [reading({ device: 'other', at: monday, value: 0 })] });
  const { lines, pages } = await exportAll(store, { limit: 100 }, nudge);
  expect(lines.map(({ at }) => at)).toEqual(moments);
  expect(pages).toBeGreaterThan(20);
});

test('readings that move in the middle of a page are met once, those that move behind it and before it too', async () => {
  const dir = temporaryDirectory();
  const moments = Array.from({ length: 5_000 }, (_, index) => monday + index * 50_000);
  const still = await openRecordRoom(dir, farAhead);
  await commit(still, { readings: moments.map((at) => reading({ at, value: at })) });
  await still.close();
  const { database, readings } = dataDirectory(dir);
  const db = openForWriting(database, { mustExist: true });
  const asker = openForReading(database);
  const mover = makeMover(db, {
    folder: readings,
    monotonicMs: () => 0,
    shippedUpTo: () => 0,
    report: () => undefined,
  });
  const partitions = makePartitionReader();
  onTestFinished(() => {
    mover.close();
    partitions.close();
    asker.close();
    db.close();
  });
  const count = db.prepare<[], number>('SELECT count(*) FROM reading').pluck();
  const live: (number | undefined)[] = [];
  const met: number[] = [];
  for (const { at } of readExactly(asker, readings, partitions).rows('air-1', 'temperature', 0, monday * 2)) {
    met.push(at);
    if (met.length % 500 !== 1) continue;
    mover.bite(monday + 100 * dayMs, 20);
    live.push(count.get());
  }
  expect(met).toEqual(moments);
  expect(new Set(live).size).toBeGreaterThan(3);
  expect(live.at(-1)).toBeLessThan(live[0] ?? 0);
});

test('a span holds its first moment and not its last, and what nobody measured is an empty export', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  await commit(store, { readings: [1, 2, 3].map((at) => reading({ at, value: at })) });
  const { lines } = await exportAll(store, { from: 1, to: 3 });
  expect(lines.map(({ at }) => at)).toEqual([1, 2]);
  expect((await exportAll(store, { series: [{ ...temperature, device: 'air-9' }] })).lines).toEqual([]);
  expect(await exportAll(store, { series: [] })).toEqual({ lines: [], pages: 1 });
});

test('more live rows than are read at once, and day files among them, come in order', async () => {
  const dir = temporaryDirectory();
  const old = await openRecordRoom(dir, 0);
  const every = (step: number, offset: number, count: number): number[] =>
    Array.from({ length: count }, (_, index) => monday + offset + index * step);
  const early = every(20, 0, 500);
  await commit(old, { readings: early.map((at) => reading({ at, value: 'moved' })) });
  await old.close();
  const store = await openRecordRoom(dir, farAhead);
  const late = every(2, 1, 5_000);
  await commit(store, { readings: late.map((at) => reading({ at, value: 'live' })) });
  const { lines } = await exportAll(store);
  expect(lines.map(({ at }) => at)).toEqual([...early, ...late].sort((a, b) => a - b));
});

test('a page goes on where the one before ended, and reads no more than it hands out', () => {
  const { exact, counted } = countedRows(95);
  const query: ExportQuery = { ...everything, from: 0, to: 100, cursor: null, limit: 10 };
  const page = exportPage(exact, () => 0, { ...query, cursor: { series: 0, at: 37 } });
  expect(linesOf(page.bytes).map(({ at }) => at)).toEqual([37, 38, 39, 40, 41, 42, 43, 44, 45, 46]);
  expect(page.next).toEqual({ series: 0, at: 47 });
  expect(counted.read).toBe(10);
  expect(exportPage(exact, () => 0, { ...query, cursor: { series: 0, at: 88 } })).toMatchObject({
    rows: 7,
    next: null,
  });
});

test('a page ends when its time is over, amid rows and amid nothing, and the export still comes to its end', () => {
  const { exact, counted } = countedRows(95);
  let clock = 0;
  const tick = (): number => {
    clock += 1;
    return clock;
  };
  const series = [
    ...Array.from({ length: 5 }, (_, index) => ({ ...temperature, device: `silent-${index}` })),
    temperature,
  ];
  const said: number[] = [];
  let cursor: ExportCursor | null = null;
  let pages = 0;
  do {
    const looksBefore = counted.looks;
    const page = exportPage(exact, tick, { ...everything, series, from: 0, to: 100, cursor });
    said.push(...linesOf(page.bytes).map(({ at }) => at));
    expect(page.rows).toBeLessThanOrEqual(10);
    expect(counted.looks - looksBefore).toBeLessThanOrEqual(11);
    cursor = page.next;
    pages += 1;
  } while (cursor !== null);
  expect(said).toEqual(Array.from({ length: 95 }, (_, at) => at));
  expect(pages).toBeGreaterThan(10);
});

test('a year of day files is looked through eight at a time, whatever the span', () => {
  const folder = temporaryDirectory();
  const days = Array.from({ length: 365 }, (_, index) => monday + index * dayMs);
  for (const at of days) writeFileSync(join(folder, `${dayOf(at)}.db`), '');
  const db = openForWriting(join(folder, 'live'), { mustExist: false });
  onTestFinished(() => {
    db.close();
  });
  db.exec('CREATE TABLE series (number, device, measurement)');
  const { cuts } = readExactly(db, folder, makePartitionReader());
  const far = monday + 1_000 * dayMs;
  for (const [from, to] of [
    [0, far],
    [monday + 5, monday + 100 * dayMs],
    [monday + 20 * dayMs, monday + 21 * dayMs],
  ] as const) {
    let begin = from;
    for (const end of cuts(from, to)) {
      expect(end).toBeGreaterThan(begin);
      expect(daysBetween(folder, begin, end).length).toBeLessThanOrEqual(9);
      begin = end;
    }
    expect(begin).toBe(to);
  }
});
