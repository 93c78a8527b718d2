import { createHash } from 'node:crypto';
import {
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Reading } from '../../src/model/reading.ts';
import { Manifest } from '../../src/store/backups/manifest.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { optional } from '../optional.ts';
import { canMount, openSmallDisk } from '../small-disk.ts';
import { entry, reading } from './batches.ts';
import { endedCall } from './ended-call.ts';
import { runProgram } from './programs.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from './record-room.ts';

// Every test starts several processes.
vi.setConfig({ testTimeout: 180_000 });

const farAhead = 1_000_000_000_000;
const devices = ['air-1', 'air-2', 'air-3', 'water-1', 'water-2'];
const perBatch = 50;
const began = Date.UTC(2026, 0, 5);

/** What comes with the batch of a number: readings of its own, ten minutes after those of the one before. */
const readingsOf = (seq: number): readonly Reading[] =>
  Array.from({ length: perBatch }, (_, index) =>
    reading({
      device: devices[index % devices.length] ?? '',
      at: began + seq * 600_000 + index,
      value: seq,
    }),
  );

const say = (device: string, at: number, value: unknown): string => `${device} ${at} ${value}`;

/** Writes a batch after the other, as fast as they are taken, until it is told to stop; then answers the last number. */
const flood = (store: RecordRoom): { readonly seq: () => number; readonly stop: () => Promise<number> } => {
  let seq = store.state.seq;
  let stopped = false;
  const ended = (async () => {
    while (!stopped) {
      await commit(store, { entries: [entry(seq + 1)], readings: readingsOf(seq + 1) });
      seq += 1;
    }
    return seq;
  })();
  return {
    seq: () => seq,
    stop: () => {
      stopped = true;
      return ended;
    },
  };
};

/** A directory with a journal of `batches` lines and readings of every second hour, moved into partitions but for the last line's, no store being open on it. */
const filled = async (batches = 30): Promise<string> => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, 0);
  for (let seq = 1; seq < batches; seq += 1)
    await commit(store, { entries: [entry(seq)], readings: readingsOf(seq * 12) });
  await expect.poll(() => rowsOf(dir).length, { timeout: 30_000, interval: 20 }).toBe(0);
  await store.close();
  const later = await openRecordRoom(dir, farAhead);
  await commit(later, { entries: [entry(batches)], readings: readingsOf(batches * 12) });
  await later.close();
  return dir;
};

/** The readings that are in the live database. */
const rowsOf = (dir: string): readonly string[] => {
  const db = new Database(dataDirectory(dir).database, { readonly: true });
  try {
    return db
      .prepare<[], { device: string; at: number; value: number }>(
        'SELECT device, at, value FROM reading JOIN series ON number = series',
      )
      .all()
      .map(({ device, at, value }) => say(device, at, value));
  } finally {
    db.close();
  }
};

/** The readings that are in the partitions, as the archive gives them out once the live ones are gone. */
const movedOf = async (dir: string): Promise<readonly string[]> => {
  const alone = join(temporaryDirectory(), 'data');
  cpSync(dir, alone, { recursive: true });
  const db = new Database(dataDirectory(alone).database);
  db.exec('DELETE FROM reading');
  db.close();
  const store = await openRecordRoom(alone, farAhead);
  const all: string[] = [];
  for (const device of devices)
    for (const [at, value] of await store.archive.readings({
      device,
      measurement: 'temperature',
      from: 0,
      to: farAhead * 10,
      points: 100_000,
    }))
      all.push(say(device, at, value));
  await store.close();
  return all;
};

