import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { ReadingPoint } from '../../gateway/ports.ts';
import { type OldQuestion, OldReadingsError } from './old-readings.ts';
import type { ShipStatus } from './ship.ts';
import type { FromShipper, ToShipper } from './shipper.ts';

/** Shipping as the main thread sees it. */
export type Shipping = {
  /** As it was told last. */
  readonly status: () => ShipStatus;
  /** Asks InfluxDB; rejects with OldReadingsError. */
  readonly readOld: (question: OldQuestion) => Promise<readonly ReadingPoint[]>;
  /** Lets what is under way end, for a second and a half at most: what did not arrive is owed still. */
  readonly close: () => Promise<void>;
};

const shortestRestMs = 1_000;
const longestRestMs = 60_000;
const closeWithinMs = 1_500;

type Pending = {
  readonly resolve: (points: readonly ReadingPoint[]) => void;
  readonly reject: (error: OldReadingsError) => void;
};

/** Starts the shipper in the thread of the file at `thread`, which calls `runShipper` with its source, and starts it again should it end: nothing that happens to it may cost the gateway anything. */
export const startShipping = (
  thread: URL,
  setup: unknown,
  log: Logger,
  onStatus: (status: ShipStatus) => void = () => {},
): Shipping => {
  const pending = new Map<number, Pending>();
  let status: ShipStatus = {
    state: 'ok',
    since: Date.now(),
    error: null,
    shipped: 0,
    expired: 0,
    quarantined: 0,
    backlog: 0,
  };
  let last = 0;
  let rest = shortestRestMs;
  let closing = false;
  let worker: Worker | null = null;
  let again: NodeJS.Timeout | undefined;

  const now = (next: ShipStatus): void => {
    status = next;
    onStatus(next);
  };
  /** Counts go on over a thread that was started again. */
  const before = { shipped: 0, expired: 0, quarantined: 0 };

  const receive = (said: FromShipper): void => {
    if (said.what === 'log') log[said.level](said.fields, said.text);
    else if (said.what === 'status') {
      const { what: _, ...told } = said;
      rest = shortestRestMs;
      now({
        ...told,
        shipped: before.shipped + told.shipped,
        expired: before.expired + told.expired,
        quarantined: before.quarantined + told.quarantined,
      });
    } else if (said.what === 'answer' || said.what === 'no-answer') {
      const asked = pending.get(said.id);
      pending.delete(said.id);
      if (said.what === 'answer') asked?.resolve(said.points);
      else asked?.reject(new OldReadingsError(said.reason, said.error));
    }
  };

  const start = (): void => {
    const started = new Worker(thread, { workerData: setup });
    worker = started;
    started.on('message', receive);
    started.on('error', (error) => log.error({ err: error }, 'the thread that ships to InfluxDB failed'));
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      for (const { reject } of pending.values())
        reject(new OldReadingsError('unreachable', 'the thread that asks InfluxDB ended'));
      pending.clear();
      if (closing) return;
      before.shipped = status.shipped;
      before.expired = status.expired;
      before.quarantined = status.quarantined;
      now({
        ...status,
        state: 'failing',
        since: status.state === 'failing' ? status.since : Date.now(),
        error: 'the thread that ships to InfluxDB ended; another is started',
      });
      again = setTimeout(start, rest);
      rest = Math.min(longestRestMs, rest * 2);
    });
  };
  start();

  return {
    status: () => status,
    readOld: (question) =>
      new Promise((resolve, reject) => {
        if (worker === null) {
          reject(new OldReadingsError('unreachable', 'the thread that asks InfluxDB is not running'));
          return;
        }
        last += 1;
        pending.set(last, { resolve, reject });
        worker.postMessage({ what: 'read', id: last, question } satisfies ToShipper);
      }),
    close: async () => {
      closing = true;
      clearTimeout(again);
      const ending = worker;
      if (ending === null) return;
      const ended = new Promise<void>((resolve) => ending.once('exit', () => resolve()));
      ending.postMessage({ what: 'close' } satisfies ToShipper);
      const timer = setTimeout(() => void ending.terminate(), closeWithinMs);
      await ended;
      clearTimeout(timer);
    },
  };
};
