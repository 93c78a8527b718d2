import type Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { openForWriting } from '../../src/store/database.ts';
import { defaultKeep, type Keep, makePruner } from '../../src/store/pruner.ts';
import { entry } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const keep: Keep = {
  changes: { forMs: 100, numbers: 3, mostNumbers: 6 },
  messageIds: { forMs: 1_000, perDevice: 3 },
  quarantine: 2,
};

/** The live database of a directory, with a schema. */
const openLive = async (dir: string): Promise<Database.Database> => {
  await (await openRecordRoom(dir)).close();
  const db = openForWriting(dataDirectory(dir).database, { mustExist: true });
  onTestFinished(() => {
    db.close();
  });
  return db;
};

const finish = (bite: () => boolean): void => {
  while (bite());
};

test('changes go when they are old and far back, or too far back whatever their age, and a console that asks for them is told', async () => {
  const dir = temporaryDirectory();
  const db = await openLive(dir);
  db.exec('INSERT INTO journal_head VALUES (1, 10, zeroblob(32), 0)');
  const add = db.prepare('INSERT INTO change VALUES (?, ?, ?)');
  for (let seq = 1; seq <= 10; seq += 1) add.run(seq, seq <= 5 ? 0 : 950, '{}');
  const kept = () => db.prepare('SELECT seq FROM change').pluck().all();
  const pruner = makePruner(db, keep);
  finish(() => pruner.changes(50));
  expect(kept()).toEqual([5, 6, 7, 8, 9, 10]);
  finish(() => pruner.changes(1_000));
  expect(kept()).toEqual([6, 7, 8, 9, 10]);
  finish(() => pruner.changes(5_000));
  expect(kept()).toEqual([8, 9, 10]);
  db.close();

  const { archive } = await openRecordRoom(dir);
  expect(await archive.changes(6, 10)).toBeNull();
  expect((await archive.changes(7, 10))?.map(({ seq }) => seq)).toEqual([8, 9, 10]);
});

test('changes of a busy night are dropped in bites, oldest first', async () => {
  const db = await openLive(temporaryDirectory());
  db.exec('INSERT INTO journal_head VALUES (1, 2000, zeroblob(32), 0)');
  const add = db.prepare("INSERT INTO change VALUES (?, 0, '{}')");
  for (let seq = 1; seq <= 2_000; seq += 1) add.run(seq);
  const pruner = makePruner(db, keep);
  expect(pruner.changes(1_000)).toBe(true);
  const first = Number(db.prepare('SELECT min(seq) FROM change').pluck().get());
  expect(first).toBeGreaterThan(1);
  expect(first).toBeLessThan(1_998);
  finish(() => pruner.changes(1_000));
  expect(db.prepare('SELECT count(*) FROM change').pluck().get()).toBe(3);
});

test('a device keeps the ids of its last messages while they are young, and its newest for ever, so that its count goes on', async () => {
  const db = await openLive(temporaryDirectory());
  const add = db.prepare('INSERT INTO message_id VALUES (?, ?, ?, ?)');
  for (let ordinal = 1; ordinal <= 1_300; ordinal += 1) add.run('pager-1', `m${ordinal}`, ordinal, 5_000);
  for (let ordinal = 1; ordinal <= 3; ordinal += 1)
    add.run('pager-2', `m${ordinal}`, ordinal, ordinal * 1_000);
  const kept = (device: string) =>
    db.prepare('SELECT ordinal FROM message_id WHERE device = ? ORDER BY ordinal').pluck().all(device);
  const pruner = makePruner(db, keep);
  finish(() => pruner.messageIds(3_500));
  expect([kept('pager-1'), kept('pager-2')]).toEqual([[1_298, 1_299, 1_300], [3]]);
  finish(() => pruner.messageIds(99_999));
  expect([kept('pager-1'), kept('pager-2')]).toEqual([[1_300], [3]]);
});

test('quarantine keeps the newest messages', async () => {
  const db = await openLive(temporaryDirectory());
  for (const id of ['q1', 'q2', 'q3', 'q4']) db.prepare("INSERT INTO quarantine VALUES (?, '{}')").run(id);
  const pruner = makePruner(db, keep);
  finish(() => pruner.quarantine());
  expect(db.prepare('SELECT id FROM quarantine ORDER BY id').pluck().all()).toEqual(['q3', 'q4']);
});

test('by default the last 4,096 ids of a device count for 7 days, and a console may be away for a day', () => {
  expect(defaultKeep).toEqual({
    changes: { forMs: 86_400_000, numbers: 200_000, mostNumbers: 1_000_000 },
    messageIds: { forMs: 604_800_000, perDevice: 4_096 },
    quarantine: 10_000,
  });
});

test('a running gateway drops ids that are too old by itself', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, {
    entries: [entry(1)],
    messageIds: [
      { device: 'pager-1', id: 'old', ordinal: 1, at: Date.now() - 8 * 86_400_000 },
      { device: 'pager-1', id: 'new', ordinal: 2, at: Date.now() },
    ],
  });
  await store.close();
  const again = await openRecordRoom(dir);
  do await again.archive.journal(0, 1);
  while (again.messageIds.find('pager-1', 'old') !== null);
  expect(again.messageIds.find('pager-1', 'new')?.ordinal).toBe(2);
});
