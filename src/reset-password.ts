import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { hashPassword } from './api/passwords.ts';
import { type Config, keepOf, loadConfig } from './config.ts';
import { createLedger, defaultLedgerLimits } from './gateway/ledger.ts';
import { createPeopleBook } from './gateway/people-book.ts';
import { nameAnother } from './store/find-data.ts';
import { openStore } from './store/store.ts';
import { StoreError } from './store/store-error.ts';

const usage = 'usage: npm run reset-password -- USER [--data DIR]';

/** Nothing was changed. */
class CannotResetError extends Error {
  override readonly name = 'CannotResetError';
}

const wanted = (): { readonly username: string; readonly config: Config } => {
  let username: string | undefined;
  let dir: string | undefined;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { data: { type: 'string' } },
    });
    if (positionals.length === 1) username = positionals[0];
    dir = values.data;
  } catch (error) {
    throw new CannotResetError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
  if (username === undefined) throw new CannotResetError(usage);
  const loaded = loadConfig(process.env);
  if (!loaded.ok)
    throw new CannotResetError(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  const { config } = loaded;
  return { username, config: { ...config, dataDir: resolve(dir ?? config.dataDir) } };
};

/** Gives a user of a stopped gateway's data directory a new random password, ends that user's sessions and enters both in the record. Answers the password. */
const reset = async (username: string, config: Config): Promise<string> => {
  const dir = config.dataDir;
  if (!existsSync(join(dir, 'zhishou.db')))
    throw new CannotResetError(`there is no data of a gateway in ${dir}; ${nameAnother}`);
  const broken = (error: unknown): void => {
    throw error;
  };
  const store = await openStore({
    dir,
    log: pino({ level: 'error' }, pino.destination({ fd: 2, sync: true })),
    version: 'reset-password',
    // The store begins its housekeeping as soon as it is open.
    moveReadingsAfterMs: config.store.moveReadingsAfterMs,
    keep: keepOf(config),
    onHealth: (health) => {
      if (!health.ok)
        process.stderr.write(`the data cannot be written, it is tried again: ${health.error}\n`);
    },
    onFatal: broken,
  });
  try {
    const user = store.state.users.find((each) => each.username === username);
    if (user === undefined) {
      const names = store.state.users.map((each) => each.username).join(', ');
      throw new CannotResetError(`there is no user ${username}; there are: ${names || 'none yet'}`);
    }
    const password = randomBytes(15).toString('base64url');
    const ledger = createLedger({
      seq: store.state.seq,
      journal: store.journal,
      schedule: setImmediate,
      committed: () => undefined,
      limits: defaultLedgerLimits,
      congested: () => undefined,
    });
    const people = createPeopleBook(store.state, ledger);
    people.put('system', { ...user, passwordHash: await hashPassword(password) }, true, Date.now());
    await new Promise<void>((done) => ledger.afterCommit(done));
    if (user.disabled) process.stderr.write(`${username} is disabled, and stays so\n`);
    return password;
  } finally {
    await store.close();
  }
};

try {
  const { username, config } = wanted();
  const password = await reset(username, config);
  process.stdout.write(
    `the new password of ${username} in ${config.dataDir} (shown this once): ${password}\n`,
  );
} catch (error) {
  if (!(error instanceof CannotResetError) && !(error instanceof StoreError)) throw error;
  const hint = error instanceof StoreError && error.code === 'locked' ? '; stop it first' : '';
  process.stderr.write(`zhishou: ${error.message}${hint}\n`);
  process.exitCode = 1;
}
