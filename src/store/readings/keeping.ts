import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { judgeDisk } from './keep.ts';
import type { FromKeeper, KeeperSetup } from './keeper.ts';

/** Who is told what the keeper thread does. */
export type KeepingOptions = {
  readonly log: Logger;
  /** The disk was measured: a note where it is nearly full, null where there is room. */
  readonly onDisk: (note: string | null) => void;
};

const restartMs = 10_000;
const closeWithinMs = 1_000;

/** Starts the keeper thread, and again should it end: readings that nobody tidies up are still readings. `close` ends it between two bites, within a second, and never rejects. */
export const startKeeper = (
  setup: KeeperSetup,
  { log, onDisk }: KeepingOptions,
): { readonly close: () => Promise<void> } => {
  let closing = false;
  let again: NodeJS.Timeout | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const start = (): Worker => {
    const worker = new Worker(new URL('./keeper.ts', import.meta.url), { workerData: setup });
    ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.on('message', (message: FromKeeper) => {
      if (message.what === 'disk') {
        const note = judgeDisk(message.use, message.gaveWay);
        if (note !== undefined) onDisk(note);
      } else log[message.level](message.fields, message.text);
    });
    worker.on('error', (error) => log.error({ err: error }, 'the keeper thread failed'));
    worker.on('exit', () => {
      if (closing) return;
      again = setTimeout(() => {
        running = start();
      }, restartMs);
    });
    return worker;
  };
  let running = start();
  return {
    close: async () => {
      closing = true;
      clearTimeout(again);
      running.postMessage('close');
      const late = setTimeout(() => void running.terminate(), closeWithinMs);
      await ended;
      clearTimeout(late);
    },
  };
};
