import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import type { Logger } from 'pino';
import { Temporal } from 'temporal-polyfill';
import type { SystemFault } from '../../gateway/system-alerts.ts';
import { wholeBackups } from './rotation.ts';

/** The alert that stands from a backup that failed to the next that does not. */
export const backupFailed: SystemFault = {
  id: 'backup',
  priority: 'medium',
  title: { zh: '备份失败', en: 'The backup failed' },
};

/** How the backups of a gateway fare: when the last one was made (epoch ms; null = none is known), and why the last attempt failed (null = it did not). */
export type BackupHealth = { readonly madeAt: number | null; readonly failing: string | null };

/** Backups made once a day. */
export type BackupSchedule = {
  readonly health: () => BackupHealth;
  /** Ends the backup that is under way, nothing of which is left by the next, and makes no more. */
  readonly stop: () => Promise<void>;
};

/** What a schedule stands on. One is made at the hour `atHour` of `timeZone`, or as soon as may be where that was missed, in `folder`, where the newest `keep` stay. `record` answers the hash of the first entry of the journal, by which backups of the same record are known. */
export type ScheduleOptions = {
  readonly dataDir: string;
  readonly folder: string;
  readonly atHour: number;
  readonly keep: number;
  readonly timeZone: string;
  readonly now: () => number;
  readonly record: () => Promise<string | null>;
  readonly log: Logger;
  readonly made: () => void;
  readonly failed: (why: string) => void;
  /** How often it is looked whether the hour has come (ms), and how long a failed one rests. */
  readonly lookEveryMs?: number;
  readonly retryAfterMs?: number;
};

const program = new URL('../backup.ts', import.meta.url).pathname;
const defaultLookEveryMs = 30_000;
const defaultRetryAfterMs = 3_600_000;
const mostSaid = 4_000;

/** The last moment (epoch ms), up to `now`, at which the clock of the zone said this hour. */
export const lastTurnOf = (atHour: number, timeZone: string, now: number): number => {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const turnOf = (day: Temporal.PlainDate): number =>
    day.toZonedDateTime({ timeZone, plainTime: { hour: atHour } }).epochMilliseconds;
  return turnOf(today) <= now ? turnOf(today) : turnOf(today.subtract({ days: 1 }));
};

/** Makes backups by the clock, each in a process of its own that gives way to the gateway. Looks at the clock again and again, so that one that was set, or a machine that slept, is no matter. */
export const scheduleBackups = (options: ScheduleOptions): BackupSchedule => {
  const { dataDir, folder, atHour, keep, timeZone, now, record, log, made, failed } = options;
  const retryAfterMs = options.retryAfterMs ?? defaultRetryAfterMs;
  let health: BackupHealth = { madeAt: null, failing: null };
  let triedAt = Number.NEGATIVE_INFINITY;
  let stop: () => void = () => undefined;
  let running: Promise<void> | null = null;
  let stopped = false;

  const findNewest = async (): Promise<number | null> => {
    try {
      const first = await record();
      const ours = (await wholeBackups(folder)).filter(
        // One from the future, made when the clock was wrong, must not keep us from making more.
        ({ manifest }) => manifest.journal.first === first && manifest.at <= now(),
      );
      return ours.at(-1)?.manifest.at ?? null;
    } catch {
      // A folder that cannot be read has no backup in it that would do; the attempt to make one will say why.
      return null;
    }
  };

  /** Answers why none was made, or null. */
  const makeOne = async (): Promise<string | null> => {
    const child = spawn(
      process.execPath,
      [program, folder, '--keep', String(keep), '--data', dataDir],
      // The channel ends with us, and so does the child.
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    stop = () => void child.kill();
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // It only takes its turn with the others then.
    }
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-mostSaid);
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return status === 0 ? null : said.trimEnd().split('\n').at(-1) || 'it ended without a word';
  };

  const look = async (): Promise<void> => {
    const at = now();
    // A clock that was set back must not make the rest longer.
    if (at - triedAt < retryAfterMs && at >= triedAt) return;
    if (health.madeAt !== null && health.madeAt > at) health = { ...health, madeAt: await findNewest() };
    if (health.madeAt !== null && health.madeAt >= lastTurnOf(atHour, timeZone, at)) return;
    if (stopped) return;
    const why = await makeOne().catch((error: unknown) => String(error));
    if (stopped) return;
    if (why === null) {
      triedAt = Number.NEGATIVE_INFINITY;
      health = { madeAt: at, failing: null };
      log.info({ folder }, 'a backup was made');
      made();
    } else {
      triedAt = at;
      // It may have been made, and something be wrong with the record.
      health = { madeAt: await findNewest(), failing: why };
      log.error({ folder, why }, 'the backup failed and will be tried again');
      failed(why);
    }
  };

  const lookAgain = (): void => {
    running ??= look().finally(() => {
      running = null;
    });
  };
  running = findNewest()
    .then((madeAt) => {
      health = { ...health, madeAt };
      return stopped ? undefined : look();
    })
    .finally(() => {
      running = null;
    });
  const timer = setInterval(lookAgain, options.lookEveryMs ?? defaultLookEveryMs);

  return {
    health: () => health,
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      stop();
      await running;
    },
  };
};
