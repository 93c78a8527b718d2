import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { openForReading } from '../../src/store/database.ts';
import { holdPartitions, tryToChange } from '../../src/store/partition-hold.ts';
import { entry, reading } from './batches.ts';
import { endedCall } from './ended-call.ts';
import { runProgram, startProgram } from './programs.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

// Most tests start processes.
vi.setConfig({ testTimeout: 180_000 });

const patience = { timeout: 60_000, interval: 5 };

const liveReadings = (dir: string): number => {
  const db = openForReading(dataDirectory(dir).database);
  try {
    return Number(db.prepare('SELECT count(*) FROM reading').pluck().get());
  } finally {
    db.close();
  }
};

const walBytes = (dir: string): number => {
  const { readings } = dataDirectory(dir);
  return readdirSync(readings)
    .filter((name) => name.endsWith('-wal'))
    .reduce((sum, name) => sum + (statSync(join(readings, name), { throwIfNoEntry: false })?.size ?? 0), 0);
};

test('readings stay where they are while the partitions are held, as whole files, and move on when they are let go', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, 0);
  await commit(store, { readings: [reading({ at: 1 })] });
  await expect.poll(() => liveReadings(dir), patience).toBe(0);
  expect(walBytes(dir)).toBeGreaterThan(0);

  const hold = holdPartitions(dataDirectory(dir).partitionLock);
  await commit(store, { readings: [reading({ at: 2 }), reading({ at: 3 })] });
  // The mover comes by, finds them held, and leaves its files closed.
  await expect.poll(() => walBytes(dir), patience).toBe(0);
  expect(liveReadings(dir)).toBe(2);

  hold.release();
  await expect.poll(() => liveReadings(dir), patience).toBe(0);
});

test('whoever wants to change them meanwhile is told so at once, and what their bite answers or throws comes through otherwise', () => {
  const { partitionLock } = dataDirectory(temporaryDirectory());
  const mover = tryToChange(partitionLock);
  const keeper = tryToChange(partitionLock);
  onTestFinished(() => {
    mover.close();
    keeper.close();
  });
  expect(mover.run(() => keeper.run(() => 'both'))).toBe('held');
  expect(keeper.run(() => 'alone')).toBe('alone');
  expect(() =>
    mover.run(() => {
      throw new Error('the disk is away');
    }),
  ).toThrow('the disk is away');
  const hold = holdPartitions(partitionLock);
  expect(mover.run(() => 'bitten')).toBe('held');
  hold.release();
  hold.release();
  expect(mover.run(() => 'bitten')).toBe('bitten');
});

test('a second backup at the same time is refused, and nothing is left of it', async () => {
  const dir = temporaryDirectory();
  await (await openRecordRoom(dir)).close();
  const hold = holdPartitions(dataDirectory(dir).partitionLock);
  onTestFinished(hold.release);
  const target = join(temporaryDirectory(), 'backup');
  const { status, told } = await runProgram('backup', '--data', dir, target);
  expect(told).toContain(`another backup (the last was process ${process.pid})`);
  expect(status).toBe(1);
  expect(existsSync(target)).toBe(false);
});

test('a backup that is killed lets go of them by that, and what it left is taken for no backup', async () => {
  const dir = temporaryDirectory();
  const lock = dataDirectory(dir).partitionLock;
  const store = await openRecordRoom(dir, 0);
  await commit(store, {
    entries: [entry(1)],
    puts: [{ kind: 'call', id: 'c1', body: endedCall('c1', { requestedAt: 1, endedAt: 2, recorded: true }) }],
    readings: [reading({ at: 1 })],
  });
  await expect.poll(() => liveReadings(dir), patience).toBe(0);
  // A recording that nobody ever writes: whoever begins to read it stands still.
  mkdirSync(join(dir, 'recordings'));
  execFileSync('mkfifo', [join(dir, 'recordings', 'c1.wav')]);
  const target = join(temporaryDirectory(), 'backup');
  const backup = startProgram('backup', '--data', dir, target);
  await expect.poll(() => existsSync(join(target, 'recordings')), patience).toBe(true);
  expect(existsSync(join(target, 'zhishou.db'))).toBe(true);
  expect(existsSync(join(target, 'manifest.json'))).toBe(false);
  await commit(store, { readings: [reading({ at: 2 }), reading({ at: 3 })] });
  // Every file is closed: the mover met the hold, which a process that stands still has as well.
  await expect.poll(() => walBytes(dir), patience).toBe(0);
  const trial = tryToChange(lock);
  onTestFinished(trial.close);
  expect(trial.run(() => null)).toBe('held');
  expect(liveReadings(dir)).toBe(2);

  backup.kill('SIGKILL');
  await expect.poll(() => liveReadings(dir), { timeout: 60_000, interval: 50 }).toBe(0);
  const restored = join(temporaryDirectory(), 'data');
  const { status, told } = await runProgram('restore', target, restored);
  expect(told).toContain(`there is no whole backup in ${target}`);
  expect(status).toBe(2);
  expect(existsSync(restored)).toBe(false);
});
