import { Worker } from 'node:worker_threads';
import type { TryOuts } from '../gateway/ports.ts';
import type { DataDirectory } from './data-directory.ts';
import type { FromTryOut, TryOutSetup } from './try-out-worker.ts';

/** The memory of the thread beside the readings themselves (MB). */
const mostMemory = 256;

/** Runs try-outs, each in a thread of its own that is gone with its answer. */
export const createTryOuts = (
  directory: DataDirectory,
): { readonly tryOuts: TryOuts; readonly close: () => Promise<void> } => {
  let running: Worker | null = null;

  const run: TryOuts['run'] = (question, signal) => {
    if (running !== null) return Promise.resolve('busy');
    signal.throwIfAborted();
    const setup: TryOutSetup = { database: directory.database, readings: directory.readings, question };
    const worker = new Worker(new URL('./try-out-worker.ts', import.meta.url), {
      workerData: setup,
      resourceLimits: { maxOldGenerationSizeMb: mostMemory },
    });
    running = worker;
    return new Promise((resolve, reject) => {
      const stop = (): void => void worker.terminate();
      signal.addEventListener('abort', stop, { once: true });
      worker.on('message', (said: FromTryOut) => {
        running = null;
        if ('answer' in said) resolve(said.answer);
        else reject(new Error(said.error));
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        signal.removeEventListener('abort', stop);
        if (running === worker) running = null;
        reject(signal.aborted ? signal.reason : new Error('the try-out ended without an answer'));
      });
    });
  };

  return {
    tryOuts: { run },
    close: async () => {
      await running?.terminate();
    },
  };
};
