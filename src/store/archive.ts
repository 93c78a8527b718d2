import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { Archive } from '../gateway/ports.ts';
import type { DataDirectory } from './data-directory.ts';
import type { FromReader, ReaderSetup, ToReader } from './reader.ts';
import { StoreError } from './store-error.ts';

type Pending = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

/** Puts the reader thread's answers behind the Archive port; the thread starts at once. A question that cannot be answered rejects. Should the thread end, what it was asked rejects and the next question starts another: no question may cost the gateway its archive. After `close` every question rejects with StoreError `closed`. */
export const createArchive = (
  directory: DataDirectory,
  log: Logger,
): { readonly archive: Archive; readonly close: () => Promise<void> } => {
  const setup: ReaderSetup = { database: directory.database, folders: directory };
  const pending = new Map<number, Pending>();
  let last = 0;
  let closed = false;

  const giveUp = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./reader.ts', import.meta.url), { workerData: setup });
    started.on('message', ({ id, answer, error }: FromReader) => {
      const asked = pending.get(id);
      pending.delete(id);
      if (error === undefined) asked?.resolve(answer);
      else asked?.reject(new Error(error));
    });
    started.on('error', (error) => log.error({ err: error }, 'the reader thread failed'));
    started.on('exit', () => {
      if (worker === started) worker = null;
      giveUp(closed ? new StoreError('closed', 'the store is closed') : new Error('the reader thread ended'));
    });
    return started;
  };
  let worker: Worker | null = start();

  const ask = <K extends keyof Archive>(
    question: K,
    ...parameters: Parameters<Archive[K]>
  ): ReturnType<Archive[K]> => {
    const answer = new Promise((resolve, reject) => {
      if (closed) {
        reject(new StoreError('closed', 'the store is closed'));
        return;
      }
      worker ??= start();
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
      calls: (query) => ask('calls', query),
      call: (id) => ask('call', id),
      shifts: (after, limit) => ask('shifts', after, limit),
      timeline: (alert) => ask('timeline', alert),
      changes: (after, limit) => ask('changes', after, limit),
      readings: (query) => ask('readings', query),
      exported: (query) => ask('exported', query),
      quarantine: (query) => ask('quarantine', query),
      quarantined: (id) => ask('quarantined', id),
      rulebookVersions: (before, limit) => ask('rulebookVersions', before, limit),
      rulebookVersion: (number) => ask('rulebookVersion', number),
      figures: (query) => ask('figures', query),
    },
    close: async () => {
      closed = true;
      await worker?.terminate();
    },
  };
};
