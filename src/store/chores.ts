/** Work that is done in small bites between batches. */
export type Chore = {
  readonly name: string;
  /** Does one bite and answers whether there is more to do now, or after how many ms. */
  readonly bite: () => boolean | number;
  /** How long to rest, in ms, once there is no more. */
  readonly restMs: number;
};

/** When chores may run, and what they need to know of time. */
export type ChoresOptions = {
  readonly monotonicMs: () => number;
  /** Told of a bite that failed; the chore rests for `failureRestMs` and tries again. */
  readonly failed: (chore: string, error: unknown) => void;
};

/** The chores in turn. */
export type Chores = {
  /** Runs one bite of a chore that is due, the longest waiting first; answers how long, in ms, until the next is due (0 = now). */
  readonly run: () => number;
};

const failureRestMs = 10_000;

/** Takes chores in turn; the first bite of each is due at once. */
export const makeChores = (chores: readonly Chore[], options: ChoresOptions): Chores => {
  const due = new Map<Chore, number>(chores.map((chore) => [chore, 0]));
  const earliest = (): readonly [Chore, number] | undefined => [...due].sort(([, a], [, b]) => a - b)[0];
  return {
    run: () => {
      const next = earliest();
      const now = options.monotonicMs();
      if (next !== undefined && next[1] <= now) {
        const [chore] = next;
        let restMs = chore.restMs;
        try {
          const more = chore.bite();
          if (more !== false) restMs = more === true ? 0 : more;
        } catch (error) {
          restMs = failureRestMs;
          options.failed(chore.name, error);
        }
        due.set(chore, options.monotonicMs() + restMs);
      }
      return Math.max(0, (earliest()?.[1] ?? Number.POSITIVE_INFINITY) - options.monotonicMs());
    },
  };
};