const manifestOf = (backup: string): Manifest =>
  Manifest.parse(JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8')));

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

const namesIn = (dir: string): readonly string[] => readdirSync(dir, { recursive: true }).map(String).sort();

/** A backup of `dir` in a directory of its own. */
const backUp = async (dir: string, ...words: readonly string[]): Promise<string> => {
  const target = join(temporaryDirectory(), 'backup');
  const { status, told } = await runProgram('backup', '--data', dir, target, ...words);
  expect(told).not.toMatch(/could not|damaged/);
  expect(status).toBe(0);
  return target;
};

test('a backup taken while thousands of readings a second come in and are moved about holds just those of the journal it ends with, none missing, none twice', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, 0);
  const water = flood(store);
  await expect.poll(water.seq, { timeout: 60_000 }).toBeGreaterThan(300);
  // Both kinds are at hand, or this would prove nothing.
  const { readings } = dataDirectory(dir);
  await expect
    .poll(() => (existsSync(readings) ? readdirSync(readings).length : 0), { timeout: 60_000 })
    .toBeGreaterThan(3);
  const before = water.seq();
  const target = join(temporaryDirectory(), 'backup');
  const made = await runProgram('backup', '--data', dir, target);
  expect(made.status).toBe(0);
  const after = await water.stop();

  const { journal, files, feed } = manifestOf(target);
  expect(journal.problem).toBeNull();
  expect(journal.seq).toBeGreaterThanOrEqual(before);
  expect(journal.seq).toBeLessThan(after);
  expect(files.filter(({ path }) => path.startsWith('readings/')).length).toBeGreaterThan(2);

  const restored = join(temporaryDirectory(), 'data');
  const { status, said } = await runProgram('restore', target, restored);
  expect(status).toBe(0);
  const numbers = Array.from({ length: journal.seq }, (_, index) => index + 1);
  const expected = numbers.flatMap(readingsOf).map(({ device, at, value }) => say(device, at, value));
  expect(said).toContain(`${journal.seq} entries and ${expected.length} readings restored`);

  for (const { path, sha256 } of files)
    if (path !== 'zhishou.db') expect(hashOf(join(restored, path)), path).toBe(sha256);
  const live = rowsOf(restored);
  const moved = await movedOf(restored);
  expect([...live, ...moved].sort()).toEqual(expected.sort());

  expect((await runProgram('verify-journal', '--data', restored)).said).toBe(
    `${journal.seq} entries checked, 1 to ${journal.seq}, head ${journal.hash}, in ${restored}\nThe journal is whole.\n`,
  );
  expect((await store.archive.journal(journal.seq - 1, 1))[0]?.hash).toBe(journal.hash);
  const again = await openRecordRoom(restored);
  expect(again.state.seq).toBe(journal.seq);
  expect(again.state.feed).not.toBe(feed);
  expect(store.state.feed).toBe(feed);
});

test('the journal is checked in the backup where it lies, and looking into it does not spoil it', async () => {
  const dir = await filled();
  const backup = await backUp(dir);
  const { status, said } = await runProgram('verify-journal', '--data', backup);
  expect([status, said]).toEqual([0, expect.stringContaining('30 entries checked, 1 to 30')]);
  // Somebody opens a partition, which leaves its traces.
  for (const { path } of manifestOf(backup).files) {
    const db = new Database(join(backup, path), { readonly: true });
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    db.close();
  }
  const restored = join(temporaryDirectory(), 'data');
  expect((await runProgram('restore', backup, restored)).status).toBe(0);
  expect(namesIn(restored)).toEqual(['readings', ...manifestOf(backup).files.map(({ path }) => path)].sort());
});

test('what lies beside the databases comes along; locks, copies from before migrations and what is half written do not', async () => {
  const dir = await filled(3);
  for (const name of ['shipping.db', 'aggregates/2026-01.hours.db']) {
    const db = new Database(join(dir, name));
    db.exec('CREATE TABLE cursor (at)');
    db.close();
  }
  writeFileSync(join(dir, 'under-way.json'), '{"a":1}');
  writeFileSync(join(dir, 'first-password'), 'seen by nobody else');
  writeFileSync(join(dir, 'influx-refused.ndjson.tmp'), '');
  writeFileSync(join(dir, 'backups', 'before-0002.db'), 'a copy');
  const backup = await backUp(dir);
  const paths = ['aggregates/2026-01.hours.db', 'readings/2026-01-05.db', 'shipping.db', 'under-way.json'];
  expect(
    manifestOf(backup)
      .files.map(({ path }) => path)
      .sort(),
  ).toEqual([...paths, 'zhishou.db']);
  const restored = join(temporaryDirectory(), 'data');
  expect((await runProgram('restore', backup, restored)).status).toBe(0);
  expect(readFileSync(join(restored, 'under-way.json'), 'utf8')).toBe('{"a":1}');
  expect(statSync(backup).mode & 0o777).toBe(0o700);
  expect(statSync(restored).mode & 0o777).toBe(0o700);
  for (const path of paths) expect(statSync(join(restored, path)).mode & 0o777, path).toBe(0o600);
});

