import type { Alert } from '../model/alert.ts';
import type { Change } from '../model/change.ts';
import type { Entry } from '../model/journal.ts';
import type { Reading } from '../model/reading.ts';
import type { Batch, Congestion, Journal, MessageId, Put, Rows } from './ports.ts';

/** How much may wait for the disk before connections are held back: messages, bytes and readings, first for those without emergencies (`soft`), then for all (`hard`). */
export type LedgerLimits = {
  readonly softMessages: number;
  readonly hardMessages: number;
  readonly softBytes: number;
  readonly hardBytes: number;
  readonly softReadings: number;
  readonly hardReadings: number;
};

/** Room for every device of a large street to have something under way, and for a few minutes of a dead disk, within 200 MiB: a message of 128 KiB can hold thousands of readings, and each of them is an object of its own and a row. */
export const defaultLedgerLimits: LedgerLimits = {
  softMessages: 20_000,
  hardMessages: 80_000,
  softBytes: 32 * 1024 * 1024,
  hardBytes: 96 * 1024 * 1024,
  softReadings: 100_000,
  hardReadings: 400_000,
};

/** What waits for its commit: whoever must be told afterwards, and the message it came with. */
type Waiting = { readonly done: () => void; readonly message: unknown; readonly bytes: number };

/** The ledger: everything the core decides goes here, in order, and from here to the journal. While the writer is busy the next batch grows; when it is free all of it goes as one. */
export type Ledger = {
  /** A line of the record; answers its number. */
  readonly enter: (
    at: number,
    actor: string,
    event: string,
    subject: string,
    version: number | null,
    data: Entry['data'],
  ) => number;
  readonly tell: (change: Omit<Change, 'type'>) => void;
  readonly keepReading: (reading: Reading) => void;
  readonly keepMessageId: (id: MessageId) => void;
  readonly put: <K extends keyof Rows>(kind: K, id: string, body: Rows[K] | null) => void;
  /** Calls `done` once everything added so far is committed; in order. */
  readonly afterCommit: (done: () => void) => void;
  /** The same, for a message that is held in memory until then. */
  readonly afterMessage: (message: unknown, bytes: number, done: () => void) => void;
  /** Messages not yet committed, oldest first. */
  readonly unsettled: () => readonly unknown[];
  /** Changes not yet committed, oldest first. */
  readonly uncommitted: () => Iterable<Change>;
  readonly seq: () => number;
  readonly congestion: () => Congestion;
};

type Draft = {
  entries: Entry[];
  changes: Change[];
  readings: Reading[];
  puts: Map<string, Put>;
  messageIds: MessageId[];
  waiting: Waiting[];
};

const emptyDraft = (): Draft => ({
  entries: [],
  changes: [],
  readings: [],
  puts: new Map(),
  messageIds: [],
  waiting: [],
});

const hasContent = (draft: Draft): boolean =>
  draft.entries.length > 0 || draft.readings.length > 0 || draft.puts.size > 0 || draft.messageIds.length > 0;

