import { execFile } from 'node:child_process';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { entry } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const program = new URL('../../src/store/verify-journal.ts', import.meta.url).pathname;

const verify = (...words: readonly string[]): Promise<{ readonly status: number; readonly said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], (error, stdout, stderr) =>
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
    );
  });

/** A journal of five lines, on which somebody then does `harm`. */
const journalAfter = async (harm: string): Promise<string> => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { entries: [entry(1), entry(2), entry(3)] });
  await commit(store, { entries: [entry(4), entry(5)] });
  await store.close();
  const db = new Database(dataDirectory(dir).database);
  db.exec(harm);
  db.close();
  return dir;
};

test('a whole journal is checked while the gateway is writing it', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { entries: [entry(1), entry(2)] });
  const { status, said } = await verify('--data', dir);
  const head = (await store.archive.journal(1, 1))[0]?.hash;
  expect([status, said]).toEqual([
    0,
    `2 entries checked, 1 to 2, head ${head}, in ${dir}\nThe journal is whole.\n`,
  ]);
});

test('a journal in which nothing is written yet is whole', async () => {
  const dir = temporaryDirectory();
  await (await openRecordRoom(dir)).close();
  expect((await verify('--data', dir)).status).toBe(0);
});

for (const [what, harm, finding] of [
  ['a changed line', `UPDATE journal SET actor = 'nobody' WHERE seq = 3`, 'entry 3 was changed'],
  [
    'a line whose data was changed',
    `UPDATE journal SET data = '{"x":1}' WHERE seq = 2`,
    'entry 2 was changed',
  ],
  ['a missing line', 'DELETE FROM journal WHERE seq = 2', 'entry 2 is missing'],
  ['missing lines', 'DELETE FROM journal WHERE seq IN (2, 3)', 'entries 2 to 3 are missing'],
  ['a missing first line', 'DELETE FROM journal WHERE seq = 1', 'entry 1 is missing'],
  ['a tail that was cut off', 'DELETE FROM journal WHERE seq > 3', 'entries 4 to 5 are missing from the end'],
  ['a journal that was emptied', 'DELETE FROM journal', 'entries 1 to 5 are missing from the end'],
  [
    'a line put after the last',
    `INSERT INTO journal SELECT 6, at, actor, event, subject, version, data, hash FROM journal WHERE seq = 5`,
    'inserted after the last committed entry 5',
  ],
  [
    'a line put before the first',
    `INSERT INTO journal SELECT 0, at, actor, event, subject, version, data, hash FROM journal WHERE seq = 5`,
    'entry 0 was inserted',
  ],
  ['a hash that was replaced', `UPDATE journal SET hash = zeroblob(32) WHERE seq = 5`, 'entry 5 was changed'],
  ['a head that was replaced', `UPDATE journal_head SET hash = zeroblob(32)`, 'the chain was rewritten'],
] as const)
  test(`${what} is found and named`, async () => {
    const { status, said } = await verify('--data', await journalAfter(harm));
    expect(said).toContain(finding);
    expect(status).toBe(1);
  });

test('the gateway goes on after a line was put into its journal, and the check still tells', async () => {
  const dir = await journalAfter(
    `INSERT INTO journal SELECT 6, at, actor, event, subject, version, data, hash FROM journal WHERE seq = 5`,
  );
  const store = await openRecordRoom(dir);
  expect(store.state.seq).toBe(6);
  await commit(store, { entries: [entry(7)] });
  expect((await verify('--data', dir)).said).toContain('entry 6 was changed');
});

test('numbers are not given out again after the end of the journal was cut off', async () => {
  const dir = await journalAfter('DELETE FROM journal WHERE seq > 3');
  expect((await openRecordRoom(dir)).state.seq).toBe(5);
});

test('a directory without a journal, and words it does not know, are told apart from a broken chain', async () => {
  expect((await verify('--data', temporaryDirectory())).status).toBe(2);
  expect((await verify('--nonsense')).status).toBe(2);
});

test('a single line is told as one', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { entries: [entry(1)] });
  await store.close();
  expect((await verify('--data', dir)).said).toContain('1 entry checked, 1 to 1');
});