/** A directory with a journal of one line, calls, and recordings by their file names. */
const withRecordings = async (
  calls: Readonly<Record<string, boolean>>,
  files: readonly string[],
): Promise<string> => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, {
    entries: [entry(1)],
    puts: Object.entries(calls).map(([id, recorded]) => ({
      kind: 'call',
      id,
      body: endedCall(id, { requestedAt: 1, endedAt: 2, recorded }),
    })),
  });
  await store.close();
  mkdirSync(join(dir, 'recordings'), { mode: 0o700 });
  for (const name of files) writeFileSync(join(dir, 'recordings', name), `sound of ${name}`, { mode: 0o600 });
  return dir;
};

const recordingsIn = (backup: string): readonly string[] =>
  manifestOf(backup)
    .files.map(({ path }) => path)
    .filter((path) => path.startsWith('recordings/'))
    .sort();

test('the recordings of calls come along and are given back byte by byte, those held for the law with their mark, and one that is being made', async () => {
  const dir = await withRecordings({ c1: true, c2: true, c3: false }, [
    'c1.wav',
    'c2.wav',
    'c2.hold',
    'c3.wav',
  ]);
  const longAgo = new Date(Date.UTC(2026, 0, 2));
  utimesSync(join(dir, 'recordings/c1.wav'), longAgo, longAgo);
  const backup = await backUp(dir);
  const kept = ['c1.wav', 'c2.hold', 'c2.wav', 'c3.wav'].map((name) => `recordings/${name}`);
  expect(recordingsIn(backup)).toEqual(kept);
  const restored = join(temporaryDirectory(), 'data');
  expect((await runProgram('restore', backup, restored)).status).toBe(0);
  for (const path of kept) {
    expect(readFileSync(join(restored, path), 'utf8')).toBe(readFileSync(join(dir, path), 'utf8'));
    expect(statSync(join(restored, path)).mode & 0o777, path).toBe(0o600);
  }
  expect(statSync(join(restored, 'recordings')).mode & 0o777).toBe(0o700);
  // It goes when its time is over, and not so long after it was given back.
  expect(statSync(join(restored, 'recordings/c1.wav')).mtime).toEqual(longAgo);
  damage(join(backup, 'recordings/c1.wav'));
  const spoiled = await runProgram('restore', backup, join(temporaryDirectory(), 'data'));
  expect([spoiled.status, spoiled.told]).toEqual([
    1,
    expect.stringContaining('recordings/c1.wav was changed'),
  ]);
});

test('a recording of no call in the record is named and left out, and a call whose recording is gone is counted', async () => {
  const dir = await withRecordings({ c1: true, c2: true, c3: true, c4: false }, [
    'c1.wav',
    'c3.hold',
    'later.wav',
    'later.hold',
    'letter.txt',
  ]);
  const backup = join(temporaryDirectory(), 'backup');
  const { status, told } = await runProgram('backup', '--data', dir, backup);
  expect(status).toBe(0);
  expect(told).toContain('recordings/later.wav is of no call in this backup and is left out');
  expect(told).toContain('2 calls were recorded and no recording is left');
  expect(recordingsIn(backup)).toEqual(['recordings/c1.wav']);
  expect((await runProgram('restore', backup, join(temporaryDirectory(), 'data'))).status).toBe(0);
});

test('recordings that did not change share their file with an earlier backup, and a record from before there were calls has none', async () => {
  const dir = await withRecordings({ c1: true, c2: true }, ['c1.wav', 'c2.wav']);
  const first = await backUp(dir);
  writeFileSync(join(dir, 'recordings/c2.wav'), 'as much as there was, and more');
  const second = await backUp(dir, '--since', first);
  const isShared = (path: string): boolean =>
    statSync(join(first, path)).ino === statSync(join(second, path)).ino;
  expect(['recordings/c1.wav', 'recordings/c2.wav'].map(isShared)).toEqual([true, false]);
  const db = new Database(dataDirectory(dir).database);
  db.exec('DROP TABLE call');
  db.close();
  const old = join(temporaryDirectory(), 'backup');
  expect((await runProgram('backup', '--data', dir, old)).told).toContain('c1.wav is of no call');
  expect(recordingsIn(old)).toEqual([]);
});

