/** Things that fall due, soonest first: a binary heap. What is no longer true of an entry its owner finds out when it falls due. */
export type Deadlines<T> = {
  readonly add: (at: number, item: T) => void;
  /** Takes the soonest that is due at `now`, or nothing. */
  readonly takeDue: (now: number) => T | undefined;
  readonly clear: () => void;
};

/** Makes an empty heap. */
export const createDeadlines = <T>(): Deadlines<T> => {
  const heap: { readonly at: number; readonly item: T }[] = [];
  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) {
      heap[a] = second;
      heap[b] = first;
    }
  };
  return {
    add: (due, item) => {
      let index = heap.push({ at: due, item }) - 1;
      for (let parent = (index - 1) >> 1; index > 0 && at(index) < at(parent); parent = (index - 1) >> 1) {
        swap(index, parent);
        index = parent;
      }
    },
    takeDue: (now) => {
      if (at(0) > now) return undefined;
      const top = heap[0];
      const last = heap.pop();
      if (last && heap.length > 0) {
        heap[0] = last;
        for (let index = 0; ; ) {
          const left = 2 * index + 1;
          const least = at(left + 1) < at(left) ? left + 1 : left;
          if (at(least) >= at(index)) break;
          swap(index, least);
          index = least;
        }
      }
      return top?.item;
    },
    clear: () => {
      heap.length = 0;
    },
  };
};
