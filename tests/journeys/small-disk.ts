import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, small enough to be full. */
export type SmallDisk = {
  /** Where the gateway may keep its data on it. */
  readonly dataDir: string;
  /** Somebody's log eats what is left. */
  readonly fill: () => void;
  /** The log is gone. */
  readonly makeRoom: () => void;
  readonly unmount: () => void;
};

/** Mounts one; null where that is not permitted. */
export const mountSmallDisk = (): SmallDisk | null => {
  const root = mkdtempSync(join(tmpdir(), 'zhishou-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', root], { stdio: 'ignore' });
  } catch {
    rmSync(root, { recursive: true });
    return null;
  }
  const log = join(root, 'log');
  return {
    dataDir: join(root, 'data'),
    fill: () => {
      const file = openSync(log, 'w');
      for (const chunk of [Buffer.alloc(256 * 1024), Buffer.alloc(4096)]) {
        for (;;) {
          try {
            if (writeSync(file, chunk) < chunk.length) break;
          } catch {
            break;
          }
        }
      }
      closeSync(file);
    },
    makeRoom: () => rmSync(log),
    unmount: () => {
      execFileSync('umount', ['-l', root]);
      rmSync(root, { recursive: true, force: true });
    },
  };
};