/** Changes one byte in the middle of a file. */
const damage = (path: string): void => {
  const file = openSync(path, 'r+');
  const byte = Buffer.alloc(1);
  const middle = Math.floor(statSync(path).size / 2);
  readSync(file, byte, 0, 1, middle);
  writeSync(file, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, middle);
  closeSync(file);
};

/** What may have become of a backup, and what is then said. */
const harms = [
  [
    'one byte of the live database was changed',
    (backup) => damage(join(backup, 'zhishou.db')),
    'zhishou.db was changed',
  ],
  [
    'one byte of a partition was changed',
    (backup) => damage(join(backup, 'readings/2026-01-06.db')),
    'readings/2026-01-06.db was changed',
  ],
  [
    'a partition is missing',
    (backup) => rmSync(join(backup, 'readings/2026-01-06.db')),
    'readings/2026-01-06.db is missing',
  ],
  [
    'a file was cut off',
    (backup) => writeFileSync(join(backup, 'zhishou.db'), 'x'),
    'zhishou.db has 1 bytes and not',
  ],
  [
    'a file was put in',
    (backup) => writeFileSync(join(backup, 'readings/2026-02-01.db'), ''),
    'readings/2026-02-01.db does not belong to it',
  ],
  [
    'somebody wrote to a database in it',
    (backup) => writeFileSync(join(backup, 'zhishou.db-wal'), 'x'),
    'zhishou.db-wal does not belong to it',
  ],
  [
    'the manifest points out of it',
    (backup) => {
      const text = readFileSync(join(backup, 'manifest.json'), 'utf8');
      writeFileSync(
        join(backup, 'manifest.json'),
        text.replace('readings/2026-01-06.db', '../2026-01-06.db'),
      );
    },
    'manifest.json is damaged',
  ],
  [
    'the manifest was cut off',
    (backup) => writeFileSync(join(backup, 'manifest.json'), '{'),
    'manifest.json is damaged',
  ],
  [
    'it was made by a newer program',
    (backup) => writeFileSync(join(backup, 'manifest.json'), '{"format":2}'),
    'was made by a newer program',
  ],
] as const satisfies readonly (readonly [string, (backup: string) => void, string])[];

test('nothing is restored from a backup that is not as it was made, whatever became of it, and it is said what', async () => {
  const sound = await backUp(await filled());
  for (const [what, harm, finding] of harms) {
    const place = temporaryDirectory();
    const backup = join(place, 'backup');
    cpSync(sound, backup, { recursive: true });
    harm(backup);
    const { status, told } = await runProgram('restore', backup, join(place, 'data'));
    expect(told, what).toContain(finding);
    expect(status, what).toBe(1);
    expect(readdirSync(place), what).toEqual(['backup']);
  }
});

test('a backup and a restore go where nothing is, and leave what is there as it was', async () => {
  const dir = await filled(3);
  const backup = await backUp(dir);
  const full = temporaryDirectory();
  writeFileSync(join(full, 'letter'), 'dear');
  const empty = temporaryDirectory();

  const refused = await runProgram('backup', '--data', dir, full);
  expect([refused.status, refused.told]).toEqual([2, expect.stringContaining(`${full} is not empty`)]);
  expect((await runProgram('restore', backup, full)).told).toContain(`${full} is not empty`);
  expect(readdirSync(full)).toEqual(['letter']);
  const onFile = await runProgram('backup', '--data', dir, join(full, 'letter'));
  expect([onFile.status, onFile.told]).toEqual([2, expect.stringContaining('is not a directory')]);
  expect((await runProgram('restore', backup, join(full, 'letter'))).status).toBe(2);
  expect((await runProgram('backup', '--data', dir, join(full, 'letter', 'below'))).told).toContain(
    'ENOTDIR',
  );
  expect(readFileSync(join(full, 'letter'), 'utf8')).toBe('dear');
  // Where nothing can be made, making must come to an end.
  for (const nowhere of [
    await runProgram('backup', '--data', dir, '/proc/zhishou/backup'),
    await runProgram('restore', backup, '/proc/zhishou/data'),
  ])
    expect([nowhere.status, nowhere.told]).toEqual([1, expect.stringContaining('/proc/zhishou')]);

  expect((await runProgram('restore', backup, empty)).status).toBe(0);
  expect(existsSync(join(empty, 'zhishou.db'))).toBe(true);
  mkdirSync(`${join(full, 'new')}.tmp`);
  const cutOff = await runProgram('restore', backup, join(full, 'new'));
  expect([cutOff.status, cutOff.told]).toEqual([2, expect.stringContaining('cut off: remove it first')]);
});

