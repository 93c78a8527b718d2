import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import type {
  AlertQuery,
  AlertRecord,
  Archive,
  CallQuery,
  CallRecord,
  ExportPage,
} from '../gateway/ports.ts';
import type { Alert } from '../model/alert.ts';
import type { Call } from '../model/call.ts';
import type { Note, TimelineEntry } from '../model/change.ts';
import type { ChainedEntry } from '../model/journal.ts';
import type { Quarantined } from '../model/quarantine.ts';
import type { RulebookVersion, RulebookVersionHead } from '../model/rulebook.ts';
import type { Shift } from '../model/shift.ts';
import { alertSearch } from './alert-search.ts';
import { callSearch } from './call-search.ts';
import { firstPrev } from './chain.ts';
import { describeError, needsReopening, openForReading } from './database.ts';
import { readFigures } from './figures.ts';
import { giveWay } from './priority.ts';
import { exportPage } from './readings/export-page.ts';
import { makeSeriesReader, type PartitionFolders, type SeriesReader } from './readings/points.ts';

/** Where the reader finds the live database and the partitions. */
export type ReaderSetup = { readonly database: string; readonly folders: PartitionFolders };
/** A question by the name of the Archive's function. */
export type ToReader = {
  readonly id: number;
  readonly question: keyof Archive;
  readonly parameters: readonly unknown[];
};
/** Its answer, or why there is none. */
export type FromReader = { readonly id: number; readonly answer?: unknown; readonly error?: string };

/** The Archive as this thread answers it: at once. */
type Answers = {
  readonly [K in keyof Archive]: (...parameters: Parameters<Archive[K]>) => Awaited<ReturnType<Archive[K]>>;
};

type EntryRow = Omit<ChainedEntry, 'data' | 'prev'> & { readonly data: string };

