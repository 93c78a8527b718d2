import { appendFileSync, renameSync, statSync } from 'node:fs';
import type { Refused } from './deliver.ts';

/** The file is put away under the name with `.1`, and begun again, when it is larger than this. */
const largestBytes = 16 * 1024 * 1024;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Notes what InfluxDB will never take as JSON lines `{setAsideAt, error, reading}` in a file that, with the one before it, takes 32 MiB at most. Throws the error of the file system. */
export const setAside = (
  path: string,
  refused: readonly Refused[],
  now: number,
  mostBytes = largestBytes,
): void => {
  const lines = refused.map(
    // JSON has no NaN and no infinity, and it is these that are refused.
    ({ reading, error }) =>
      `${JSON.stringify({ setAsideAt: now, error, reading }, (_, value) =>
        typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
      )}\n`,
  );
  let waiting = '';
  const flush = (): void => {
    if (waiting === '') return;
    if (sizeOf(path) > 0 && sizeOf(path) + Buffer.byteLength(waiting) > mostBytes)
      renameSync(path, `${path}.1`);
    appendFileSync(path, waiting, { mode: 0o600 });
    waiting = '';
  };
  for (const line of lines) {
    if (waiting.length + line.length > mostBytes / 4) flush();
    waiting += line;
  }
  flush();
};
