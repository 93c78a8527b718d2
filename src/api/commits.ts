import type { DutyDoor } from '../gateway/doors.ts';
import type { Result } from '../model/fault.ts';
import { Refused, refuse } from './errors.ts';

/** How long an answer waits for its commit, in ms: `failing` while the store says that it fails (it is trying again), `longest` in any case. */
export type Patience = { readonly pollMs: number; readonly failingMs: number; readonly longestMs: number };

/** A moment of trouble is ridden out; past 3 s an operator must hear what is going on. */
export const patience: Patience = { pollMs: 100, failingMs: 1000, longestMs: 3000 };

/** The way of every command: nothing is answered that is not committed, refusals included, because they too may rest on what was not yet committed when they were decided. */
export type Commits = {
  /** Resolves when everything decided so far is committed (true), or when waiting longer is no use (false). */
  readonly settled: () => Promise<boolean>;
  /** Decides, waits for the commit and answers the value; throws Refused for a refusal, and `store-unavailable` without deciding while the store fails. */
  readonly run: <T>(decide: () => Result<T>) => Promise<T>;
};

const retryAfterMs = 2000;

type Waiter = { readonly since: number; readonly giveUp: () => void };

/** Makes the way of commands through one duty door. */
export const createCommits = (
  duty: Pick<DutyDoor, 'settled' | 'storeHealth'>,
  { pollMs, failingMs, longestMs }: Patience,
): Commits => {
  const waiters = new Set<Waiter>();
  let poll: NodeJS.Timeout | null = null;

  const look = (): void => {
    const healthy = duty.storeHealth().ok;
    const now = performance.now();
    for (const { since, giveUp } of waiters) if (now - since >= (healthy ? longestMs : failingMs)) giveUp();
  };

  const settled = (): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const done = (answer: () => void): void => {
        waiters.delete(waiter);
        if (waiters.size === 0 && poll !== null) {
          clearInterval(poll);
          poll = null;
        }
        answer();
      };
      const waiter: Waiter = { since: performance.now(), giveUp: () => done(() => resolve(false)) };
      waiters.add(waiter);
      poll ??= setInterval(look, pollMs);
      duty.settled().then(
        () => done(() => resolve(true)),
        (error: unknown) => done(() => reject(error)),
      );
    });

  const unavailable = (message: string): never => {
    throw new Refused({ code: 'store-unavailable', message }, retryAfterMs);
  };

  return {
    settled,
    run: async (decide) => {
      if (!duty.storeHealth().ok)
        unavailable('The store cannot commit. Nothing was changed; try again when it has recovered.');
      const result = decide();
      const committed = await settled();
      if (!committed)
        return unavailable(
          result.ok
            ? 'The store cannot commit at the moment. The command stands and takes effect when the store recovers.'
            : 'The store cannot commit at the moment. Nothing was changed; try again when it has recovered.',
        );
      if (result.ok) return result.value;
      return refuse(result.refusal.code, result.refusal.message, result.refusal.details);
    },
  };
};