/** Prepares the answers over one connection to the live database and what reads the partitions. */
const prepareAnswers = (db: Database.Database, series: SeriesReader): Answers => {
  const entries = db.prepare<[number, number], EntryRow>(
    'SELECT seq, at, actor, event, subject, version, data, lower(hex(hash)) AS hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const hashBefore = db
    .prepare<[number], string>('SELECT lower(hex(hash)) FROM journal WHERE seq = ?')
    .pluck();
  const alert = db.prepare<[string], string>('SELECT body FROM alert WHERE id = ?').pluck();
  const call = db.prepare<[string], string>('SELECT body FROM call WHERE id = ?').pluck();
  const shifts = db
    .prepare<[string, number], string>('SELECT body FROM shift WHERE id < ? ORDER BY id DESC LIMIT ?')
    .pluck();
  const ofSubject = db.prepare<[string], EntryRow>(
    "SELECT seq, at, actor, event, subject, version, data, '' AS hash FROM journal WHERE subject = ? ORDER BY seq",
  );
  const note = db.prepare<[string], string>('SELECT body FROM note WHERE id = ?').pluck();
  const forgotten = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'forgotten-changes'").pluck();
  const changes = db.prepare<[number, number], { seq: number; text: string }>(
    'SELECT seq, text FROM change WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const quarantine = db
    .prepare<[string, number], string>('SELECT body FROM quarantine WHERE id < ? ORDER BY id DESC LIMIT ?')
    .pluck();
  const quarantined = db.prepare<[string], string>('SELECT body FROM quarantine WHERE id = ?').pluck();
  const versions = db
    .prepare<[number, number], string>(
      "SELECT json_remove(body, '$.files') FROM rulebook WHERE number < ? ORDER BY number DESC LIMIT ?",
    )
    .pluck();
  const version = db.prepare<[number], string>('SELECT body FROM rulebook WHERE number = ?').pluck();

  const alertsBy = (query: AlertQuery): readonly Alert[] => {
    const { sql, values } = alertSearch(query);
    return db
      .prepare<(string | number)[], string>(sql)
      .pluck()
      .all(...values)
      .map((text) => (JSON.parse(text) as AlertRecord).alert);
  };

  const callsBy = (query: CallQuery): readonly Call[] => {
    const { sql, values } = callSearch(query);
    return db
      .prepare<(string | number)[], string>(sql)
      .pluck()
      .all(...values)
      .map((text) => (JSON.parse(text) as CallRecord).call);
  };

  const timelineOf = (id: string): TimelineEntry[] =>
    ofSubject.all(`alert:${id}`).map(({ seq, at, actor, event, data }) => {
      const facts = JSON.parse(data) as Record<string, unknown>;
      const text = typeof facts.note === 'string' ? note.get(facts.note) : undefined;
      const entry = { seq, at, actor, event: event.replace(/^alert\./, ''), data: facts };
      if (text === undefined) return entry;
      const written = JSON.parse(text) as Note;
      return {
        ...entry,
        ...(written.text === '' ? {} : { note: written.text }),
        ...(written.seenBy === undefined ? {} : { seenBy: written.seenBy }),
      };
    });

  return {
    journal: (after, limit) => {
      let prev = after <= 0 ? firstPrev : (hashBefore.get(after) ?? firstPrev);
      return entries.all(after, limit).map((row) => {
        const entry: ChainedEntry = { ...row, data: JSON.parse(row.data) as Record<string, unknown>, prev };
        prev = row.hash;
        return entry;
      });
    },
    alerts: alertsBy,
    alert: (id) => {
      const text = alert.get(id);
      return text === undefined ? null : (JSON.parse(text) as AlertRecord).alert;
    },
    calls: callsBy,
    call: (id) => {
      const text = call.get(id);
      return text === undefined ? null : (JSON.parse(text) as CallRecord).call;
    },
    shifts: (after, limit) => shifts.all(after ?? '\uffff', limit).map((text) => JSON.parse(text) as Shift),
    timeline: timelineOf,
    changes: (after, limit) => (after < Number(forgotten.get() ?? 0) ? null : changes.all(after, limit)),
    readings: series.points,
    exported: (query) => exportPage(series.exact, () => performance.now(), query),
    quarantine: ({ after, limit }) =>
      quarantine.all(after ?? '\uffff', limit).map((text) => JSON.parse(text) as Quarantined),
    quarantined: (id) => {
      const text = quarantined.get(id);
      return text === undefined ? null : (JSON.parse(text) as Quarantined);
    },
    rulebookVersions: (before, limit) =>
      versions
        .all(before ?? Number.MAX_SAFE_INTEGER, limit)
        .map((text) => JSON.parse(text) as RulebookVersionHead),
    rulebookVersion: (number) => {
      const text = version.get(number);
      return text === undefined ? null : (JSON.parse(text) as RulebookVersion);
    },
    figures: (query) => readFigures(db, query),
  };
};

const port = parentPort;
if (port !== null) {
  giveWay(5);
  const setup = workerData as ReaderSetup;
  const open = () => {
    const db = openForReading(setup.database);
    const series = makeSeriesReader(db, setup.folders);
    const close = (): void => {
      series.close();
      db.close();
    };
    return { answers: prepareAnswers(db, series), close };
  };
  let desk: ReturnType<typeof open> | null = open();
  const answer = ({ id, question, parameters }: ToReader): FromReader => {
    try {
      desk ??= open();
      const ask = desk.answers[question] as (...given: readonly unknown[]) => unknown;
      return { id, answer: ask(...parameters) };
    } catch (error) {
      if (needsReopening(error)) {
        desk?.close();
        desk = null;
      }
      return { id, error: describeError(error) };
    }
  };
  port.on('message', (asked: ToReader) => {
    const said = answer(asked);
    // Pages are handed over, not copied: copying megabytes a second would cost the main thread its time.
    const page = asked.question === 'exported' ? (said.answer as ExportPage | undefined) : undefined;
    port.postMessage(said, page === undefined ? [] : [page.bytes.buffer]);
  });
}
