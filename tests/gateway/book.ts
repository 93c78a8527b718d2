import { type AlertBook, createAlertBook, type Hold, type Raise } from '../../src/gateway/alert-book.ts';
import { defaultLadderTimes } from '../../src/gateway/ladder.ts';
import { createLedger, defaultLedgerLimits, type Ledger } from '../../src/gateway/ledger.ts';
import type { AlertRecord, Batch } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Result } from '../../src/model/fault.ts';
import type { AlertOperation, AlertVerb } from '../../src/model/operation.ts';

/** An alert book with a disk of paper, at a time that the test moves. */
export type BookRoom = {
  readonly book: () => AlertBook;
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  /** The rows as they would be found on the disk; closed ones included. */
  readonly rows: () => readonly AlertRecord[];
  readonly events: () => readonly string[];
  readonly hold: (hold: Partial<Hold> & Pick<Hold, 'holding'>) => Alert | null;
  readonly raise: (raise?: Partial<Raise>) => Alert;
  readonly operate: (alert: string, verb: AlertVerb, more?: object) => Result<Alert>;
  readonly of: (subject?: string, rule?: string) => Alert;
  /** The process ends; the book is opened again from its rows. */
  readonly restart: (change?: (record: AlertRecord) => AlertRecord) => void;
};

const hold: Hold = {
  rule: { id: 'gas', version: '1' },
  kind: 'gas',
  priority: 'high',
  latching: false,
  test: false,
  testMode: false,
  title: { zh: '燃气', en: 'Gas' },
  subject: 'gas-1',
  device: 'gas-1',
  devices: ['gas-1'],
  place: null,
  shelvable: true,
  outOfService: false,
  late: false,
  receivedAt: 0,
  evidence: { at: 0, receivedAt: 0 },
  reAlarmAfterMs: null,
  explainedBy: null,
  holding: 1,
  level: 1,
};

/** Opens the room at time 1,000,000. */
export const openBook = (): BookRoom => {
  let at = 1_000_000;
  let ids = 0;
  let batches: Batch[] = [];
  const rows = new Map<string, AlertRecord>();
  const events: string[] = [];
  const work: (() => void)[] = [];
  const ledgerFrom = (seq: number): Ledger =>
    createLedger({
      seq,
      journal: { write: (batch, committed) => work.push(() => committed(at)) && batches.push(batch) },
      schedule: (run) => work.push(run),
      committed: () => undefined,
      limits: defaultLedgerLimits,
      congested: () => undefined,
    });
  let ledger = ledgerFrom(0);
  const open = (): AlertBook =>
    createAlertBook({
      stored: [...rows.values()].filter(({ alert }) => alert.state !== 'closed'),
      ledger,
      newId: () => {
        ids += 1;
        return `a${String(ids).padStart(4, '0')}`;
      },
      times: defaultLadderTimes,
    });
  let book = open();
  const settle = (): void => {
    for (let next = work.shift(); next; next = work.shift()) next();
    for (const { puts, entries } of batches) {
      // What is on the disk went through JSON.
      for (const put of puts)
        if (put.kind === 'alert' && put.body)
          rows.set(put.id, JSON.parse(JSON.stringify(put.body)) as AlertRecord);
      for (const { event } of entries) events.push(event.replace(/^alert\./, ''));
    }
    batches = [];
  };
  const done = <T>(value: T): T => {
    settle();
    return value;
  };
  return {
    book: () => book,
    now: () => at,
    pass: (ms) => {
      at += ms;
      book.tick(at, () => true);
      settle();
    },
    rows: () => [...rows.values()],
    events: () => events,
    hold: (given) =>
      done(
        book.hold(
          { ...hold, receivedAt: at, evidence: { at, receivedAt: at }, ...given },
          'device:gas-1',
          at,
        ),
      ),
    raise: (given = {}) =>
      done(
        book.raise(
          {
            ...hold,
            key: given.rule === null ? 'press' : (given.rule?.id ?? 'gas'),
            receivedAt: at,
            evidence: { at, receivedAt: at },
            ...given,
          },
          'device:gas-1',
          at,
        ),
      ),
    operate: (alert, verb, more = {}) =>
      done(book.operate('li', { verb, alert, ...more } as AlertOperation, at)),
    of: (subject = 'gas-1', rule = 'gas') => {
      const alert = book.openOf(subject, rule);
      if (alert === undefined) throw new Error(`nothing is open of ${rule} on ${subject}`);
      return alert;
    },
    restart: (change = (record) => record) => {
      settle();
      for (const [id, record] of rows) rows.set(id, change(record));
      ledger = ledgerFrom(ledger.seq());
      book = open();
    },
  };
};