/** Makes the ledger. `schedule` runs a function soon, after what is being done now; `committed` is called with each batch and the time of its commit before those who waited are told. */
export const createLedger = (parts: {
  readonly seq: number;
  readonly journal: Journal;
  readonly schedule: (run: () => void) => void;
  readonly committed: (batch: Batch, at: number) => void;
  readonly limits: LedgerLimits;
  readonly congested: (level: Congestion) => void;
}): Ledger => {
  let seq = parts.seq;
  let open = emptyDraft();
  let writing: Draft | null = null;
  let scheduled = false;
  let messages = 0;
  let bytes = 0;
  let level: Congestion = 'free';
  /** When the raising of an alert was committed, for those of its rows that were decided before that was known. */
  const committedAt = new Map<string, number>();

  const weigh = (): void => {
    const { softMessages, hardMessages, softBytes, hardBytes, softReadings, hardReadings } = parts.limits;
    const readings = open.readings.length + (writing?.readings.length ?? 0);
    // A level is left only at half its limit, so that connections are not stopped and started at every commit.
    const above = (limit: number, value: number, held: boolean): boolean =>
      value >= (held ? limit / 2 : limit);
    const next: Congestion =
      above(hardMessages, messages, level === 'hard') ||
      above(hardBytes, bytes, level === 'hard') ||
      above(hardReadings, readings, level === 'hard')
        ? 'hard'
        : above(softMessages, messages, level !== 'free') ||
            above(softBytes, bytes, level !== 'free') ||
            above(softReadings, readings, level !== 'free')
          ? 'soft'
          : 'free';
    if (next === level) return;
    level = next;
    parts.congested(level);
  };

  const stamped = (alert: Alert): Alert => {
    const at = alert.committedAt === 0 ? committedAt.get(alert.id) : undefined;
    return at === undefined ? alert : { ...alert, committedAt: at };
  };

  const stampAll = (batch: Batch): Batch =>
    committedAt.size === 0 || (batch.changes.length === 0 && batch.puts.length === 0)
      ? batch
      : {
          ...batch,
          changes: batch.changes.map((change) =>
            change.alert ? { ...change, alert: stamped(change.alert) } : change,
          ),
          puts: batch.puts.map((put) =>
            put.kind === 'alert' && put.body
              ? { ...put, body: { ...put.body, alert: stamped(put.body.alert) } }
              : put,
          ),
        };

  const flush = (): void => {
    scheduled = false;
    if (writing !== null) return;
    const draft = open;
    if (!hasContent(draft)) {
      open = emptyDraft();
      release(draft);
      return;
    }
    open = emptyDraft();
    writing = draft;
    const batch = stampAll({
      entries: draft.entries,
      changes: draft.changes,
      readings: draft.readings,
      puts: [...draft.puts.values()],
      messageIds: draft.messageIds,
    });
    // What the open draft says of an alert raised before the last commit has been stamped; the next one starts with a clean list.
    committedAt.clear();
    parts.journal.write(batch, (at) => {
      for (const change of batch.changes)
        if (change.alert?.committedAt === 0) committedAt.set(change.alert.id, at);
      parts.committed(stampAll(batch), at);
      writing = null;
      release(draft);
      if (open.waiting.length > 0 || hasContent(open)) soon();
    });
  };

  const release = (draft: Draft): void => {
    for (const { done, bytes: size } of draft.waiting) {
      if (size > 0) {
        messages -= 1;
        bytes -= size;
      }
      done();
    }
    weigh();
  };

  const soon = (): void => {
    if (scheduled || writing !== null) return;
    scheduled = true;
    parts.schedule(flush);
  };

  return {
    enter: (at, actor, event, subject, version, data) => {
      seq += 1;
      open.entries.push({ seq, at, actor, event, subject, version, data });
      soon();
      return seq;
    },
    tell: (change) => {
      open.changes.push({ type: 'change', ...change });
    },
    keepReading: (reading) => {
      open.readings.push(reading);
      soon();
    },
    keepMessageId: (id) => {
      open.messageIds.push(id);
      soon();
    },
    put: (kind, id, body) => {
      const key = `${kind} ${id}`;
      open.puts.delete(key);
      open.puts.set(key, { kind, id, body } as Put);
      soon();
    },
    afterCommit: (done) => {
      open.waiting.push({ done, message: null, bytes: 0 });
      soon();
    },
    afterMessage: (message, size, done) => {
      // A message costs more than its bytes: count what an empty one would cost too.
      const weight = size + 256;
      messages += 1;
      bytes += weight;
      open.waiting.push({ done, message, bytes: weight });
      weigh();
      soon();
    },
    unsettled: () =>
      [...(writing?.waiting ?? []), ...open.waiting]
        .map(({ message }) => message)
        .filter((message) => message !== null),
    uncommitted: function* () {
      if (writing) yield* writing.changes;
      yield* open.changes;
    },
    seq: () => seq,
    congestion: () => level,
  };
};
