import { randomUUID } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Rows, StoredState } from '../gateway/ports.ts';
import { readHead } from './commit.ts';
import { tables } from './tables.ts';

const bodies = <K extends keyof Rows>(db: Database.Database, kind: K, which = ''): Rows[K][] =>
  db
    .prepare<[], string>(`SELECT body FROM ${tables[kind]} ${which}`)
    .pluck()
    .all()
    .map((text) => JSON.parse(text) as Rows[K]);

const byId = <K extends keyof Rows>(db: Database.Database, kind: K): Map<string, Rows[K]> =>
  new Map(
    db
      .prepare<[], { id: string; body: string }>(`SELECT id, body FROM ${tables[kind]}`)
      .all()
      .map(({ id, body }) => [id, JSON.parse(body) as Rows[K]]),
  );

const feedOf = (db: Database.Database): string => {
  db.prepare("INSERT OR IGNORE INTO meta VALUES ('feed', ?)").run(randomUUID());
  return String(db.prepare("SELECT value FROM meta WHERE key = 'feed'").pluck().get());
};

/** Loads what the core goes on from, and names the feed where it has no name yet. Walks only what is open or small: its cost does not grow with the journal, closed alerts or readings. Throws SqliteError. */
export const readState = (db: Database.Database): StoredState => ({
  seq: readHead(db).seq,
  feed: feedOf(db),
  devices: bodies(db, 'device'),
  deviceStates: byId(db, 'device-state'),
  households: bodies(db, 'household'),
  alerts: bodies(db, 'alert', 'WHERE open = 1 ORDER BY id'),
  calls: bodies(db, 'call', 'WHERE open = 1 ORDER BY id'),
  delays: bodies(db, 'delay'),
  memories: bodies(db, 'memory'),
  // Those that have expired come along: the core drops them, and with that their rows.
  commands: bodies(db, 'command', 'WHERE waiting = 1 ORDER BY id'),
  users: bodies(db, 'user'),
  sessions: bodies(db, 'session'),
  testModes: bodies(db, 'test-mode'),
  presences: bodies(db, 'presence'),
  sites: bodies(db, 'site'),
  shifts: bodies(
    db,
    'shift',
    'WHERE open = 1 OR id = (SELECT max(id) FROM shift WHERE open = 0) ORDER BY id',
  ),
  rulebook: bodies(db, 'rulebook', 'ORDER BY number DESC LIMIT 1')[0] ?? null,
  facts: byId(db, 'fact'),
});
