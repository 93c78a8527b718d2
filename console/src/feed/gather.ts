/** How often a page draws at most, in ms: twenty times a second is more than anybody reads. */
export const drawEveryMs = 50;

/** Calls `run` at once where it has not run for `everyMs`, and gathers what comes sooner into one later run. `soon` sets a timer; `flush` runs now what waits: for a page whose timers the browser has put to sleep. */
export const gather = (parts: {
  readonly run: () => void;
  readonly everyMs: number;
  readonly now: () => number;
  readonly soon: (run: () => void, ms: number) => void;
}): { readonly ask: () => void; readonly flush: () => void } => {
  let ranAt = Number.NEGATIVE_INFINITY;
  let waits = false;
  const flush = (): void => {
    if (!waits) return;
    waits = false;
    ranAt = parts.now();
    parts.run();
  };
  return {
    flush,
    ask: () => {
      const again = waits;
      waits = true;
      const restMs = ranAt + parts.everyMs - parts.now();
      if (restMs <= 0) flush();
      else if (!again) parts.soon(flush, restMs);
    },
  };
};
