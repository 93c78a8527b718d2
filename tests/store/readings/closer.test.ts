import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { bucketsOf, coarsenesses } from '../../../src/store/readings/bucket.ts';
import { dayMs, dayPath, openDayFile } from '../../../src/store/readings/day-files.ts';
import { dropDay } from '../../../src/store/readings/keep.ts';
import { monthPath, openMonthFile } from '../../../src/store/readings/month-files.ts';
import {
  blocksOf,
  dayNames,
  device,
  farFuture,
  modelOf,
  monday,
  openReadingRoom,
  type ReadingRoom,
  row,
  tuesday,
} from './reading-room.ts';

const [mondayName] = dayNames;

/** Temperatures of a day, one every `everyMs`. */
const temperatures = (start: number, everyMs: number): ReadingRow[] =>
  Array.from({ length: dayMs / everyMs }, (_, index) =>
    row(start + index * everyMs, Math.round(210 + 20 * Math.sin(index / 400)) / 10, {
      receivedAt: start + index * everyMs + ((index * 7_919) % 97),
    }),
  );

const expectExact = (room: ReadingRoom, measurement: string, all: readonly ReadingRow[]): void => {
  for (const coarseness of coarsenesses)
    expect(room.buckets(measurement, coarseness)).toEqual(bucketsOf(modelOf(all), coarseness));
};

test('a day that is over has the same readings when it is closed, in fewer bytes, and its minutes and hours', () => {
  const room = openReadingRoom();
  const numbers = temperatures(monday, 30_000);
  const flags = Array.from({ length: 300 }, (_, index) =>
    row(monday + index * 60_000, index === 77 ? 1 : 0, { flag: 1, deviceAt: index % 2 === 0 ? 5 : null }),
  );
  const texts = [row(monday + 1, 'open'), row(monday + 9, 'closed')];
  room.commit('temperature', numbers);
  room.commit('smoke', flags);
  room.commit('valve', texts);
  room.move();
  room.reopen();
  const bytes = (): number => blocksOf(room, mondayName).reduce((sum, block) => sum + block.bytes, 0);
  const young = bytes();
  room.close();
  room.reopen();
  expect(bytes()).toBeLessThan(young / 2);
  expect(blocksOf(room, mondayName)).toMatchObject([
    { closed: 1, count: 1_024 },
    { closed: 1, count: 1_024 },
    { closed: 1, count: 832 },
    { closed: 1, count: 300 },
    { closed: 1, count: 2 },
  ]);
  expect(room.rows('temperature')).toEqual(numbers);
  expect(room.rows('smoke')).toEqual(flags);
  expect(room.rows('valve')).toEqual(texts);
  expectExact(room, 'temperature', numbers);
  expectExact(room, 'smoke', flags);
  expect(room.buckets('valve', 'minutes')).toEqual([]);
  expect(room.rows('never-said')).toEqual([]);
});

test('a day is closed when it is over and so long after, and today is left alone', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(monday, 1), row(tuesday, 2)]);
  room.move();
  room.close(tuesday - 1);
  expect(room.buckets('temperature', 'hours')).toEqual([]);
  room.close(tuesday);
  expect(room.buckets('temperature', 'hours')).toMatchObject([{ at: monday, sum: 1 }]);
  expect(blocksOf(room, dayNames[1])).toMatchObject([{ closed: 0 }]);
});

test('readings that came mixed up, late and corrected are in order and each there once when their day is closed', () => {
  const anyDay = fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 200 }).map((step) => monday + step * 37_000),
      value: fc.integer({ min: -500, max: 500 }).map((value) => value / 10),
      after: fc.constantFrom('nothing', 'nothing', 'move', 'close'),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(anyDay, (steps) => {
      const room = openReadingRoom();
      const all: ReadingRow[] = [];
      for (const { at, value, after } of steps) {
        const said = row(at, value);
        all.push(said);
        room.commit('temperature', [said]);
        if (after !== 'nothing') room.move();
        if (after === 'close') room.close();
      }
      expect(room.rows('temperature')).toEqual(modelOf(all));
      room.move();
      room.close();
      expect(room.rows('temperature')).toEqual(modelOf(all));
      expectExact(room, 'temperature', all);
    }),
    { numRuns: 6 },
  );
});

test('late readings open their series of a closed day again, and no other', () => {
  const room = openReadingRoom();
  const first = [row(monday + 5_000, 0.1), row(monday + 90_000, 0.2)];
  room.commit('temperature', first);
  room.commit('humidity', first);
  room.move();
  room.close();
  const late = [row(monday + 1_000, 0.3), row(monday + 90_000, 7)];
  room.commit('temperature', late);
  room.move();
  expect(blocksOf(room, mondayName).map(({ closed }) => closed)).toEqual([0, 1, 1]);
  room.close();
  expect(blocksOf(room, mondayName).map(({ closed }) => closed)).toEqual([1, 1]);
  expectExact(room, 'temperature', [...first, ...late]);
  expectExact(room, 'humidity', first);
});

