import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Batch, StoreHealth } from '../../src/gateway/ports.ts';
import { dayMs } from '../../src/store/readings/day-files.ts';
import type { KeepReadings } from '../../src/store/readings/keep.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts';

/** Days of long ago are what most tests speak of: their readings are not too old. */
export const keepForLong: KeepReadings = {
  exactMs: 36_500 * dayMs,
  minutesMs: 36_500 * dayMs,
  hoursMs: 36_500 * dayMs,
};

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
export const openRecordRoom = async (
  dir: string,
  moveReadingsAfterMs?: number,
  options: Partial<StoreOptions> = {},
): Promise<RecordRoom> => {
  const health: StoreHealth[] = [];
  const fatal: Error[] = [];
  const onHealth: ((health: StoreHealth) => void)[] = [];
  const onFatal: ((error: Error) => void)[] = [];
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'test',
    ...(moveReadingsAfterMs === undefined ? {} : { moveReadingsAfterMs }),
    keep: keepForLong,
    ...options,
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
