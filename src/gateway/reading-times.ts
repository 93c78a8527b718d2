import type { WorkingDevice } from './device-book.ts';

/** How far ahead of the receipt a time may be that we give: as far as a device's own clock may be and still be believed (ms). */
const furthestAheadMs = 120_000;

/** How many of a series' own times that lie ahead of their receipt are remembered. */
const aheadKept = 256;

/** What is taken of one series: the last time that we gave, and the device's own times that are still to come. */
type Taken = { given: number; readonly ahead: Set<number> };

/** When readings were measured that do not say it themselves. Of one series no two may have the same time, for the second would replace the first. */
export type ReadingTimes = {
  /** The device said itself when it was. */
  readonly noteOwn: (device: WorkingDevice, measurement: string, at: number, receivedAt: number) => void;
  /** The time of a reading without one of its own: that of its receipt, or the next that is free. */
  readonly give: (device: WorkingDevice, measurement: string, receivedAt: number) => number;
  /** The clock was set: times that were given by the old one mean nothing any more. */
  readonly forget: () => void;
};

/** Makes them. */
export const createReadingTimes = (): ReadingTimes => {
  let series = new WeakMap<WorkingDevice, Map<string, Taken>>();

  const takenOf = (device: WorkingDevice, measurement: string, receivedAt: number): Taken => {
    const those = series.get(device) ?? new Map<string, Taken>();
    const known = those.get(measurement);
    if (known) return known;
    // What was given before a restart may lie ahead of now.
    const newest = device.latest.get(measurement)?.at ?? 0;
    const taken = { given: newest <= receivedAt + furthestAheadMs ? newest : 0, ahead: new Set<number>() };
    series.set(device, those.set(measurement, taken));
    return taken;
  };

  return {
    noteOwn: (device, measurement, at, receivedAt) => {
      if (at < receivedAt) return;
      const { ahead } = takenOf(device, measurement, receivedAt);
      ahead.add(at);
      if (ahead.size > aheadKept) for (const oldest of ahead) if (ahead.delete(oldest)) break;
    },
    give: (device, measurement, receivedAt) => {
      const taken = takenOf(device, measurement, receivedAt);
      for (const own of taken.ahead) if (own < receivedAt) taken.ahead.delete(own);
      let at = Math.max(receivedAt, taken.given + 1);
      while (taken.ahead.has(at)) at += 1;
      // More than a thousand a second for minutes: the newest is worth more than a time in the far future.
      taken.given = Math.min(at, receivedAt + furthestAheadMs);
      return taken.given;
    },
    forget: () => {
      series = new WeakMap();
    },
  };
};
