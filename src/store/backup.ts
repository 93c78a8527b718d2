import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Making, makeBackup, makeRotatedBackup } from './backups/make-backup.ts';
import type { Manifest } from './backups/manifest.ts';
import { showProgress } from './backups/progress.ts';
import { countOf } from './count-of.ts';
import { dataDirectory } from './data-directory.ts';
import { describeError } from './database.ts';
import { findData } from './find-data.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

const usage = `usage: npm run backup -- DIR [--data DIR] [--since BACKUP]
       npm run backup -- FOLDER --keep N [--data DIR]   a backup named after the time in FOLDER; of older ones the newest stay, N in all`;

/** Refusals of what was asked, before anything was done. */
const refusals: ReadonlySet<StoreErrorCode> = new Set(['taken', 'no-backup', 'no-data']);

type Wanted = {
  readonly data: string;
  readonly into: string;
  readonly since: string | null;
  readonly keep: number | null;
};

const readWords = (): Wanted => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { data: { type: 'string' }, since: { type: 'string' }, keep: { type: 'string' } },
  });
  const [into] = positionals;
  if (into === undefined || positionals.length > 1) throw new Error('one directory is needed');
  const keep = values.keep === undefined ? null : Number(values.keep);
  if (keep !== null && !(Number.isInteger(keep) && keep >= 1))
    throw new Error('--keep is a number of backups, 1 or more');
  if (keep !== null && values.since !== undefined)
    throw new Error('--keep finds the backup before by itself: leave out --since');
  return {
    data: findData(values.data, process.env),
    into: resolve(into),
    since: values.since === undefined ? null : resolve(values.since),
    keep,
  };
};

const make = async (
  { data, into, since, keep }: Wanted,
  making: Making,
): Promise<{ path: string; manifest: Manifest }> =>
  keep === null
    ? { path: into, manifest: await makeBackup(dataDirectory(data), into, since, making) }
    : makeRotatedBackup(dataDirectory(data), into, keep, making);

/** Backs up a data directory, also while a gateway runs on it. Exit status: 0 made; 1 it could not be made, and nothing of it is left, or it was, and the journal is not whole; 2 nothing to back up, or nowhere to. */
const run = async (): Promise<number> => {
  let wanted: Wanted;
  try {
    wanted = readWords();
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n${usage}\n`);
    return 2;
  }
  const progress = showProgress();
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  try {
    const { path, manifest } = await make(wanted, {
      program: version,
      now: Date.now(),
      progress,
      warn: (line) => process.stderr.write(`${line}\n`),
    });
    progress.end();
    const bytes = manifest.files.reduce((sum, { size }) => sum + size, 0);
    const { seq, hash, problem } = manifest.journal;
    process.stdout.write(
      `${path}: ${countOf(seq, 'entry', 'entries')}, head ${hash}, ${countOf(manifest.files.length, 'file', 'files')}, ${(bytes / 1_000_000).toFixed(1)} MB, of ${wanted.data}\n`,
    );
    if (problem === null) return 0;
    process.stderr.write(`the backup was made, but the journal is not whole: ${problem}\n`);
    return 1;
  } catch (error) {
    progress.end();
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return refusals.has(error.code) ? 2 : 1;
  }
};

// A gateway that started us and is gone has nobody left to tell, and the next one begins anew.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
process.exitCode = await run();
