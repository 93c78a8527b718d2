import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { optional } from '../optional.ts';
import { canMount, openSmallDisk } from '../small-disk.ts';
import { entry, reading } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

optional('the right to mount a small disk', canMount)('a full disk', () => {
  test('is tried again until there is room, tells of it once, and loses and reorders nothing', async () => {
    const disk = openSmallDisk('6m');
    const store = await openRecordRoom(join(disk.dir, 'data'));
    await commit(store, { entries: [entry(1)] });
    disk.fill();

    let committed = 0;
    const failing = store.heard.nextHealth();
    const bulk = 'x'.repeat(200_000);
    const second = commit(store, {
      entries: [entry(2), entry(3)],
      puts: [{ kind: 'fact', id: 'bulk', body: bulk }],
      readings: [reading()],
    }).then(() => {
      committed += 1;
    });
    expect(await failing).toMatchObject({ ok: false, error: expect.stringContaining('SQLITE_') });
    expect([committed, (await store.archive.journal(0, 9)).length]).toEqual([0, 1]);

    const recovered = store.heard.nextHealth();
    disk.makeRoom();
    expect(await recovered).toEqual({ ok: true });
    await second;
    await commit(store, { entries: [entry(4)] });
    expect((await store.archive.journal(0, 9)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(store.heard.health.map(({ ok }) => ok)).toEqual([false, true]);
    expect(store.heard.fatal).toEqual([]);
    await store.close();
    expect((await openRecordRoom(join(disk.dir, 'data'))).state.facts.get('bulk')).toBe(bulk);
  });

  test('that stays full does not keep the gateway from stopping', async () => {
    const disk = openSmallDisk('6m');
    const store = await openRecordRoom(join(disk.dir, 'data'));
    disk.fill();
    const failing = store.heard.nextHealth();
    store.journal.write(
      {
        entries: [entry(1)],
        changes: [],
        readings: [],
        messageIds: [],
        puts: [{ kind: 'fact', id: 'bulk', body: 'x'.repeat(200_000) }],
      },
      () => expect.unreachable('it was not committed'),
    );
    await failing;
    await store.close();
    disk.makeRoom();
    expect((await openRecordRoom(join(disk.dir, 'data'))).state.seq).toBe(0);
  });
});

test('a database that somebody else holds is waited for, and the batch is written once it is free', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  const other = new Database(dataDirectory(dir).database);
  onTestFinished(() => {
    other.close();
  });
  other.exec('BEGIN IMMEDIATE');
  const failing = store.heard.nextHealth();
  const written = commit(store, { entries: [entry(1)] });
  expect(await failing).toMatchObject({ ok: false, error: expect.stringContaining('SQLITE_BUSY') });
  const recovered = store.heard.nextHealth();
  other.exec('ROLLBACK');
  expect(await recovered).toEqual({ ok: true });
  await written;
  expect(await store.archive.journal(0, 9)).toHaveLength(1);
});

test('an error that trying again cannot mend is told once, and nothing is written after it', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  const fatal = store.heard.nextFatal();
  // Not a number is no reading: the table refuses it.
  const refused = commit(store, { entries: [entry(1)], readings: [reading({ value: Number.NaN })] });
  await expect(refused).rejects.toThrow('NOT NULL');
  await fatal;
  store.journal.write({ entries: [entry(1)], changes: [], readings: [], puts: [], messageIds: [] }, () =>
    expect.unreachable('nothing is written any more'),
  );
  await store.close();
  expect(store.heard.fatal).toHaveLength(1);
  expect(store.heard.health).toEqual([]);
  expect((await openRecordRoom(dir)).state.seq).toBe(0);
});

test('a batch whose numbers do not go on is refused for good', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  await commit(store, { entries: [entry(1)] });
  await expect(commit(store, { entries: [entry(3)] })).rejects.toThrow('entry 3 does not follow entry 1');
});