test('a directory on which a gateway runs is not restored to, nor does one run on a backup', async () => {
  const dir = temporaryDirectory();
  await openRecordRoom(dir);
  const backup = await backUp(dir);
  const { status, told } = await runProgram('restore', backup, dir);
  expect([status, told]).toEqual([2, expect.stringContaining(`a gateway is running on ${dir}`)]);
  await expect(openRecordRoom(backup)).rejects.toMatchObject({
    code: 'unusable',
    message: expect.stringContaining('is a backup'),
  });
  expect(namesIn(backup)).toEqual(
    ['manifest.json', 'readings', 'zhishou.db'].filter((name) => existsSync(join(backup, name))),
  );
});

test('words it does not know, and nothing to back up or restore, are told apart from a failure', async () => {
  const dir = temporaryDirectory();
  for (const words of [
    [],
    ['one', 'two'],
    ['--nonsense'],
    ['there', '--keep', '0'],
    ['a', '--keep', '1', '--since', 'b'],
  ])
    expect((await runProgram('backup', '--data', dir, ...words)).status, words.join(' ')).toBe(2);
  const nothing = await runProgram('backup', '--data', dir, join(dir, 'backup'));
  expect([nothing.status, nothing.told]).toEqual([
    2,
    expect.stringContaining(`there is no database in ${dir}; --data`),
  ]);
  expect(readdirSync(dir)).toEqual([]);
  for (const words of [[], ['one'], ['one', 'two', 'three'], [dir, join(dir, 'data')]])
    expect((await runProgram('restore', ...words)).status, words.join(' ')).toBe(2);
});

test('a journal that is not whole is backed up and restored all the same, and both say so', async () => {
  const dir = await filled(5);
  const db = new Database(dataDirectory(dir).database);
  db.exec(`UPDATE journal SET actor = 'nobody' WHERE seq = 3`);
  db.close();
  const backup = join(temporaryDirectory(), 'backup');
  const made = await runProgram('backup', '--data', dir, backup);
  expect([made.status, made.told]).toEqual([1, expect.stringContaining('entry 3 was changed')]);
  const restored = join(temporaryDirectory(), 'data');
  const { status, said } = await runProgram('restore', backup, restored);
  expect([status, said]).toEqual([1, expect.stringContaining('entry 3 was changed')]);
  expect(rowsOf(restored)).toHaveLength(perBatch);
});

test('a damaged partition is copied and given back as it is, and costs nothing else', async () => {
  const dir = await filled();
  const day = join('readings', '2026-01-06.db');
  writeFileSync(join(dir, day), 'no database');
  writeFileSync(join(dir, `${day}-wal`), 'nor a WAL');
  const backup = join(temporaryDirectory(), 'backup');
  const { status, told } = await runProgram('backup', '--data', dir, backup);
  expect([status, told]).toEqual([0, expect.stringContaining(`${day} is damaged`)]);
  const restored = join(temporaryDirectory(), 'data');
  expect((await runProgram('restore', backup, restored)).status).toBe(0);
  expect(readFileSync(join(restored, day), 'utf8')).toBe('no database');
  expect(readFileSync(join(restored, `${day}-wal`), 'utf8')).toBe('nor a WAL');
});

test('partitions that did not change since an earlier backup share their file with it, unless it was spoiled there', async () => {
  const dir = await filled();
  const first = await backUp(dir);
  const [same, changed, spoiled] = ['2026-01-05', '2026-01-06', '2026-01-07'].map((day) =>
    join('readings', `${day}.db`),
  ) as [string, string, string];
  const db = new Database(join(dir, changed));
  db.exec('CREATE TABLE more (x)');
  db.close();
  damage(join(first, spoiled));
  const second = await backUp(dir, '--since', first);
  const isShared = (path: string): boolean =>
    statSync(join(first, path)).ino === statSync(join(second, path)).ino;
  expect([same, changed, spoiled, 'zhishou.db'].map(isShared)).toEqual([true, false, false, false]);
  for (const path of [same, changed, spoiled])
    expect(hashOf(join(second, path)), path).toBe(hashOf(join(dir, path)));
  // The second lives on when the first is gone, and is itself enough for a third.
  rmSync(first, { recursive: true });
  const third = await backUp(dir, '--since', second);
  expect(statSync(join(third, same)).ino).toBe(statSync(join(second, same)).ino);
  const restored = join(temporaryDirectory(), 'data');
  expect((await runProgram('restore', third, restored)).status).toBe(0);
});

