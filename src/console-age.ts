import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A copy of the whole tree may write the two within this (ms), in any order. */
const copyMs = 60_000;

/** Whether a built console is older than what it is built from, as after a `git pull` without `npm ci`; false where either is missing. */
export const isConsoleOld = (dist: string, source: string): boolean => {
  try {
    const builtAt = statSync(join(dist, 'index.html')).mtimeMs;
    return readdirSync(source, { withFileTypes: true, recursive: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt + copyMs,
    );
  } catch {
    // Without its source nobody builds it here.
    return false;
  }
};
