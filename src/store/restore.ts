import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { showProgress } from './backups/progress.ts';
import { restoreBackup } from './backups/restore-backup.ts';
import { countOf } from './count-of.ts';
import { describeError } from './database.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

const usage = 'usage: npm run restore -- BACKUP DIR';

/** Refusals of what was asked, before anything was done. */
const refusals: ReadonlySet<StoreErrorCode> = new Set(['locked', 'taken', 'no-backup']);

/** Puts a backup into a new data directory. Exit status: 0 restored; 1 the backup is damaged or could not be copied, and nothing was restored, or it was, and its journal is not whole; 2 nothing to restore, or nowhere to. */
const run = async (): Promise<number> => {
  let backup: string | undefined;
  let dir: string | undefined;
  try {
    const { positionals } = parseArgs({ allowPositionals: true });
    [backup, dir] = positionals;
    if (backup === undefined || dir === undefined || positionals.length > 2)
      throw new Error('a backup and a directory are needed');
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n${usage}\n`);
    return 2;
  }
  const progress = showProgress();
  try {
    const { at, entries, readings, problem } = await restoreBackup(resolve(backup), resolve(dir), progress);
    progress.end();
    process.stdout.write(
      `${resolve(dir)}: ${countOf(entries, 'entry', 'entries')} and ${countOf(readings, 'reading', 'readings')} restored, as of ${new Date(at).toISOString()}\n`,
    );
    if (problem === null) return 0;
    process.stdout.write(`The journal is not whole, and was not when it was backed up: ${problem}.\n`);
    return 1;
  } catch (error) {
    progress.end();
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return refusals.has(error.code) ? 2 : 1;
  }
};

process.exitCode = await run();
