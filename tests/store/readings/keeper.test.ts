import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dataDirectory } from '../../../src/store/data-directory.ts';
import { bucketsOf } from '../../../src/store/readings/bucket.ts';
import { type DiskUse, defaultKeepReadings, hindrance } from '../../../src/store/readings/keep.ts';
import { reading } from '../batches.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from '../record-room.ts';
import { dayNames, monday, row, tuesday } from './reading-room.ts';

const [mondayName, tuesdayName] = dayNames;
const values = [21, 35, -4, 21.5];
const minutes = bucketsOf(
  values.map((value, index) => row(monday + index * 20_000, value)),
  'minutes',
);

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

/** A directory with two days of January, which gateways that were started one after the other have moved and closed by themselves. */
const closedByItself = async (): Promise<string> => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir, 0);
  await commit(first, {
    readings: [
      ...values.map((value, index) => reading({ at: monday + index * 20_000, value })),
      reading({ at: tuesday, value: 1 }),
    ],
  });
  do await chartOf(first);
  while (dayFiles(dir).length < 2);
  await first.close();

  const second = await openRecordRoom(dir);
  const exact = values.map((value, index) => [monday + index * 20_000, value]);
  const { readings } = dataDirectory(dir);
  do expect(await chartOf(second)).toEqual(exact);
  while (hindrance(readings, mondayName, null) !== null || hindrance(readings, tuesdayName, null) !== null);
  await second.close();
  return dir;
};

test('gateways close days that are over by themselves, and drop what is too old, whose minutes stay', async () => {
  const dir = await closedByItself();
  const third = await openRecordRoom(dir, undefined, { keep: defaultKeepReadings });
  while (dayFiles(dir).length > 0) await chartOf(third);
  expect(await chartOf(third)).toEqual(
    minutes.map(({ at, min, sum, count, max }) => [at, min, sum / count, max]),
  );
});

test('a gateway whose disk is full gives up the oldest exact readings, says which, and keeps their minutes', async () => {
  const dir = await closedByItself();
  const told = Promise.withResolvers<{ readonly use: DiskUse; readonly gaveWay: readonly string[] }>();
  const store = await openRecordRoom(dir, undefined, {
    diskBudgetBytes: 1_000,
    onDisk: (use, gaveWay) => told.resolve({ use, gaveWay }),
  });
  const { use, gaveWay } = await told.promise;
  expect(gaveWay).toEqual([mondayName, tuesdayName]);
  expect(use.budgetBytes).toBe(1_000);
  expect(use.usedBytes).toBeGreaterThan(1_000);
  expect(dayFiles(dir)).toEqual([]);
  expect(readdirSync(join(dir, 'aggregates'))).toContain('2026-01.minutes.db');
  expect(await chartOf(store)).toHaveLength(minutes.length);
});
