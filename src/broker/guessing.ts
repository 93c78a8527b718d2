import { keepNewest } from '../gateway/keep-newest.ts';

const firstDelayMs = 250;
const maxDelayMs = 10_000;
const forgetAfterMs = 15 * 60_000;
const maxRemembered = 10_000;
const failuresOfAnAddressPerStep = 10;
const maxWaitingPerAddress = 20;
const maxWaiting = 1000;

type Failures = { count: number; at: number };

/** Remembers who gave wrong credentials. A right one asks nothing here and so is never delayed. */
export type Guessing = {
  /** How long this refusal has to wait (ms), or null where so many wait already that it is to be cut off. A delay that is given ends with `answered`. */
  readonly failed: (remote: string, user: string) => number | null;
  readonly answered: (remote: string) => void;
  /** The right credential was given: this user's failures from there are forgotten. */
  readonly succeeded: (remote: string, user: string) => void;
  readonly waiting: () => number;
};

/** An empty memory of guesses, bounded at 10,000 addresses and 10,000 pairs of address and user; `monotonic` is in milliseconds. */
export const createGuessing = (monotonic: () => number): Guessing => {
  const pairs = new Map<string, Failures>();
  const addresses = new Map<string, Failures>();
  const waiting = new Map<string, number>();
  let waitingInAll = 0;

  const remember = (table: Map<string, Failures>, key: string): number => {
    const at = monotonic();
    const known = table.get(key);
    const count = known === undefined || at - known.at > forgetAfterMs ? 1 : known.count + 1;
    keepNewest(table, key, { count, at }, maxRemembered);
    return count;
  };

  return {
    failed: (remote, user) => {
      const ofPair = remember(pairs, pairKey(remote, user));
      const ofAddress = remember(addresses, remote);
      const here = waiting.get(remote) ?? 0;
      if (here >= maxWaitingPerAddress || waitingInAll >= maxWaiting) return null;
      waiting.set(remote, here + 1);
      waitingInAll++;
      return Math.max(delayAfter(ofPair), delayAfter(ofAddress / failuresOfAnAddressPerStep));
    },
    answered: (remote) => {
      const here = (waiting.get(remote) ?? 1) - 1;
      if (here === 0) waiting.delete(remote);
      else waiting.set(remote, here);
      waitingInAll--;
    },
    succeeded: (remote, user) => {
      if (pairs.size > 0) pairs.delete(pairKey(remote, user));
    },
    waiting: () => waitingInAll,
  };
};

// No id is longer than 64 characters; a user name may be 64 KiB of anything.
const pairKey = (remote: string, user: string): string => `${remote}\n${user.slice(0, 65)}`;

const delayAfter = (failures: number): number =>
  failures < 1 ? 0 : Math.min(maxDelayMs, firstDelayMs * 2 ** (Math.floor(failures) - 1));
