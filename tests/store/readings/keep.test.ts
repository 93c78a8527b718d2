import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bucketsOf } from '../../../src/store/readings/bucket.ts';
import { dayMs, dayOf, dayPath, openDayFile, startOfDay } from '../../../src/store/readings/day-files.ts';
import {
  bytesBelow,
  type DiskUse,
  dropDay,
  dropMonths,
  dropTooOld,
  hindrance,
  type KeepReadings,
  makeRoom,
  measureDisk,
} from '../../../src/store/readings/keep.ts';
import { monthsOf } from '../../../src/store/readings/month-files.ts';
import { temporaryDirectory } from '../record-room.ts';
import {
  blocksOf,
  dayNames,
  device,
  farFuture,
  monday,
  openReadingRoom,
  type ReadingRoom,
  row,
} from './reading-room.ts';

const [mondayName, tuesdayName] = dayNames;
const keep: KeepReadings = { exactMs: 2 * dayMs, minutesMs: 40 * dayMs, hoursMs: 80 * dayMs };
const nobodyShips = () => null;

/** A room with a reading of each of so many days, closed. */
const roomOfDays = (days: number): ReadingRoom => {
  const room = openReadingRoom();
  room.commit(
    'temperature',
    Array.from({ length: days }, (_, index) => row(monday + index * dayMs, index)),
  );
  room.move();
  room.close();
  room.reopen();
  return room;
};

test('exact readings are dropped when they are too old, a day at a time and the oldest first, and their aggregates stay', () => {
  const room = roomOfDays(4);
  const { readings } = room.folders;
  const before = room.buckets('temperature', 'minutes');
  expect(dropTooOld(readings, keep, monday + 3 * dayMs - 1, nobodyShips)).toBeNull();
  const wednesdayIsOver = monday + 4 * dayMs;
  expect(dropTooOld(readings, keep, wednesdayIsOver, nobodyShips)).toBe(mondayName);
  expect(dropTooOld(readings, keep, wednesdayIsOver, nobodyShips)).toBe(tuesdayName);
  expect(dropTooOld(readings, keep, wednesdayIsOver, nobodyShips)).toBeNull();
  expect(room.days()).toEqual(['2026-01-07', '2026-01-08']);
  expect(room.buckets('temperature', 'minutes')).toEqual(before);
});

test('a day that is not closed, or not shipped where readings are shipped, or damaged, stays however old it is, and holds back no other', () => {
  const room = roomOfDays(5);
  const { readings } = room.folders;
  room.commit('temperature', [row(monday + 1, 7)]);
  room.move();
  room.reopen();
  const [wednesday, thursday, friday] = [2, 3, 4].map((days) => dayOf(monday + days * dayMs));
  writeFileSync(dayPath(readings, tuesdayName), 'no database'.repeat(500));
  const shippedOf = (day: string): number => (day === wednesday ? 0 : Number.MAX_SAFE_INTEGER);
  expect(
    [mondayName, tuesdayName, wednesday, thursday].map((day) => hindrance(readings, day ?? '', 0)),
  ).toEqual(['not-closed', 'damaged', 'not-shipped', 'not-shipped']);
  expect(hindrance(readings, wednesday ?? '', null)).toBeNull();
  expect(dropTooOld(readings, keep, farFuture, shippedOf)).toBe(thursday);
  expect(dropTooOld(readings, keep, farFuture, shippedOf)).toBe(friday);
  expect(dropTooOld(readings, keep, farFuture, shippedOf)).toBeNull();
  expect(room.days()).toEqual([mondayName, tuesdayName, wednesday]);
});

test('a day file of which only the name was made yet, or whose tables are those of another program, is dropped by nobody', () => {
  const room = openReadingRoom();
  const { readings } = room.folders;
  writeFileSync(dayPath(readings, mondayName), '');
  expect(hindrance(readings, mondayName, null)).toBe('not-closed');
  // And it still becomes a day file when readings come.
  const file = openDayFile(readings, mondayName);
  file.db.pragma('user_version = 9');
  file.close();
  expect(hindrance(readings, mondayName, null)).toBe('damaged');
});

test('months of aggregates are dropped each when its own time is over, counted from the end of the month', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(Date.UTC(2026, 0, 31), 1), row(Date.UTC(2026, 1, 1), 2)]);
  room.move();
  room.close();
  room.reopen();
  const months = () =>
    (['minutes', 'hours'] as const).map((coarseness) => monthsOf(room.folders.aggregates, coarseness));
  const endOfJanuary = Date.UTC(2026, 1, 1);
  dropMonths(room.folders, keep, endOfJanuary + keep.minutesMs - 1);
  expect(months()).toEqual([
    ['2026-01', '2026-02'],
    ['2026-01', '2026-02'],
  ]);
  expect(dropMonths(room.folders, keep, endOfJanuary + keep.minutesMs)).toEqual([
    join(room.folders.aggregates, '2026-01.minutes.db'),
  ]);
  expect(dropMonths(room.folders, keep, endOfJanuary + keep.minutesMs)).toEqual([]);
  dropMonths(room.folders, keep, farFuture);
  expect(months()).toEqual([[], []]);
});