optional('the right to mount a small disk', canMount)('a disk that is too small', () => {
  test('is told of in a line, and nothing of the backup or of what was to be restored is left on it', async () => {
    const dir = await filled();
    const { dir: disk } = openSmallDisk('200k');
    const backup = await backUp(dir);
    const onDisk = await runProgram('restore', backup, disk);
    expect([onDisk.status, onDisk.told]).toEqual([2, expect.stringContaining('is a disk of its own')]);
    writeFileSync(join(disk, 'letter'), 'dear');
    const made = await runProgram('backup', '--data', dir, join(disk, 'backup'));
    expect([made.status, made.told]).toEqual([
      1,
      expect.stringContaining(`the disk of ${join(disk, 'backup')} is full`),
    ]);
    const restored = await runProgram('restore', backup, join(disk, 'data'));
    expect([restored.status, restored.told]).toEqual([1, expect.stringContaining('nothing was restored: ')]);
    expect(readdirSync(disk)).toEqual(['letter']);
  });
});

test('a folder of daily backups is no backup, and the newest in it is named', async () => {
  const dir = await filled(2);
  const folder = join(temporaryDirectory(), 'daily');
  const { said } = await runProgram('backup', '--data', dir, folder, '--keep', '7');
  expect(said).toContain(`, of ${dir}\n`);
  const [newest] = readdirSync(folder);
  mkdirSync(join(folder, 'zhishou-2999-01-01T030000Z.unfinished'));
  const target = join(temporaryDirectory(), 'data');
  const { status, told } = await runProgram('restore', folder, target);
  expect([status, told]).toEqual([
    2,
    `there is no whole backup in ${folder}: it is a folder of backups; the newest is ${join(folder, newest ?? '')}\n`,
  ]);
  const empty = temporaryDirectory();
  expect((await runProgram('restore', empty, target)).told).toBe(
    `there is no whole backup in ${empty}: it has no manifest.json\n`,
  );
});

test('the data is looked for where the settings file says, and one that cannot be read is named', async () => {
  const dir = await filled(2);
  const settings = join(temporaryDirectory(), 'zhishou.yaml');
  const verify = (): ReturnType<typeof runProgram> => runProgram('verify-journal');
  vi.stubEnv('ZHISHOU_CONFIG', settings);
  onTestFinished(() => void vi.unstubAllEnvs());
  writeFileSync(settings, `dataDir: ${dir}\nmqtt:\n  port: 1884\n`);
  expect((await verify()).said).toContain(`, in ${dir}\n`);
  vi.stubEnv('ZHISHOU_DATA_DIR', join(dir, 'elsewhere'));
  expect((await verify()).told).toContain(`no journal at ${join(dir, 'elsewhere', 'zhishou.db')}; --data`);
  vi.stubEnv('ZHISHOU_DATA_DIR', '');
  writeFileSync(settings, 'dataDir: [');
  const { status, told } = await verify();
  expect([status, told]).toEqual([2, expect.stringContaining(`${settings} does not say where the data is`)]);
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('what root restores belongs to whoever has the directory it goes to', async () => {
  const dir = await filled(3);
  const backup = join(temporaryDirectory(), 'backup');
  await runProgram('backup', '--data', dir, backup);
  const home = temporaryDirectory();
  chownSync(home, 4321, 4322);
  mkdirSync(join(home, 'empty'));
  chownSync(join(home, 'empty'), 5321, 5322);
  const ownersBelow = (path: string): readonly string[] => {
    const paths = [path, ...readdirSync(path, { recursive: true }).map((name) => join(path, String(name)))];
    return [...new Set(paths.map((each) => `${statSync(each).uid}:${statSync(each).gid}`))];
  };
  for (const [name, owner] of [
    ['data', '4321:4322'],
    ['empty', '5321:5322'],
  ] as const) {
    expect((await runProgram('restore', backup, join(home, name))).status).toBe(0);
    expect(ownersBelow(join(home, name))).toEqual([owner]);
  }
});
