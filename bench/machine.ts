import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { removeDirectory, temporaryDirectory } from './own-gateway.ts';
import { percentile } from './row.ts';

const writes = 200;

/** One write of 4 KiB after the other, each forced to the disk; ms each. */
const writeTimes = (): number[] => {
  const dir = temporaryDirectory();
  const file = openSync(join(dir, 'writes'), 'w');
  const block = Buffer.alloc(4096);
  try {
    return Array.from({ length: writes }, () => {
      const startedAt = performance.now();
      writeSync(file, block);
      fdatasyncSync(file);
      return performance.now() - startedAt;
    });
  } finally {
    closeSync(file);
    removeDirectory(dir);
  }
};

/** What figures of a few milliseconds have to be read against: who else is at work here, and how long the disk takes for one write. */
export const describeMachine = (): string => {
  const load = loadavg()[0] ?? Number.NaN;
  const times = writeTimes();
  const ms = (share: number): string => `${percentile(times, share).toFixed(1)} ms`;
  return `machine: ${availableParallelism()} processors, load average ${load.toFixed(1)} before the run; a write forced to the disk: p50 ${ms(0.5)}, p99 ${ms(0.99)}`;
};
