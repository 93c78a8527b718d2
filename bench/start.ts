import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { openGateway, removeDirectory } from './own-gateway.ts';
import { prepareDirectory } from './prepared-directory.ts';
import { atMost, type Bench, count, median } from './row.ts';

const deviceCount = 10_000;
const entryCount = 1_000_000;
const starts = 5;
const password = 'bench-password';
const checkWithinMs = 120_000;

const projectDir = resolve(import.meta.dirname, '..');

/** Has the record checked by the command that operators use; answers what it said, and throws where it finds anything wrong. */
const verify = async (dir: string): Promise<string> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['src/store/verify-journal.ts', '--data', dir],
    { cwd: projectDir, timeout: checkWithinMs },
  );
  return stdout.trim().replace(/,.*/, '');
};

/** How long a grown street is without its gateway at a restart. */
export const start: Bench = {
  name: 'start',
  about: `starting with ${count(deviceCount)} devices and ${count(entryCount)} lines of the record`,
  rows: async function* () {
    const { dir } = await prepareDirectory({ devices: deviceCount, entries: entryCount });
    try {
      const checked = await verify(dir);
      for (const how of ['stop', 'kill'] as const) {
        // The first start makes the user admin, which no later one has to do; it is not counted, and ends as it is to be measured.
        await (await openGateway({ dataDir: dir, password }))[how]();
        const times: number[] = [];
        for (let round = 0; round < starts; round += 1) {
          const spawnedAt = performance.now();
          const gateway = await openGateway({ dataDir: dir, password });
          times.push(performance.now() - spawnedAt);
          await gateway[how]();
        }
        yield atMost(2, {
          what: `from spawn to ready after a ${how}, median of ${starts}`,
          value: median(times) / 1000,
          unit: 's',
          detail: `slowest ${(Math.max(...times) / 1000).toFixed(2)} s; ${checked} and found whole`,
        });
      }
    } finally {
      removeDirectory(dir);
    }
  },
};
