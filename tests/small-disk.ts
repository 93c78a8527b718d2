import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file system of its own, small enough to be full. */
export type SmallDisk = {
  readonly dir: string;
  /** Somebody's log eats what is left, to the last page. */
  readonly fill: () => void;
  /** The log is gone. */
  readonly makeRoom: () => void;
};

const mount = (dir: string, size: string): void => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'ignore' });
};

const unmount = (dir: string): void => {
  execFileSync('umount', ['-l', dir]);
};

/** Whether a small disk can be mounted here: it takes root. */
export const canMount = ((): boolean => {
  const probe = mkdtempSync(join(tmpdir(), 'zhishou-may-mount-'));
  try {
    mount(probe, '1m');
    unmount(probe);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
})();

/** Mounts a disk of a size as `mount` takes it (`24m`), for the test that is running; throws where that is not permitted. */
export const openSmallDisk = (size: string): SmallDisk => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-disk-'));
  mount(dir, size);
  onTestFinished(() => {
    unmount(dir);
    rmSync(dir, { recursive: true, force: true });
  });
  const log = join(dir, 'log');
  return {
    dir,
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
  };
};
