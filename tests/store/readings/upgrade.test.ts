import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { dataDirectory, makeDirectories } from '../../../src/store/data-directory.ts';
import { openForWriting } from '../../../src/store/database.ts';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { dayMs, dayPath, openDayFile } from '../../../src/store/readings/day-files.ts';
import { upgradeDayFiles } from '../../../src/store/readings/upgrade.ts';
import { openRecordRoom, temporaryDirectory } from '../record-room.ts';
import { blocksOf, dayNames, device, monday, openReadingRoom, row, tuesday } from './reading-room.ts';

const [mondayName, tuesdayName] = dayNames;

/** A day file as the gateway made them before there were blocks. */
const openOldDay = (
  folder: string,
  day: string,
  series: { readonly [measurement: string]: readonly ReadingRow[] },
): Database.Database => {
  const db = openForWriting(dayPath(folder, day), { mustExist: false });
  db.exec(`
    CREATE TABLE series (
      number INTEGER PRIMARY KEY NOT NULL,
      device TEXT NOT NULL,
      measurement TEXT NOT NULL,
      UNIQUE (device, measurement)
    );
    CREATE TABLE reading (
      series INTEGER NOT NULL,
      at INTEGER NOT NULL,
      value NOT NULL,
      flag INTEGER NOT NULL,
      received_at INTEGER NOT NULL,
      device_at INTEGER,
      PRIMARY KEY (series, at)
    ) WITHOUT ROWID;
    PRAGMA user_version = 1;
  `);
  const add = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)');
  for (const [index, [measurement, rows]] of Object.entries(series).entries()) {
    db.prepare('INSERT INTO series VALUES (?, ?, ?)').run(index + 1, device, measurement);
    db.transaction(() => {
      for (const { at, value, flag, receivedAt, deviceAt } of rows)
        add.run(index + 1, at, value, flag, receivedAt, deviceAt);
    })();
  }
  return db;
};

const makeOldDay = (...given: Parameters<typeof openOldDay>): void => {
  openOldDay(...given).close();
};

const temperatures = Array.from({ length: 2_500 }, (_, index) =>
  row(monday + index * 30_000, 20 + (index % 7) / 10, { deviceAt: index % 3 === 0 ? 5 : null }),
);
const smoke = [row(monday, 0, { flag: 1 }), row(monday + 1, 1, { flag: 1 })];
const valve = [row(monday, 'open'), row(monday + 5, '1')];

const refuseReports = {
  report: (day: string, error: string) => expect.unreachable(`${day}: ${error}`),
};

test('the day files of an earlier program are taken over, every reading as it was, and then closed like others', () => {
  const room = openReadingRoom();
  const { readings } = room.folders;
  makeOldDay(readings, mondayName, { temperature: temperatures, smoke, valve });
  makeOldDay(readings, tuesdayName, { temperature: [row(tuesday, 1)] });
  expect(upgradeDayFiles(readings, refuseReports)).toEqual([mondayName, tuesdayName]);
  expect(room.rows('temperature')).toEqual([...temperatures, row(tuesday, 1)]);
  expect(room.rows('smoke')).toEqual(smoke);
  expect(room.rows('valve')).toEqual(valve);
  // They may be owed to another database, for all we know.
  expect(blocksOf(room, mondayName)).toMatchObject(Array(5).fill({ closed: 0, owed: 1 }));
  expect(readdirSync(readings).filter((name) => !name.endsWith('-shm') && !name.endsWith('-wal'))).toEqual([
    `${mondayName}.db`,
    `${tuesdayName}.db`,
  ]);
  room.close();
  expect(room.rows('temperature')).toEqual([...temperatures, row(tuesday, 1)]);
  expect(upgradeDayFiles(readings, refuseReports)).toEqual([]);
});

test('what a killed gateway left in the WAL of an old day file is taken over too', () => {
  const room = openReadingRoom();
  const { readings } = room.folders;
  const dir = temporaryDirectory();
  const running = openOldDay(dir, mondayName, { temperature: temperatures });
  onTestFinished(() => {
    running.close();
  });
  for (const end of ['', '-wal'])
    writeFileSync(dayPath(readings, mondayName) + end, readFileSync(dayPath(dir, mondayName) + end));
  expect(upgradeDayFiles(readings, refuseReports)).toEqual([mondayName]);
  expect(room.rows('temperature')).toEqual(temperatures);
});

test('a take-over that was interrupted is done again from the beginning', () => {
  const room = openReadingRoom();
  const { readings } = room.folders;
  makeOldDay(readings, mondayName, { temperature: temperatures });
  makeDirectories(dataDirectory(join(readings, 'upgrading')));
  const half = openDayFile(join(readings, 'upgrading'), mondayName);
  half.begin();
  half.put(half.series(device, 'temperature'), temperatures.slice(0, 9), { owed: true, closed: false });
  half.commit();
  half.close();
  expect(upgradeDayFiles(readings, refuseReports)).toEqual([mondayName]);
  expect(room.rows('temperature')).toEqual(temperatures);
  expect(readdirSync(readings)).not.toContain('upgrading');
});

test('an old day file that is damaged is reported and stays to the byte as it is; the others are taken over', () => {
  const room = openReadingRoom();
  const { readings } = room.folders;
  makeOldDay(readings, mondayName, { temperature: temperatures });
  makeOldDay(readings, tuesdayName, { temperature: [row(tuesday, 1)] });
  const bytes = readFileSync(dayPath(readings, mondayName));
  bytes.fill(0xaa, 4_096 * 5, 4_096 * 20);
  writeFileSync(dayPath(readings, mondayName), bytes);
  const third = dayPath(readings, dayNames[2]);
  writeFileSync(third, 'no database'.repeat(500));
  const reported: string[] = [];
  expect(
    upgradeDayFiles(readings, { report: (day, error) => reported.push(`${day} ${error.split(':')[0]}`) }),
  ).toEqual([tuesdayName]);
  expect(reported).toEqual([`${mondayName} SQLITE_CORRUPT`, `${dayNames[2]} SQLITE_NOTADB`]);
  expect(readFileSync(dayPath(readings, mondayName)).equals(bytes)).toBe(true);
  // Readings that come for it stay in the live database, and nothing else is held up by it.
  room.commit('temperature', [row(monday + 7, 3), row(tuesday + 7, 4)]);
  room.move();
  expect(room.reported).toEqual([`mover ${mondayName}`]);
  expect(room.points('temperature', { from: tuesday, to: tuesday + dayMs })).toEqual([
    [tuesday, 1],
    [tuesday + 7, 4],
  ]);
});

test('a gateway that starts on the directory of an earlier program answers with its readings', async () => {
  const dir = temporaryDirectory();
  const directory = dataDirectory(dir);
  makeDirectories(directory);
  makeOldDay(directory.readings, mondayName, { temperature: temperatures });
  const { archive } = await openRecordRoom(dir);
  const points = await archive.readings({
    device,
    measurement: 'temperature',
    from: monday,
    to: tuesday,
    points: 5_000,
  });
  expect(points).toEqual(temperatures.map(({ at, value }) => [at, value]));
});