/** A disk on which every day file takes 100 bytes. */
const disk = (room: ReadingRoom, budgetBytes: number) => (): DiskUse => ({
  usedBytes: room.days().length * 100,
  budgetBytes,
});

test('when the disk is nearly full the oldest days give way, no more than must, and it is said which', () => {
  const room = roomOfDays(6);
  const now = monday + 5 * dayMs;
  const { readings } = room.folders;
  expect(makeRoom(readings, now, nobodyShips, disk(room, 1_000))).toEqual({
    use: { usedBytes: 600, budgetBytes: 1_000 },
    gaveWay: [],
    unshipped: [],
  });
  // 500 of 600 bytes are less than nine tenths.
  expect(makeRoom(readings, now, nobodyShips, disk(room, 600))).toEqual({
    use: { usedBytes: 500, budgetBytes: 600 },
    gaveWay: [mondayName],
    unshipped: [],
  });
  expect(room.days()[0]).toBe(tuesdayName);
});

test('the last two days never give way, nor does what is not closed or damaged; what is not shipped does, and is named', () => {
  const room = roomOfDays(7);
  const { readings } = room.folders;
  room.commit('temperature', [row(monday + 1, 7)]);
  room.move();
  room.reopen();
  writeFileSync(dayPath(readings, tuesdayName), 'no database'.repeat(500));
  const days = [2, 3, 4, 5, 6].map((index) => dayOf(monday + index * dayMs));
  const today = startOfDay(days[4] ?? '');
  const { gaveWay, unshipped, use } = makeRoom(
    readings,
    today + 5,
    (day) => (day === days[0] ? Number.MAX_SAFE_INTEGER : 0),
    disk(room, 100),
  );
  expect(gaveWay).toEqual(days.slice(0, 3));
  expect(unshipped).toEqual(days.slice(1, 3));
  expect(room.days()).toEqual([mondayName, tuesdayName, ...days.slice(3)]);
  expect(use.usedBytes).toBe(400);
});

test('what a directory uses is every file in it, and what it may use is never more than the disk has', () => {
  const dir = temporaryDirectory();
  mkdirSync(join(dir, 'below'));
  writeFileSync(join(dir, 'a'), 'x'.repeat(70));
  writeFileSync(join(dir, 'below', 'b'), 'x'.repeat(30));
  expect(bytesBelow(dir)).toBe(100);
  expect(bytesBelow(join(dir, 'gone'))).toBe(0);
  expect(measureDisk(dir, 5_000)).toEqual({ usedBytes: 100, budgetBytes: 5_000 });
  const whole = measureDisk(dir, null);
  expect(whole.budgetBytes).toBeGreaterThan(100);
  expect(measureDisk(dir, Number.MAX_SAFE_INTEGER).budgetBytes).toBeLessThan(Number.MAX_SAFE_INTEGER);
});

test('readings moved into a day that was dropped since the last ones were go to a new file, and none is lost', () => {
  const room = openReadingRoom();
  const [first, second] = [row(monday, 1), row(monday + 60_000, 2)];
  room.commit('temperature', [first]);
  room.move();
  room.close();
  room.closer().close();
  // The mover still has the file open.
  dropDay(room.folders.readings, mondayName);
  room.commit('temperature', [second]);
  room.move();
  expect(room.rows('temperature')).toEqual([second]);
  room.reopen();
  expect(room.rows('temperature')).toEqual([second]);
  room.close();
  expect(room.buckets('temperature', 'minutes')).toEqual(bucketsOf([first, second], 'minutes'));
});

test('a day made anew numbers its blocks beyond all that the dropped one had, so that nobody takes them for shipped', () => {
  const room = openReadingRoom();
  const newest = (): number => Math.max(...blocksOf(room, mondayName).map(({ number }) => number));
  for (const value of [1, 2, 3]) {
    room.commit('temperature', [row(monday + value, value)]);
    room.move();
  }
  room.close();
  const before = newest();
  room.closer().close();
  dropDay(room.folders.readings, mondayName);
  room.commit('temperature', [row(monday, 5)]);
  room.move();
  expect(newest()).toBeGreaterThan(before);
  room.close();
  expect(hindrance(room.folders.readings, mondayName, before)).toBe('not-shipped');
});

test('the mover lets go of a dropped day even where no reading of it comes any more', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(monday, 1)]);
  room.move();
  room.close();
  room.closer().close();
  dropDay(room.folders.readings, mondayName);
  room.move();
  // A file that somebody made meanwhile keeps its WAL when the mover ends.
  const file = openDayFile(room.folders.readings, mondayName);
  file.begin();
  file.put(file.series(device, 'humidity'), [row(monday, 5)], { owed: false, closed: false });
  file.commit();
  room.reopen();
  expect(room.rows('humidity')).toEqual([row(monday, 5)]);
  file.close();
  expect(room.rows('humidity')).toEqual([row(monday, 5)]);
});
