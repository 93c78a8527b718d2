import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { makeRotatedBackup } from '../../src/store/backups/make-backup.ts';
import { backupName } from '../../src/store/backups/rotation.ts';
import { lastTurnOf, type ScheduleOptions, scheduleBackups } from '../../src/store/backups/schedule.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { entry, reading } from './batches.ts';
import { runProgram } from './programs.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

// Most tests start processes.
vi.setConfig({ testTimeout: 180_000 });

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Three at night in the street. */
const three = Date.UTC(2026, 10, 25, 19);
const names = (...ats: readonly number[]): readonly string[] => ats.map(backupName);

/** A data directory with a journal of its own, no store being open on it. */
const recorded = async (actor: string): Promise<string> => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { entries: [{ ...entry(1), actor }], readings: [reading()] });
  await store.close();
  return dir;
};

const quiet = { step: () => undefined, done: () => undefined, end: () => undefined };
const makeAt = (dir: string, folder: string, keep: number, now: number) =>
  makeRotatedBackup(dataDirectory(dir), folder, keep, {
    program: 'test',
    now,
    progress: quiet,
    warn: () => undefined,
  });

test('a backup is named after the time it was made at', () => {
  expect(backupName(Date.UTC(2026, 10, 26, 3) + 123)).toBe('zhishou-2026-11-26T030000Z');
});

test('of the backups in a folder the newest stay, so many as are wanted', async () => {
  const dir = await recorded('gateway');
  const folder = join(temporaryDirectory(), 'backups');
  for (let day = 0; day < 3; day += 1) await makeAt(dir, folder, 3, three + day * dayMs);
  expect(readdirSync(folder).sort()).toEqual(names(three, three + dayMs, three + 2 * dayMs));
  const { removed } = await makeAt(dir, folder, 2, three + 3 * dayMs);
  expect(removed).toEqual(names(three, three + dayMs).map((name) => join(folder, name)));
  expect(readdirSync(folder).sort()).toEqual(names(three + 2 * dayMs, three + 3 * dayMs));
  const restored = join(temporaryDirectory(), 'data');
  const newest = join(folder, backupName(three + 3 * dayMs));
  expect((await runProgram('restore', newest, restored)).status).toBe(0);
  // What was restored goes on with the same record, and so with the same row of backups.
  await makeAt(restored, folder, 1, three + 4 * dayMs);
  expect(readdirSync(folder)).toEqual(names(three + 4 * dayMs));
});

test('what is not a whole backup of this record stays, whatever its name', async () => {
  const dir = await recorded('gateway');
  const folder = temporaryDirectory();
  await makeAt(await recorded('another street'), folder, 1, three);
  await makeAt(dir, folder, 9, three + 1_000);
  const whole = join(folder, backupName(three + 1_000));
  const without = join(folder, backupName(three + 2_000));
  cpSync(whole, without, { recursive: true });
  rmSync(join(without, 'manifest.json'));
  const more = join(folder, backupName(three + 3_000));
  cpSync(whole, more, { recursive: true });
  writeFileSync(join(more, 'letter'), 'dear');
  writeFileSync(join(folder, backupName(three + 4_000)), 'a file');
  const elsewhere = join(temporaryDirectory(), 'backup');
  cpSync(whole, elsewhere, { recursive: true });
  symlinkSync(elsewhere, join(folder, backupName(three + 5_000)));
  cpSync(whole, join(folder, 'before-the-move'), { recursive: true });
  mkdirSync(join(folder, 'photos'));
  const foreign = readdirSync(folder).filter((name) => name !== backupName(three + 1_000));

  await makeAt(dir, folder, 1, three + dayMs);
  expect(readdirSync(folder).sort()).toEqual([...foreign, backupName(three + dayMs)].sort());
  expect(existsSync(join(elsewhere, 'manifest.json'))).toBe(true);
});

test('what a backup left that was cut off is gone with the next', async () => {
  const dir = await recorded('gateway');
  const folder = temporaryDirectory();
  mkdirSync(join(folder, `${backupName(three)}.unfinished`, 'readings'), { recursive: true });
  mkdirSync(join(folder, 'letters.unfinished'));
  await makeAt(dir, folder, 1, three + dayMs);
  expect(readdirSync(folder).sort()).toEqual(['letters.unfinished', backupName(three + dayMs)]);
});

