/** Something that was waited for did not happen in time. */
export class NotSeenError extends Error {
  override readonly name = 'NotSeenError';
}

/** Keeps what happened, in order, and lets one wait for what has not happened yet. */
export type Witness<T> = {
  readonly note: (item: T) => void;
  /** What is kept, oldest first; beyond the limit the oldest are forgotten. */
  readonly seen: () => readonly T[];
  /** How many were noted in all: a mark for `since`. */
  readonly mark: () => number;
  /** The first item after the mark `since` (default: the first kept one) that fits, also one already seen; rejects with NotSeenError after `withinMs`. */
  readonly waitFor: (
    fits: (item: T) => boolean,
    withinMs: number,
    what: string,
    since?: number,
  ) => Promise<T>;
};

/** A witness that keeps the last `keep` items. */
export const createWitness = <T>(keep = 50_000): Witness<T> => {
  const kept: T[] = [];
  let forgotten = 0;
  const waiting = new Set<(item: T) => void>();

  const note = (item: T): void => {
    kept.push(item);
    // Forgetting in large steps keeps the cost of one item constant.
    if (kept.length > keep * 1.25) {
      const surplus = kept.length - keep;
      kept.splice(0, surplus);
      forgotten += surplus;
    }
    for (const look of [...waiting]) look(item);
  };

  const waitFor: Witness<T>['waitFor'] = (fits, withinMs, what, since = 0) => {
    const found = kept.slice(Math.max(0, since - forgotten)).find(fits);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const look = (item: T): void => {
        if (!fits(item)) return;
        clearTimeout(deadline);
        waiting.delete(look);
        resolve(item);
      };
      const deadline = setTimeout(() => {
        waiting.delete(look);
        reject(new NotSeenError(`not seen within ${withinMs} ms: ${what}`));
      }, withinMs);
      waiting.add(look);
    });
  };

  return { note, seen: () => kept, mark: () => forgotten + kept.length, waitFor };
};