test('a gateway that died after the aggregates and before the blocks closes again, and counts nothing twice', () => {
  const room = openReadingRoom();
  const rows = temperatures(monday, 600_000);
  room.commit('temperature', rows);
  room.move();
  // The first half of a closing by hand: the generation and the aggregates are committed, and there it ends.
  const file = openDayFile(room.folders.readings, mondayName);
  file.db.exec('UPDATE generation SET number = 0');
  file.close();
  for (const coarseness of coarsenesses) {
    const month = openMonthFile(room.folders.aggregates, '2026-01', coarseness);
    month.begin();
    month.put(mondayName, 0, { device, measurement: 'temperature' }, bucketsOf(rows, coarseness));
    month.commit();
    month.close();
  }
  const late = [row(monday + 1, 99)];
  room.commit('temperature', late);
  room.move();
  room.close();
  expectExact(room, 'temperature', [...rows, ...late]);
});

test('where the aggregates cannot be written the blocks stay as they were, and the closing is done later', () => {
  const room = openReadingRoom();
  const rows = temperatures(monday, 600_000);
  room.commit('temperature', rows);
  room.move();
  const month = openMonthFile(room.folders.aggregates, '2026-01', 'hours');
  onTestFinished(() => month.close());
  month.begin();
  expect(() => room.close()).toThrow(/locked/);
  expect(blocksOf(room, mondayName).map(({ closed }) => closed)).not.toContain(1);
  month.rollback();
  room.close();
  expectExact(room, 'temperature', rows);
  expect(room.rows('temperature')).toEqual(rows);
});

test('readings that come after their day was dropped are added to its aggregates, as often as that happens', () => {
  const room = openReadingRoom();
  const all: ReadingRow[] = [];
  for (const generation of [0, 1, 2]) {
    const rows = [0, 1, 2, 3].map((step) =>
      row(monday + step * 20_000 + generation, (generation * 10 + step) / 10),
    );
    for (const one of rows) {
      all.push(one);
      room.commit('temperature', [one]);
      room.move();
      room.close();
      expectExact(room, 'temperature', all);
    }
    room.closer().close();
    dropDay(room.folders.readings, mondayName);
    expectExact(room, 'temperature', all);
  }
  expect(room.days()).toEqual([]);
});

test('a damaged day is reported once and left as it is; the others are closed', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(monday, 1), row(tuesday, 2), row(tuesday + dayMs, 3)]);
  room.move();
  room.reopen();
  writeFileSync(dayPath(room.folders.readings, mondayName), 'not a database at all'.repeat(500));
  const day = openDayFile(room.folders.readings, dayNames[1]);
  day.db.exec('UPDATE block SET data = zeroblob(30)');
  day.close();
  for (let round = 0; round < 3; round += 1) room.close();
  expect(room.reported).toEqual([`closer ${mondayName}`, `closer ${dayNames[1]}`]);
  expect(room.buckets('temperature', 'hours')).toMatchObject([{ at: tuesday + dayMs, sum: 3 }]);
});

test('damaged aggregates are reported, and the readings of their days stay', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(monday, 1)]);
  room.move();
  writeFileSync(monthPath(room.folders.aggregates, '2026-01', 'hours'), 'no database'.repeat(500));
  room.close();
  room.close();
  expect(room.reported).toEqual([`closer ${mondayName}`]);
  expect(room.rows('temperature')).toEqual([row(monday, 1)]);
});

test('the room that the parts of a day took while it went on is given back to the disk when it is closed', () => {
  const room = openReadingRoom();
  room.commit('temperature', temperatures(monday, 20_000));
  room.move();
  room.close();
  room.reopen();
  const file = openDayFile(room.folders.readings, mondayName);
  onTestFinished(() => file.close());
  expect(file.db.pragma('auto_vacuum', { simple: true })).toBe(2);
  expect(file.db.pragma('freelist_count', { simple: true })).toBe(0);
});

test('what was owed to another database stays owed when its day is closed, and what was shipped does not', () => {
  const room = openReadingRoom();
  room.commit('temperature', [row(monday, 1)]);
  room.move();
  room.ship(Math.max(...blocksOf(room, mondayName).map(({ number }) => number)));
  room.commit('humidity', [row(monday, 1)]);
  room.move();
  room.close();
  expect(blocksOf(room, mondayName)).toMatchObject([
    { closed: 1, owed: 0 },
    { closed: 1, owed: 1 },
  ]);
});

test('a bite ends when its time is over, and what is left is done by the next', () => {
  const room = openReadingRoom();
  for (const index of [1, 2, 3]) room.commit(`m${index}`, [row(monday, index)]);
  room.move();
  // No time at all: nothing is closed, and nothing is said to be done.
  expect(room.closer().bite(farFuture, 0)).toBe(true);
  expect(blocksOf(room, mondayName).map(({ closed }) => closed)).toEqual([0, 0, 0]);
  room.close();
  expect(blocksOf(room, mondayName).map(({ closed }) => closed)).toEqual([1, 1, 1]);
});