test('no older backup is given up for one of a record that is not whole', async () => {
  const dir = await recorded('gateway');
  const folder = temporaryDirectory();
  await makeAt(dir, folder, 1, three);
  const db = new Database(dataDirectory(dir).database);
  db.exec('DELETE FROM journal');
  db.close();
  const { removed, manifest } = await makeAt(dir, folder, 1, three + dayMs);
  expect(manifest.journal.problem).toContain('entry 1, the last, is missing');
  expect(removed).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('the hour is that of the street, on days when its clock is set too', () => {
  const turn = (zone: string, now: string): string =>
    new Date(lastTurnOf(3, zone, Date.parse(now))).toISOString();
  expect(turn('Asia/Shanghai', '2026-11-25T18:59:59Z')).toBe('2026-11-24T19:00:00.000Z');
  expect(turn('Asia/Shanghai', '2026-11-25T19:00:00Z')).toBe('2026-11-25T19:00:00.000Z');
  expect(turn('Europe/Berlin', '2026-10-25T12:00:00Z')).toBe('2026-10-25T02:00:00.000Z');
  expect(turn('Europe/Berlin', '2026-03-29T12:00:00Z')).toBe('2026-03-29T01:00:00.000Z');
});

/** What a schedule told, by a clock that stands until it is set. */
const schedule = (
  dir: string,
  folder: string,
  wanted: Partial<ScheduleOptions> & { clock: { at: number } },
) => {
  const told: string[] = [];
  const backups = scheduleBackups({
    dataDir: dir,
    folder,
    atHour: 3,
    keep: 7,
    timeZone: 'Asia/Shanghai',
    now: () => wanted.clock.at,
    record: async () => {
      const db = new Database(dataDirectory(dir).database, { readonly: true });
      try {
        return (
          db.prepare<[], string>('SELECT lower(hex(hash)) FROM journal WHERE seq = 1').pluck().get() ?? null
        );
      } finally {
        db.close();
      }
    },
    log: pino({ level: 'silent' }),
    made: () => told.push('made'),
    failed: (why) => told.push(why),
    lookEveryMs: 10,
    ...wanted,
  });
  onTestFinished(backups.stop);
  return { ...backups, told };
};
const patience = { timeout: 60_000, interval: 20 };

test('a backup that was missed is made at the start, and one that was made is not made again before the hour comes', async () => {
  const dir = await recorded('gateway');
  const folder = temporaryDirectory();
  const real = Date.now();
  const clock = { at: real };
  const first = schedule(dir, folder, { clock });
  await expect.poll(() => first.told, patience).toEqual(['made']);
  expect(first.health()).toEqual({ madeAt: clock.at, failing: null });
  await first.stop();

  // The one after the restart looks, finds it, and waits for the hour.
  const made = readdirSync(folder);
  const [only = ''] = made;
  let looks = 0;
  const again = schedule(dir, folder, {
    clock: {
      get at() {
        looks += 1;
        return clock.at;
      },
    },
  });
  clock.at = Date.now();
  await expect.poll(() => looks, patience).toBeGreaterThan(20);
  expect(readdirSync(folder)).toEqual([only]);
  // A backup is named after the second in which it is made.
  await expect.poll(() => backupName(Date.now()), patience).not.toBe(only);
  clock.at = real + dayMs;
  await expect.poll(() => again.told, patience).toEqual(['made']);
  expect(readdirSync(folder)).toHaveLength(2);
});

test('backups of another record in the same folder are not taken for our own', async () => {
  const dir = await recorded('gateway');
  const folder = temporaryDirectory();
  await makeAt(await recorded('another street'), folder, 7, Date.now() - 60_000);
  const { told } = schedule(dir, folder, { clock: { at: Date.now() } });
  await expect.poll(() => told, patience).toEqual(['made']);
});

test('one that fails is told of with its reason and tried again, until one is made', async () => {
  const dir = await recorded('gateway');
  const place = temporaryDirectory();
  const folder = join(place, 'disk', 'backups');
  writeFileSync(join(place, 'disk'), 'not mounted');
  const clock = { at: Date.now() };
  const { told, health } = schedule(dir, folder, { clock, retryAfterMs: hourMs });
  await expect.poll(() => told, patience).toEqual([expect.stringContaining('ENOTDIR')]);
  expect(health()).toMatchObject({ madeAt: null, failing: told[0] });
  rmSync(join(place, 'disk'));
  clock.at += hourMs;
  await expect.poll(() => told.at(-1), patience).toBe('made');
  expect(told).toHaveLength(2);
  expect(health()).toEqual({ madeAt: clock.at, failing: null });
});
