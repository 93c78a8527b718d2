import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Damaged } from '../../../src/store/database.ts';
import { openPartition, removePartition } from '../../../src/store/readings/partition.ts';
import { makePartitionReader } from '../../../src/store/readings/partition-reader.ts';
import { temporaryDirectory } from '../record-room.ts';

const schema = 'CREATE TABLE said (word TEXT NOT NULL);';

/** A partition that says one word. */
const make = (path: string, word: string): void => {
  const partition = openPartition(path, schema);
  partition.db.prepare('INSERT INTO said VALUES (?)').run(word);
  partition.close();
};

const openReader = () => {
  const reader = makePartitionReader();
  onTestFinished(() => reader.close());
  return {
    ...reader,
    said: (path: string) => reader.ask(path, (db) => db.prepare('SELECT word FROM said').pluck().get()),
  };
};

test('a partition that was dropped is not there any more, and one made anew is the one that answers', () => {
  const path = `${temporaryDirectory()}/day.db`;
  const reader = openReader();
  expect(reader.said(path)).toBeNull();
  make(path, 'first');
  expect(reader.said(path)).toBe('first');
  removePartition(path);
  expect(reader.said(path)).toBeNull();
  make(path, 'second');
  expect(reader.said(path)).toBe('second');
});

test('what was dropped is let go of within a minute, so that its room on the disk is free, though nobody asks', () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const dir = temporaryDirectory();
  const reader = openReader();
  make(`${dir}/dropped.db`, 'gone');
  make(`${dir}/kept.db`, 'kept');
  for (const name of ['dropped', 'kept']) reader.said(`${dir}/${name}.db`);
  removePartition(`${dir}/dropped.db`);
  // Where the system tells which files a process has open it is asked; elsewhere that nothing fails must do.
  const open = (): string[] =>
    existsSync('/proc/self/fd')
      ? readdirSync('/proc/self/fd').flatMap((fd) => {
          try {
            const path = readlinkSync(`/proc/self/fd/${fd}`);
            return path.startsWith(dir) && !/-(wal|shm)\b/.test(path) ? [path] : [];
          } catch {
            return [];
          }
        })
      : [`${dir}/kept.db`];
  vi.advanceTimersByTime(60_000);
  expect(open()).toEqual([`${dir}/kept.db`]);
  expect(reader.said(`${dir}/kept.db`)).toBe('kept');
});

test('a partition with the tables of another program is told as damaged, and nothing is written into it', () => {
  const path = `${temporaryDirectory()}/day.db`;
  make(path, 'first');
  const partition = openPartition(path, schema);
  partition.db.pragma('user_version = 99');
  partition.close();
  expect(() => openReader().said(path)).toThrow(Damaged);
  expect(() => openPartition(path, schema)).toThrow(Damaged);
});
