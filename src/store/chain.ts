import { hash } from 'node:crypto';
import type Database from 'better-sqlite3';

/** An entry as its row holds it; `data` is the JSON text. */
export type JournalRow = {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly event: string;
  readonly subject: string;
  readonly version: number | null;
  readonly data: string;
};

/** The hash before the first entry. */
export const firstPrev = '0'.repeat(64);

/** SHA-256 (lower-case hex) of an entry chained to `prev`: over the JSON text of `[prev, seq, at, actor, event, subject, version, data]`, `data` being its JSON text. */
export const hashOf = (prev: string, row: JournalRow): string =>
  hash(
    'sha256',
    JSON.stringify([prev, row.seq, row.at, row.actor, row.event, row.subject, row.version, row.data]),
    'hex',
  );

/** What a check of the chain found. `head` is the last good hash. */
export type ChainReport = {
  readonly entries: number;
  readonly first: number | null;
  readonly last: number | null;
  readonly head: string;
  readonly problem: string | null;
};

type Head = { readonly seq: number; readonly hash: string };

const pageSize = 2_000;

/** Checks every entry and the head record, and stops at the first that is changed, missing or inserted. Reads in short pages, so that a gateway at work on the same database is not held up. */
export const checkChain = (db: Database.Database): ChainReport => {
  const readHead = db.prepare<[], Head>('SELECT seq, lower(hex(hash)) AS hash FROM journal_head');
  const page = db.prepare<[number, number], JournalRow & { hash: string }>(
    `SELECT seq, at, actor, event, subject, version, data, lower(hex(hash)) AS hash
     FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${pageSize}`,
  );
  const lowest = db.prepare<[], number | null>('SELECT min(seq) FROM journal').pluck();
  const highest = db.prepare<[], number | null>('SELECT max(seq) FROM journal').pluck();

  // What is committed while we read lies beyond this head, and is left for the next check.
  const head = readHead.get() ?? { seq: 0, hash: firstPrev };
  let entries = 0;
  let prev = firstPrev;
  const report = (problem: string | null): ChainReport => ({
    entries,
    first: entries === 0 ? null : 1,
    last: entries === 0 ? null : entries,
    head: prev,
    problem,
  });

  const smallest = lowest.get() ?? 1;
  if (smallest < 1) return report(`entry ${smallest} was inserted: numbers begin at 1`);
  for (;;) {
    const rows = page.all(entries, head.seq);
    for (const row of rows) {
      const expected = entries + 1;
      if (row.seq !== expected)
        return report(
          row.seq === expected + 1
            ? `entry ${expected} is missing`
            : `entries ${expected} to ${row.seq - 1} are missing`,
        );
      if (hashOf(prev, row) !== row.hash)
        return report(`entry ${row.seq} was changed, or replaced together with what came before it`);
      prev = row.hash;
      entries = row.seq;
    }
    if (rows.length < pageSize) break;
  }
  if (entries < head.seq)
    return report(
      entries + 1 === head.seq
        ? `entry ${head.seq}, the last, is missing`
        : `entries ${entries + 1} to ${head.seq} are missing from the end`,
    );
  if (prev !== head.hash)
    return report(`entry ${head.seq} is not the one that was committed last: the chain was rewritten`);
  // Head and highest number in one snapshot, because the gateway may go on writing.
  const beyond = db.transaction(() => ({ head: readHead.get()?.seq ?? 0, highest: highest.get() ?? 0 }))();
  if (beyond.highest > beyond.head)
    return report(
      `entry ${beyond.head + 1} or a later one was inserted after the last committed entry ${beyond.head}`,
    );
  return report(null);
};
