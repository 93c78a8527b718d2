/** How many wrong passwords are let pass, and for how long they count and lock (ms). `perName` counts a name's failures from every address together. */
export type LockOutLimits = {
  readonly perNameAndAddress: number;
  readonly perName: number;
  readonly withinMs: number;
  readonly forMs: number;
};

/** Ten from one address within a quarter of an hour; a hundred for one name from all addresses together, so that many machines guess no faster, while a stranger who makes ten mistakes does not keep the operator from the desk. */
export const lockOutLimits: LockOutLimits = {
  perNameAndAddress: 10,
  perName: 100,
  withinMs: 15 * 60_000,
  forMs: 15 * 60_000,
};

type Count = { failures: number; since: number; lockedUntil: number };

/** Counts failed logins. Kept in memory: a restart forgives. */
export type LockOut = {
  /** Until when (epoch ms) this name is locked for this address; null = it is not. */
  readonly lockedUntil: (name: string, address: string, now: number) => number | null;
  /** Counts an attempt before it is known how it ends, so that many at once are no more than many in turn; answers until when (epoch ms) the name is locked where it may not even be tried. */
  readonly attempt: (name: string, address: string, now: number) => number | null;
  /** The attempt was not judged and does not count. */
  readonly withdraw: (name: string, address: string) => void;
  /** The attempt failed; says whether this one locked. */
  readonly failed: (name: string, address: string, now: number) => boolean;
  readonly succeeded: (name: string, address: string) => void;
  /** Forgets all failures of a name. */
  readonly lift: (name: string) => void;
};

const atMostCounts = 20_000;
const addressesRemembered = 16;
/** When to ask again where as many attempts are being judged as may fail (ms). */
const pendingMs = 1000;

/** Makes an empty count. An address from which a name has signed in before is not locked by that name's failures elsewhere. */
export const createLockOut = (limits: LockOutLimits): LockOut => {
  const counts = new Map<string, Map<string, Count>>();
  const goodAddresses = new Map<string, string[]>();
  const everywhere = '*';
  let size = 0;

  const drop = (name: string): void => {
    size -= counts.get(name)?.size ?? 0;
    counts.delete(name);
  };

  const countOf = (name: string, address: string): Count | undefined => counts.get(name)?.get(address);

  const add = (name: string, address: string, now: number): void => {
    const known = countOf(name, address);
    const count =
      known !== undefined && Math.abs(now - known.since) < limits.withinMs
        ? known
        : { failures: 0, since: now, lockedUntil: 0 };
    if (count !== known) {
      const ofName = counts.get(name) ?? new Map<string, Count>();
      if (known === undefined) size += 1;
      ofName.set(address, count);
      counts.set(name, ofName);
    }
    count.failures += 1;
  };

  const lockAt = (name: string, address: string, most: number, now: number): boolean => {
    const count = countOf(name, address);
    if (count === undefined || count.failures < most) return false;
    count.lockedUntil = now + limits.forMs;
    count.failures = 0;
    count.since = now;
    return true;
  };

  const makeRoom = (): void => {
    for (const name of counts.keys()) {
      if (size < atMostCounts) return;
      drop(name);
    }
  };

  const takeBack = (name: string, address: string): void => {
    const count = countOf(name, address);
    if (count !== undefined) count.failures = Math.max(0, count.failures - 1);
  };

  /** Until when a count keeps its name out: it has locked, or it is full of attempts whose end is not known yet. */
  const keptOutUntil = (name: string, address: string, most: number, now: number): number => {
    const count = countOf(name, address);
    if (count === undefined) return 0;
    const full = count.failures >= most && Math.abs(now - count.since) < limits.withinMs;
    // No lock lasts that long: the clock was set back meanwhile.
    const lockedUntil = count.lockedUntil - now > limits.forMs ? 0 : count.lockedUntil;
    return full ? Math.max(lockedUntil, now + pendingMs) : lockedUntil;
  };

  const keptOut = (name: string, address: string, now: number): number | null => {
    const here = keptOutUntil(name, address, limits.perNameAndAddress, now);
    const all = goodAddresses.get(name)?.includes(address)
      ? 0
      : keptOutUntil(name, everywhere, limits.perName, now);
    const until = Math.max(here, all);
    return until > now ? until : null;
  };

  return {
    lockedUntil: keptOut,
    attempt: (name, address, now) => {
      const until = keptOut(name, address, now);
      if (until !== null) return until;
      makeRoom();
      add(name, address, now);
      add(name, everywhere, now);
      return null;
    },
    withdraw: (name, address) => {
      takeBack(name, address);
      takeBack(name, everywhere);
    },
    failed: (name, address, now) => {
      const here = lockAt(name, address, limits.perNameAndAddress, now);
      const all = lockAt(name, everywhere, limits.perName, now);
      return here || all;
    },
    succeeded: (name, address) => {
      const ofName = counts.get(name);
      const forgiven = ofName?.get(address)?.failures ?? 0;
      const all = ofName?.get(everywhere);
      // Only one's own slips are forgiven: somebody else may be guessing at the same time.
      if (all !== undefined) all.failures = Math.max(0, all.failures - forgiven);
      if (ofName?.delete(address)) size -= 1;
      const good = (goodAddresses.get(name) ?? []).filter((known) => known !== address);
      goodAddresses.set(name, [...good, address].slice(-addressesRemembered));
    },
    lift: drop,
  };
};
