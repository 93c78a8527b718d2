import { createPurse, isFull, isSolvent, mayWork, type Purse, refill, spendWork } from './budget.ts';
import type { Budget } from './options.ts';

/** How long messages may take effect before the event loop turns (ms). */
const sliceMs = 10;
const lookEveryMs = 50;
const maxWaiting = 1000;
/** How long what has come may still take effect once nothing new is taken (ms). */
const finishWithinMs = 250;

type Waiting = { readonly bytes: number; readonly work: () => number };

/** What one device has under way and may still do, over all its connections; it outlives them until it owes nothing. */
export type Account = {
  readonly device: string;
  readonly purse: Purse;
  /** Messages whose turn has not come. */
  readonly waiting: Waiting[];
  waitingBytes: number;
  links: number;
};

/** Whose message takes effect next: one of each device in turn, and never longer than a moment before the event loop goes on to others. */
export type Turns = {
  /** The account of a device of which a connection has come. */
  readonly join: (device: string) => Account;
  /** One of its connections is gone; what it has sent still takes effect. */
  readonly leave: (account: Account) => void;
  /** Does `work`, which answers how many values it came to: at once where nobody else is waiting, else when it is this device's turn. In order for each device. */
  readonly take: (account: Account, bytes: number, work: () => number) => void;
  /** Whether more of this device may be read now. */
  readonly mayRead: (account: Account) => boolean;
  /** Forgets the accounts of those who are gone and owe nothing. */
  readonly sweep: () => void;
  /** Does what is waiting and may be done, for at most 250 ms. */
  readonly finish: () => void;
  /** Drops what is waiting; its senders were told nothing and send it again. */
  readonly stop: () => void;
  readonly waiting: () => number;
};

/** Turns in which nobody waits; `monotonic` is in milliseconds, and `failed` is told where `work` throws. */
export const createTurns = (
  budget: Budget,
  monotonic: () => number,
  failed: (error: unknown) => void,
): Turns => {
  const accounts = new Map<string, Account>();
  /** Those without a connection. */
  const left = new Set<Account>();
  /** Those who have something waiting and may work, in the order of their turns. */
  const line = new Set<Account>();
  /** Those who have something waiting and owe. */
  const parked = new Set<Account>();
  let workedMs = 0;
  let turning = false;
  let waiting = 0;
  let stopped = false;
  let looks: NodeJS.Timeout | null = null;

  const turnSoon = (): void => {
    if (turning) return;
    turning = true;
    setImmediate(turn);
  };

  const run = (account: Account, work: () => number): void => {
    const startedAt = monotonic();
    let values = 0;
    try {
      values = work();
    } catch (error) {
      failed(error);
    }
    const endedAt = monotonic();
    workedMs += endedAt - startedAt;
    refill(account.purse, budget, endedAt);
    spendWork(account.purse, values, endedAt - startedAt);
  };

  const enqueue = (account: Account): void => {
    if (stopped) return;
    refill(account.purse, budget, monotonic());
    if (mayWork(account.purse)) {
      line.add(account);
      turnSoon();
      return;
    }
    parked.add(account);
    looks ??= setInterval(look, lookEveryMs);
  };

  const look = (): void => {
    const at = monotonic();
    for (const account of parked) {
      refill(account.purse, budget, at);
      if (!mayWork(account.purse)) continue;
      parked.delete(account);
      enqueue(account);
    }
    if (parked.size > 0 || looks === null) return;
    clearInterval(looks);
    looks = null;
  };

  /** One message of whoever is first in the line, who then goes to its end. */
  const serve = (account: Account): void => {
    line.delete(account);
    const next = account.waiting.shift();
    if (next === undefined) return;
    waiting -= 1;
    account.waitingBytes -= next.bytes;
    run(account, next.work);
    if (account.waiting.length > 0) enqueue(account);
  };

  const turn = (): void => {
    turning = false;
    workedMs = 0;
    // A set is walked in the order of its insertions, and whoever is put in again meanwhile comes again at the end.
    for (const account of line) {
      serve(account);
      if (workedMs >= sliceMs) break;
    }
    if (line.size > 0) turnSoon();
  };

  const forget = (account: Account): void => {
    left.delete(account);
    accounts.delete(account.device);
  };

  const open = (device: string): Account => {
    const account = {
      device,
      purse: createPurse(budget, monotonic()),
      waiting: [],
      waitingBytes: 0,
      links: 0,
    };
    accounts.set(device, account);
    return account;
  };

  return {
    join: (device) => {
      const account = accounts.get(device) ?? open(device);
      account.links += 1;
      left.delete(account);
      return account;
    },
    leave: (account) => {
      account.links -= 1;
      if (account.links === 0) left.add(account);
    },
    take: (account, bytes, work) => {
      if (line.size === 0 && account.waiting.length === 0 && workedMs < sliceMs && mayWork(account.purse)) {
        // What is done in this turn of the event loop counts until the next.
        turnSoon();
        run(account, work);
        return;
      }
      account.waiting.push({ bytes, work });
      account.waitingBytes += bytes;
      waiting += 1;
      if (account.waiting.length === 1) enqueue(account);
    },
    mayRead: (account) => {
      refill(account.purse, budget, monotonic());
      return (
        isSolvent(account.purse) &&
        account.waiting.length < maxWaiting &&
        account.waitingBytes <= budget.burstBytes
      );
    },
    sweep: () => {
      const at = monotonic();
      for (const account of left) {
        refill(account.purse, budget, at);
        if (account.waiting.length === 0 && isFull(account.purse, budget)) forget(account);
      }
    },
    finish: () => {
      const until = monotonic() + finishWithinMs;
      for (const account of line) {
        serve(account);
        if (monotonic() >= until) return;
      }
    },
    stop: () => {
      stopped = true;
      line.clear();
      parked.clear();
      if (looks !== null) clearInterval(looks);
      looks = null;
    },
    waiting: () => waiting,
  };
};
