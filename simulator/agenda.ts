/** What is to be done when, for thousands of devices on one timer. Times are epoch ms. */
export type Agenda = {
  /** Does `task` once at `at`, or up to one step (`stepMs`) later; answers how to call it off. */
  readonly at: (at: number, task: () => void) => () => void;
  /** Does `task` every `everyMs`; answers how to call it off. */
  readonly every: (everyMs: number, task: () => void) => () => void;
  /** Does everything that is due at `now`. Called by the agenda's own timer. */
  readonly turn: (now: number) => void;
  readonly size: () => number;
  /** Forgets everything and stops the timer. */
  readonly clear: () => void;
};

/** An agenda that looks every `stepMs` for what is due: a wheel of buckets behind a single timer, which runs only while something is on it. `now` is the clock it goes by. */
export const createAgenda = (stepMs = 50, now: () => number = Date.now): Agenda => {
  const buckets = new Map<number, Set<() => void>>();
  let turnedTo = Math.floor(now() / stepMs);
  let entries = 0;
  let timer: NodeJS.Timeout | null = null;

  const rest = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };

  const turn = (time: number): void => {
    const until = Math.floor(time / stepMs);
    // A bucket that was filled in the past (a task that is due again at once) waits for the next turn.
    while (turnedTo < until) {
      turnedTo += 1;
      const due = buckets.get(turnedTo);
      if (due === undefined) continue;
      buckets.delete(turnedTo);
      entries -= due.size;
      for (const task of due) task();
    }
    if (entries === 0) rest();
  };

  const at: Agenda['at'] = (time, task) => {
    if (timer === null) {
      if (entries === 0) turnedTo = Math.max(turnedTo, Math.floor(now() / stepMs));
      timer = setInterval(() => turn(now()), stepMs);
    }
    const slot = Math.max(turnedTo + 1, Math.ceil(time / stepMs));
    const bucket = buckets.get(slot) ?? new Set();
    buckets.set(slot, bucket);
    // Each entry is its own function, so that one task may stand on the agenda many times.
    const entry = (): void => task();
    bucket.add(entry);
    entries += 1;
    return () => {
      if (buckets.get(slot)?.delete(entry)) entries -= 1;
    };
  };

  const every: Agenda['every'] = (everyMs, task) => {
    let callOff: () => void;
    const again = (): void => {
      callOff = at(now() + everyMs, () => {
        again();
        task();
      });
    };
    again();
    return () => callOff();
  };

  return {
    at,
    every,
    turn,
    size: () => entries,
    clear: () => {
      buckets.clear();
      entries = 0;
      rest();
    },
  };
};
