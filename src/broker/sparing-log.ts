import type { Logger } from 'pino';

const windowMs = 10_000;
const linesPerWindow = 20;

/** Logs at most 20 lines of a kind in 10 s and then how many it left out, because a single broken device can repeat itself thousands of times. */
export type SparingLog = (kind: string, fields: Readonly<Record<string, unknown>>) => void;

/** A sparing log over `log`; `monotonic` is in milliseconds. */
export const createSparingLog = (log: Logger, monotonic: () => number): SparingLog => {
  const kinds = new Map<string, { since: number; lines: number }>();
  return (kind, fields) => {
    const at = monotonic();
    const counted = kinds.get(kind);
    if (counted === undefined || at - counted.since >= windowMs) {
      const leftOut = counted === undefined ? 0 : Math.max(0, counted.lines - linesPerWindow);
      kinds.set(kind, { since: at, lines: 1 });
      log.warn(leftOut === 0 ? fields : { ...fields, leftOut }, kind);
      return;
    }
    counted.lines++;
    if (counted.lines <= linesPerWindow) log.warn(fields, kind);
  };
};
