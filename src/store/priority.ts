import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Lets this thread give way to the others of the process where the processors are short: those on the way of a press. `nice` is 1 (a little) to 19 (to everybody). Only Linux knows threads by number; elsewhere nothing changes. */
export const giveWay = (nice: number): void => {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), nice);
  } catch {
    // All threads alike is how it is without this.
  }
};
