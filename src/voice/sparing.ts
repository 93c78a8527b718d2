const windowMs = 10_000;
const linesPerWindow = 20;

/** Passes on at most 20 lines in 10 s, and with the first one after that how many were left out: whoever reaches a UDP port can have a library complain of every packet. `monotonic` is in milliseconds. */
export const createSparing = (
  tell: (line: string) => void,
  monotonic: () => number,
): ((line: string) => void) => {
  let since = Number.NEGATIVE_INFINITY;
  let lines = 0;
  return (line) => {
    const at = monotonic();
    if (at - since >= windowMs) {
      const leftOut = Math.max(0, lines - linesPerWindow);
      since = at;
      lines = 0;
      if (leftOut > 0) tell(`${leftOut} more lines were left out`);
    }
    lines += 1;
    if (lines <= linesPerWindow) tell(line);
  };
};
