/** How long after a question that the gateway left open it is asked again, in ms. */
const againAfterMs = 3_000;

/** Asks until `heed` says of an answer that it was one; answers the way to give up, after which nothing is heeded any more. */
export const askUntil = <T>(ask: () => Promise<T>, heed: (answer: T) => boolean): (() => void) => {
  let over = false;
  let later: ReturnType<typeof setTimeout> | undefined;
  const askOnce = (): void =>
    void ask().then((answer) => {
      if (!over && !heed(answer)) later = setTimeout(askOnce, againAfterMs);
    });
  askOnce();
  return () => {
    over = true;
    clearTimeout(later);
  };
};
