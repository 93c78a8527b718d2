import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { type Migration, migrate, programMigrations } from '../../src/store/migrate.ts';
import { entry } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const first: Migration = { number: 1, name: '0001-homes', sql: 'CREATE TABLE home (id TEXT)' };
const second: Migration = {
  number: 2,
  name: '0002-floors',
  sql: 'ALTER TABLE home ADD COLUMN floor INTEGER',
};

const openDatabase = (dir: string): Database.Database => {
  const db = new Database(join(dir, 'a.db'));
  onTestFinished(() => {
    db.close();
  });
  return db;
};

test('a new database needs no copy, one that holds something is copied as it was before it is migrated', () => {
  const dir = temporaryDirectory();
  const db = openDatabase(dir);
  expect(migrate(db, { backups: dir, migrations: [first], now: 0 })).toEqual({
    applied: ['0001-homes'],
    backup: null,
  });
  db.exec("INSERT INTO home VALUES ('301')");
  const { applied, backup } = migrate(db, { backups: dir, migrations: [first, second], now: 0 });
  expect([applied, backup]).toEqual([['0002-floors'], join(dir, 'before-0002-1970-01-01T00-00-00-000Z.db')]);
  const copy = new Database(backup ?? '', { readonly: true });
  onTestFinished(() => {
    copy.close();
  });
  expect(copy.prepare('SELECT * FROM home').all()).toEqual([{ id: '301' }]);
  expect(copy.pragma('user_version', { simple: true })).toBe(1);
  expect(db.prepare('SELECT * FROM home').all()).toEqual([{ id: '301', floor: null }]);
});

test('a migration that fails leaves the database as it was', () => {
  const dir = temporaryDirectory();
  const db = openDatabase(dir);
  const broken: Migration = {
    number: 1,
    name: '0001-broken',
    sql: 'CREATE TABLE home (id TEXT); SELECT nonsense',
  };
  expect(() => migrate(db, { backups: dir, migrations: [broken], now: 0 })).toThrow('nonsense');
  expect(db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get()).toBe(0);
  expect(db.pragma('user_version', { simple: true })).toBe(0);
});

test('a database of a newer program is refused and not touched', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { entries: [entry(1)] });
  await store.close();
  const { database, backups } = dataDirectory(dir);
  const db = new Database(database);
  db.pragma('user_version = 9999');
  db.close();
  await expect(openRecordRoom(dir)).rejects.toMatchObject({
    code: 'newer-than-program',
    message: expect.stringContaining('or restore a backup made before it was started'),
  });
  expect(readdirSync(backups)).toEqual([]);
  const next = String((programMigrations().at(-1)?.number ?? 0) + 1).padStart(4, '0');
  const copy = join(backups, `before-${next}-2026-11-26T03-00-00-000Z.db`);
  writeFileSync(copy, 'what this program knows');
  writeFileSync(join(backups, 'before-9999-2026-11-26T03-00-00-000Z.db'), 'what it does not know either');
  await expect(openRecordRoom(dir)).rejects.toMatchObject({
    message: expect.stringContaining(`and copy ${copy} to ${database}`),
  });
});

test('a copy from before a migration is removed by a start 90 days later, and by none that migrates', () => {
  const dir = temporaryDirectory();
  const db = openDatabase(dir);
  migrate(db, { backups: dir, migrations: [first], now: 0 });
  const { backup } = migrate(db, { backups: dir, migrations: [first, second], now: Date.now() });
  const [madeAt, dayMs] = [statSync(backup ?? '').mtimeMs, 86_400_000];
  const startAt = (now: number): boolean => {
    migrate(db, { backups: dir, migrations: [first, second], now });
    return existsSync(backup ?? '');
  };
  expect([startAt(madeAt + 89 * dayMs), startAt(madeAt + 91 * dayMs)]).toEqual([true, false]);
});

test('a file that is no database is refused in words, and the directory is free again', async () => {
  const dir = temporaryDirectory();
  const { database } = dataDirectory(dir);
  writeFileSync(database, 'not a database, but long enough to be read as one'.repeat(100));
  await expect(openRecordRoom(dir)).rejects.toMatchObject({ code: 'unusable' });
  rmSync(database);
  await (await openRecordRoom(dir)).close();
});

test("the program's migrations are numbered one after another", () => {
  expect(programMigrations().map(({ number }) => number)).toEqual(
    programMigrations().map((_, index) => index + 1),
  );
});
