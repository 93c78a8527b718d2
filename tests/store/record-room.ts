import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { AlertRecord, Batch, StoreHealth } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Entry } from '../../src/model/journal.ts';
import type { Reading } from '../../src/model/reading.ts';
import { openStore, type Store } from '../../src/store/store.ts';

/** A directory that is gone after the test. */
export const temporaryDirectory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-store-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** What the store said while it was open, each also as a promise of the next one. */
export type Heard = {
  readonly health: StoreHealth[];
  readonly fatal: Error[];
  readonly nextHealth: () => Promise<StoreHealth>;
  readonly nextFatal: () => Promise<Error>;
};

/** A store and what it said. */
export type RecordRoom = Store & { readonly heard: Heard };

/** A real store over `dir`, closed after the test at the latest. */
export const openRecordRoom = async (dir: string, moveReadingsAfterMs?: number): Promise<RecordRoom> => {
  const health: StoreHealth[] = [];
  const fatal: Error[] = [];
  const onHealth: ((health: StoreHealth) => void)[] = [];
  const onFatal: ((error: Error) => void)[] = [];
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'test',
    ...(moveReadingsAfterMs === undefined ? {} : { moveReadingsAfterMs }),
    onHealth: (state) => {
      health.push(state);
      for (const told of onHealth.splice(0)) told(state);
    },
    onFatal: (error) => {
      fatal.push(error);
      for (const told of onFatal.splice(0)) told(error);
    },
  });
  onTestFinished(() => store.close());
  return {
    ...store,
    heard: {
      health,
      fatal,
      nextHealth: () => new Promise((resolve) => onHealth.push(resolve)),
      nextFatal: () => new Promise((resolve) => onFatal.push(resolve)),
    },
  };
};

const nothing: Batch = { entries: [], changes: [], readings: [], puts: [], messageIds: [] };

/** Hands in a batch; resolves with the time of its commit, rejects where the store gives up instead. */
export const commit = (store: RecordRoom, batch: Partial<Batch>): Promise<number> =>
  Promise.race([
    new Promise<number>((resolve) => store.journal.write({ ...nothing, ...batch }, resolve)),
    store.heard.nextFatal().then((error) => Promise.reject(error)),
  ]);

/** A line of the journal. */
export const entry = (seq: number, subject = 'device:pager-1', data: Entry['data'] = {}): Entry => ({
  seq,
  at: 1_700_000_000_000 + seq,
  actor: 'gateway',
  event: 'device.registered',
  subject,
  version: null,
  data,
});

/** A temperature, or whatever `reading` says. */
export const reading = (given: Partial<Reading> = {}): Reading => ({
  device: 'air-1',
  measurement: 'temperature',
  value: 21.5,
  at: 1_700_000_000_000,
  receivedAt: 1_700_000_000_100,
  ...given,
});

/** A press in the first home of building 3, not yet committed, with what `alert` says otherwise. */
export const pressed = (id: string, alert: Partial<Alert> = {}): AlertRecord => ({
  alert: {
    id,
    version: 1,
    rule: null,
    kind: 'sos',
    device: 'pager-1',
    devices: ['pager-1'],
    place: {
      id: 'home-301',
      path: [
        { kind: 'street', id: 'street', name: '和平街道' },
        { kind: 'building', id: 'building-3', name: '3号楼' },
        { kind: 'household', id: 'home-301', name: '301' },
      ],
      text: '3号楼301',
    },
    priority: 'critical',
    state: 'latched-unacknowledged',
    active: false,
    acknowledged: false,
    latching: true,
    reset: false,
    outOfService: false,
    count: 1,
    raisedAt: 1_700_000_000_000,
    lastAt: 1_700_000_000_000,
    receivedAt: 1_700_000_000_000,
    committedAt: 0,
    test: false,
    late: false,
    title: { zh: '求助', en: 'Help' },
    evidence: [],
    ...alert,
  },
  ladder: {
    announceAt: null,
    announcements: 0,
    escalateAt: null,
    tendBy: null,
    reAlarmAt: null,
    helpAnnounced: false,
  },
  reAlarmAfterMs: null,
});
