import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Rows } from '../../src/gateway/ports.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { entry } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const homes = 120;

/** The card of a home, of a length of its own, so that cards are moved about as they grow. */
const cardOf = (home: number, edition: number): Rows['household'] => ({
  place: `home-${home}`,
  warnings: [],
  residents: [{ name: `resident-${home}-`, recordingConsent: false }],
  contacts: [{ name: `contact-${home}-`, relation: '女儿', phone: `phone-${home}-`, hasKey: true }],
  note: 'x'.repeat((home * 7 * edition) % 1_900),
});

test('of people whose card was erased the files hold no word after a stop, and of everybody else all', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  let seq = 0;
  const write = (id: string, body: Rows['household'] | null): Promise<unknown> => {
    seq += 1;
    return commit(store, { entries: [entry(seq)], puts: [{ kind: 'household', id, body }] });
  };
  for (const edition of [1, 2, 3])
    for (let home = 0; home < homes; home += 1) await write(`home-${home}`, cardOf(home, edition));
  for (let home = 0; home < homes; home += 3) await write(`home-${home}`, null);
  await store.close();

  const text = readFileSync(dataDirectory(dir).database, 'latin1');
  const found = (home: number): readonly boolean[] =>
    ['resident', 'contact', 'phone'].map((word) => text.includes(`${word}-${home}-`));
  for (let home = 0; home < homes; home += 1)
    expect([home, found(home)]).toEqual([home, Array(3).fill(home % 3 !== 0)]);
  const again = await openRecordRoom(dir);
  expect([...again.state.households.values()]).toEqual(
    expect.arrayContaining([cardOf(1, 3), cardOf(2, 3), cardOf(119, 3)]),
  );
});

test('a card that an earlier program changed before it is erased leaves no word either', async () => {
  const dir = temporaryDirectory();
  await (await openRecordRoom(dir)).close();
  const { database } = dataDirectory(dir);
  const db = new Database(database);
  db.pragma('secure_delete = OFF');
  const put = db.prepare(
    'INSERT INTO household VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
  );
  for (let edit = 0; edit < homes * 6; edit += 1) {
    const home = (edit * 37) % homes;
    put.run(`home-${home}`, JSON.stringify(cardOf(home, 1 + (edit % 11))));
  }
  db.close();
  const gone = Array.from({ length: homes / 3 }, (_, index) => index * 3);
  const store = await openRecordRoom(dir);
  const puts = gone.map((home) => ({ kind: 'household', id: `home-${home}`, body: null }) as const);
  await commit(store, { entries: [entry(1)], puts });
  await store.close();
  const text = readFileSync(database, 'latin1');
  expect(gone.filter((home) => text.includes(`phone-${home}-`))).toEqual([]);
  expect(text).toContain('phone-1-');
});
