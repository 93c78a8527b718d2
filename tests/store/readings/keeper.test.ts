import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDirectory, makeDirectories } from '../../../src/store/data-directory.ts';
import { bucketsOf } from '../../../src/store/readings/bucket.ts';
import { openDayFile } from '../../../src/store/readings/day-files.ts';
import { defaultKeepReadings, hindrance } from '../../../src/store/readings/keep.ts';
import { openRecordRoom, type RecordRoom, temporaryDirectory } from '../record-room.ts';
import { dayNames, monday, row, tuesday } from './reading-room.ts';

const [mondayName, tuesdayName] = dayNames;
const rowsOfMonday = [21, 35, -4, 21.5].map((value, index) => row(monday + index * 20_000, value));
const minutes = bucketsOf(rowsOfMonday, 'minutes');

const dayFiles = (dir: string): string[] =>
  readdirSync(dataDirectory(dir).readings).filter((name) => name.endsWith('.db'));

const chartOf = (store: Pick<RecordRoom, 'archive'>) =>
  store.archive.readings({
    device: 'air-1',
    measurement: 'temperature',
    from: monday,
    to: tuesday,
    points: 1_000,
  });

/** A directory with two days of January in their files, which a gateway has closed by itself. */
const closedByItself = async (): Promise<string> => {
  const dir = temporaryDirectory();
  const directory = dataDirectory(dir);
  makeDirectories(directory);
  for (const [day, rows] of [
    [mondayName, rowsOfMonday],
    [tuesdayName, [row(tuesday, 1)]],
  ] as const) {
    const file = openDayFile(directory.readings, day);
    file.begin();
    file.put(file.series('air-1', 'temperature'), rows, { owed: true, closed: false });
    file.commit();
    file.close();
  }
  const store = await openRecordRoom(dir);
  const isOpen = (day: string): boolean => hindrance(directory.readings, day, null) !== null;
  do expect(await chartOf(store)).toEqual(rowsOfMonday.map(({ at, value }) => [at, value]));
  while (isOpen(mondayName) || isOpen(tuesdayName));
  await store.close();
  return dir;
};

test('gateways close days that are over by themselves, and drop what is too old, whose minutes stay', async () => {
  const dir = await closedByItself();
  const store = await openRecordRoom(dir, undefined, { keep: defaultKeepReadings });
  while (dayFiles(dir).length > 0) await chartOf(store);
  expect(await chartOf(store)).toEqual(
    minutes.map(({ at, min, sum, count, max }) => [at, min, sum / count, max]),
  );
});

test('a gateway whose disk is full gives up the oldest exact readings, says which, and keeps their minutes', async () => {
  const dir = await closedByItself();
  const told = Promise.withResolvers<string | null>();
  const store = await openRecordRoom(dir, undefined, {
    diskBudgetBytes: 1_000,
    onDisk: told.resolve,
  });
  expect(await told.promise).toContain(`Exact readings given up: ${mondayName}, ${tuesdayName}.`);
  expect(dayFiles(dir)).toEqual([]);
  expect(readdirSync(join(dir, 'aggregates'))).toContain('2026-01.minutes.db');
  expect(await chartOf(store)).toHaveLength(minutes.length);
});
