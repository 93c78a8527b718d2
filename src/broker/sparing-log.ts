import type { Logger } from 'pino';
import { keepNewest } from '../gateway/keep-newest.ts';

const windowMs = 10_000;
const linesPerWindow = 20;
/** One thing that goes on and on is told again this seldom. */
const repeatEveryMs = 60_000;
const maxRemembered = 10_000;

/** Logs what happens to somebody (`device`, or `user`, or else `remote`) for one `reason` the first time, and from then on once a minute with how many `times` it happened since; and of a kind at most 20 lines in 10 s in all, and then how many it left out: a single broken device can repeat itself thousands of times. */
export type SparingLog = (kind: string, fields: Readonly<Record<string, unknown>>) => void;

/** A sparing log over `log`; `monotonic` is in milliseconds. */
export const createSparingLog = (log: Logger, monotonic: () => number): SparingLog => {
  const kinds = new Map<string, { since: number; lines: number }>();
  const repeats = new Map<string, { toldAt: number; times: number }>();

  const tell = (kind: string, fields: Readonly<Record<string, unknown>>, at: number): void => {
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

  return (kind, fields) => {
    const at = monotonic();
    const key = JSON.stringify([kind, fields.reason, fields.device ?? fields.user ?? fields.remote]);
    const before = repeats.get(key);
    if (before !== undefined && at - before.toldAt < repeatEveryMs) {
      before.times++;
      return;
    }
    const times = (before?.times ?? 0) + 1;
    keepNewest(repeats, key, { toldAt: at, times: 0 }, maxRemembered);
    tell(kind, times === 1 ? fields : { ...fields, times }, at);
  };
};
