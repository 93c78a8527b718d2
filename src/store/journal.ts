import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Journal, StoreHealth } from '../gateway/ports.ts';
import { makeSeriesBook, type NewSeries, pack } from './parcel.ts';
import type { FromWriter, ToWriter, WriterSetup } from './writer.ts';

/** Who is told how the writer fares: `onHealth` when it begins to fail and when it recovers, `onFatal` once and never after. */
export type JournalOptions = {
  readonly log: Logger;
  readonly onHealth: (health: StoreHealth) => void;
  readonly onFatal: (error: Error) => void;
};

const closeWithinMs = 3_000;

/** Starts the writer thread and puts it behind the Journal port. `series` are those of the database. Rejects where the thread cannot open the database. `close` waits for the batch in flight, 3 s at most, and never rejects. */
export const createJournal = async (
  setup: WriterSetup,
  series: readonly NewSeries[],
  options: JournalOptions,
): Promise<{ readonly journal: Journal; readonly close: () => Promise<void> }> => {
  const { log } = options;
  const book = makeSeriesBook(series);
  const worker = new Worker(new URL('./writer.ts', import.meta.url), { workerData: setup });
  const ended = Promise.withResolvers<void>();
  const ready = Promise.withResolvers<void>();
  let opened = false;
  let stopped = false;
  let waiting: ((at: number) => void) | null = null;

  const tell = (message: ToWriter, transfer: ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const stop = (error: Error): void => {
    if (stopped) return;
    stopped = true;
    if (opened) options.onFatal(error);
    else ready.reject(error);
  };

  worker.on('message', (message: FromWriter) => {
    switch (message.what) {
      case 'ready':
        opened = true;
        ready.resolve();
        return;
      case 'committed': {
        const committed = waiting;
        waiting = null;
        committed?.(message.at);
        return;
      }
      case 'failing':
        log.error({ error: message.error }, 'the store cannot commit, trying again');
        options.onHealth({ ok: false, since: message.since, error: message.error });
        return;
      case 'recovered':
        log.info('the store commits again');
        options.onHealth({ ok: true });
        return;
      case 'fatal':
        stop(message.error);
        return;
      case 'log':
        log[message.level](message.fields, message.text);
        return;
      case 'closed':
        ended.resolve();
        return;
    }
  });
  worker.on('error', (error) => stop(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => {
    ended.resolve();
    stop(new Error('the writer thread ended'));
  });
  await ready.promise;

  return {
    journal: {
      write: (batch, committed) => {
        if (stopped) return;
        if (waiting !== null) throw new Error('a batch was handed in before the last one was committed');
        waiting = committed;
        const parcel = pack(batch, book);
        tell({ what: 'parcel', parcel }, [parcel.numbers.buffer]);
      },
    },
    close: async () => {
      stopped = true;
      tell({ what: 'close' });
      const tooLate = setTimeout(ended.resolve, closeWithinMs);
      await ended.promise;
      clearTimeout(tooLate);
      await worker.terminate();
    },
  };
};
