import type Database from 'better-sqlite3';
import { firstPrev, hashOf } from './chain.ts';
import { type CommitText, numbersPerReading, type Parcel, valueKinds } from './parcel.ts';
import { type RowKind, rowKinds, tables } from './tables.ts';

/** The end of the chain as it is committed. `committedAt` is in epoch ms. */
export type ChainHead = { readonly seq: number; readonly hash: string; readonly committedAt: number };

/** Writes parcels over one connection. */
export type Committer = {
  /** Commits a parcel, whole or not at all; `now` (epoch ms) becomes the time of the commit in its rows. Throws SqliteError, and Error where the numbers do not go on. */
  readonly commit: (parcel: Parcel, now: number) => void;
  /** The committed end of the chain. */
  readonly head: () => ChainHead;
};

/** The committed end of the chain. The number never falls behind a row that stands in the journal, so that a row put there by somebody else stops nothing here; the check of the chain tells of it. */
export const readHead = (db: Database.Database): ChainHead => {
  const head = db
    .prepare<[], ChainHead>(
      'SELECT seq, lower(hex(hash)) AS hash, committed_at AS committedAt FROM journal_head',
    )
    .get();
  const last = db
    .prepare<[], ChainHead>(
      'SELECT seq, lower(hex(hash)) AS hash, at AS committedAt FROM journal ORDER BY seq DESC LIMIT 1',
    )
    .get();
  if (head === undefined) return last ?? { seq: 0, hash: firstPrev, committedAt: 0 };
  return last !== undefined && last.seq > head.seq ? last : head;
};

const textAt = (text: CommitText, at: number): string =>
  typeof text === 'string' ? text : `${text[0]}${at}${text[1]}`;

/** Prepares a connection for parcels. `shippedUpTo`: readings are also shipped elsewhere, have been up to this number in the order of arrival, and are numbered on from there; null = nobody ships them. Throws SqliteError. */
export const makeCommitter = (db: Database.Database, shippedUpTo: number | null): Committer => {
  const addSeries = db.prepare<[number, string, string]>('INSERT OR IGNORE INTO series VALUES (?, ?, ?)');
  const addEntry = db.prepare<[number, number, string, string, string, number | null, string, Buffer]>(
    'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const moveHead = db.prepare<[number, Buffer, number]>(
    'INSERT OR REPLACE INTO journal_head VALUES (1, ?, ?, ?)',
  );
  const addChange = db.prepare<[number, number, string]>('INSERT INTO change VALUES (?, ?, ?)');
  const addMessageId = db.prepare<[string, string, number, number]>(
    'INSERT OR REPLACE INTO message_id VALUES (?, ?, ?, ?)',
  );
  const addReading = db.prepare<
    [number, number, number | string, number, number, number | null, number | null]
  >('INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?)');
  const puts = new Map<
    RowKind,
    { put: Database.Statement<[string, string]>; remove: Database.Statement<[string]> }
  >(
    rowKinds.map((kind) => [
      kind,
      {
        put: db.prepare(
          `INSERT INTO ${tables[kind]} (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
        ),
        remove: db.prepare(`DELETE FROM ${tables[kind]} WHERE id = ?`),
      },
    ]),
  );

  const cards = db.prepare<[], { id: string; body: string }>(`SELECT id, body FROM ${tables.household}`);
  const clearCards = db.prepare(`DELETE FROM ${tables.household}`);

  /** Puts the cards that stay into pages that hold nothing else: those of a database that was not always written as here have words of earlier cards between the rows. */
  const forgetCards = (): void => {
    const left = cards.all();
    clearCards.run();
    for (const { id, body } of left) puts.get('household')?.put.run(id, body);
  };

  /** What is no longer on a card is overwritten in the file; for readings, which are moved on all the time, that would cost too much. */
  const securely = <T>(parcel: Parcel, write: () => T): T => {
    if (!parcel.puts.some(({ kind }) => kind === 'household')) return write();
    db.pragma('secure_delete = ON');
    try {
      return write();
    } finally {
      db.pragma('secure_delete = OFF');
    }
  };

  const lastOutgoing = db.prepare<[], number | null>('SELECT max(outgoing) FROM reading').pluck();
  let head = readHead(db);
  let outgoing = shippedUpTo === null ? null : Math.max(shippedUpTo, lastOutgoing.get() ?? 0);

  const addReadings = ({ numbers, texts }: Parcel): void => {
    for (let index = 0; index < numbers.length; index += numbersPerReading) {
      const number = numbers[index + 2] ?? 0;
      const kind = numbers[index + 3];
      const deviceAt = numbers[index + 5] ?? Number.NaN;
      const value = kind === valueKinds.text ? (texts[number] ?? '') : number;
      if (outgoing !== null) outgoing += 1;
      addReading.run(
        numbers[index] ?? 0,
        numbers[index + 1] ?? 0,
        value,
        kind === valueKinds.flag ? 1 : 0,
        numbers[index + 4] ?? 0,
        Number.isNaN(deviceAt) ? null : deviceAt,
        outgoing,
      );
    }
  };

  const write = db.transaction((parcel: Parcel, now: number): ChainHead => {
    let { seq, hash } = head;
    for (const entry of parcel.entries) {
      if (entry.seq !== seq + 1) throw new Error(`entry ${entry.seq} does not follow entry ${seq}`);
      seq = entry.seq;
      hash = hashOf(hash, entry);
      addEntry.run(
        seq,
        entry.at,
        entry.actor,
        entry.event,
        entry.subject,
        entry.version,
        entry.data,
        Buffer.from(hash, 'hex'),
      );
    }
    if (parcel.entries.length > 0) moveHead.run(seq, Buffer.from(hash, 'hex'), now);
    for (const change of parcel.changes) addChange.run(change.seq, change.at, textAt(change.text, now));
    for (const { kind, id, body } of parcel.puts) {
      const statements = puts.get(kind);
      if (statements === undefined) throw new Error(`no table for rows of kind ${kind}`);
      if (body === null) statements.remove.run(id);
      else statements.put.run(id, textAt(body, now));
    }
    if (parcel.puts.some(({ kind, body }) => kind === 'household' && body === null)) forgetCards();
    for (const { device, id, ordinal, at } of parcel.messageIds) addMessageId.run(device, id, ordinal, at);
    for (const [number, device, measurement] of parcel.series) addSeries.run(number, device, measurement);
    addReadings(parcel);
    return parcel.entries.length > 0 ? { seq, hash, committedAt: now } : head;
  });

  return {
    head: () => head,
    commit: (parcel, now) => {
      head = securely(parcel, () => write.immediate(parcel, now));
    },
  };
};
