import { parentPort, workerData } from 'node:worker_threads';
import { runShipper, type ShipperSetup } from '../../../src/store/influx/shipper.ts';
import { arraySource, readingsUntil } from './owed.ts';

/** What the thread owes: the past at once; what is new at once, or a little every few ms. */
export type ThreadSetup = {
  readonly shipper: ShipperSetup;
  readonly last: number;
  readonly fresh: number;
  readonly past: number;
  readonly arrivals?: { readonly everyMs: number; readonly each: number };
  /** It throws as soon as it is started. */
  readonly dies?: boolean;
};

const port = parentPort;
if (port !== null) {
  const { shipper, last, fresh, past, arrivals, dies } = workerData as ThreadSetup;
  if (dies === true) throw new Error('the thread died');
  const source = arraySource();
  // The past lies before everything that is new, so that no reading is of both.
  const all = readingsUntil(last, fresh + past);
  source.recall(all.slice(0, past));
  const arriving = all.slice(past);
  if (arrivals === undefined) source.arrive(arriving);
  else {
    let next = 0;
    const timer = setInterval(() => {
      source.arrive(arriving.slice(next, next + arrivals.each));
      next += arrivals.each;
      if (next >= arriving.length) clearInterval(timer);
    }, arrivals.everyMs);
    port.on('message', ({ what }: { readonly what: string }) => {
      if (what === 'close') clearInterval(timer);
    });
  }
  runShipper(shipper, source, port);
}
