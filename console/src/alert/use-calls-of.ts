import { useEffect, useState } from 'react';
import type { Call } from '../../../src/model/call.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import { useClock } from '../feed/clock.ts';
import { readCallsOf } from '../server/gateway.ts';
import { mayStillCome } from './recordings.ts';

/** How often it is asked whether a recording has come, in ms. */
const askEveryMs = 3_000;

const none: readonly Call[] = [];

/** The calls of an alert, newest first: read where its timeline tells of any, again with every further line, and for a while after one has ended, until its recording is there. */
export const useCallsOf = (alert: string, entries: readonly TimelineEntry[]): readonly Call[] => {
  const [calls, setCalls] = useState(none);
  const last = entries.findLast(({ data }) => typeof data.call === 'string')?.seq ?? 0;
  const turn = useClock((now) => (mayStillCome(calls, now) ? Math.floor(now / askEveryMs) : 0));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further line and time are reasons to read again.
  useEffect(() => {
    if (last === 0) return;
    let left = false;
    void readCallsOf(alert).then((answer) => {
      if (!left && answer.ok) setCalls(answer.value);
    });
    return () => {
      left = true;
    };
  }, [alert, last, turn]);
  return last === 0 ? none : calls;
};
