import { everyday, historyOf } from './history.ts';
import type { Bench } from './row.ts';

/** The history bench with ten times the devices. */
export const history100m: Bench = {
  ...historyOf('history-100m', {
    ...everyday,
    devices: 385,
    settling: { ...everyday.settling, withinMs: 300_000 },
  }),
  onlyByName: true,
};
