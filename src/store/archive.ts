import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Archive } from '../gateway/ports.ts';
import type { DataDirectory } from './data-directory.ts';
import type { FromReader, ReaderSetup, ToReader } from './reader.ts';

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** Starts the reader thread and puts its answers behind the Archive port. A question it cannot answer rejects; it goes on with the next. */
export const createArchive = (
  directory: DataDirectory,
  log: Logger,
): { readonly archive: Archive; readonly close: () => Promise<void> } => {
  const setup: ReaderSetup = { database: directory.database, readings: directory.readings };
  const worker = new Worker(new URL('./reader.ts', import.meta.url), { workerData: setup });
  const pending = new Map<number, Pending>();
  let last = 0;
  let gone: Error | null = null;

  const give = (error: Error): void => {
    gone = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  worker.on('message', ({ id, answer, error }: FromReader) => {
    const asked = pending.get(id);
    pending.delete(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  });
  worker.on('error', (error) => {
    log.error({ err: error }, 'the reader thread failed');
    give(error instanceof Error ? error : new Error(String(error)));
  });
  worker.on('exit', () => give(new Error('the reader thread ended')));

  const ask = <K extends keyof Archive>(
    question: K,
    ...parameters: Parameters<Archive[K]>
  ): ReturnType<Archive[K]> => {
    const answer = new Promise((resolve, reject) => {
      if (gone) return reject(gone);
      last += 1;
      pending.set(last, { resolve, reject });
      worker.postMessage({ id: last, question, parameters } satisfies ToReader);
    });
    return answer as ReturnType<Archive[K]>;
  };

  return {
    archive: {
      journal: (after, limit) => ask('journal', after, limit),
      alerts: (query) => ask('alerts', query),
      alert: (id) => ask('alert', id),
      timeline: (alert) => ask('timeline', alert),
      changes: (after, limit) => ask('changes', after, limit),
      readings: (query) => ask('readings', query),
      quarantine: (query) => ask('quarantine', query),
    },
    close: async () => {
      await worker.terminate();
    },
  };
};
