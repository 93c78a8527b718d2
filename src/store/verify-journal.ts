import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkChain } from './chain.ts';
import { countOf } from './count-of.ts';
import { dataDirectory } from './data-directory.ts';
import { describeError, openForReading } from './database.ts';
import { findData, nameAnother } from './find-data.ts';

const usage = 'usage: npm run verify-journal [-- --data DIR]';

/** Checks the journal of a data directory, also while a gateway runs on it. Exit status: 0 whole, 1 changed or missing, 2 nothing to check. */
const run = (): number => {
  let dir: string;
  try {
    dir = findData(parseArgs({ options: { data: { type: 'string' } } }).values.data, process.env);
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n${usage}\n`);
    return 2;
  }
  const { database } = dataDirectory(dir);
  if (!existsSync(database)) {
    process.stderr.write(`there is no journal at ${database}; ${nameAnother}\n${usage}\n`);
    return 2;
  }
  const db = openForReading(database);
  try {
    const { entries, first, last, head, problem } = checkChain(db);
    process.stdout.write(
      `${countOf(entries, 'entry', 'entries')} checked${first === null ? '' : `, ${first} to ${last}`}, head ${head}, in ${dir}\n`,
    );
    process.stdout.write(
      problem === null ? 'The journal is whole.\n' : `The journal is not whole: ${problem}.\n`,
    );
    return problem === null ? 0 : 1;
  } finally {
    db.close();
  }
};

process.exitCode = run();
