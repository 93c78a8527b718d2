import type { Owed, OwedReading, OwedSource } from '../../../src/store/influx/owed.ts';

/** A source over two arrays. */
export type ArraySource = OwedSource & {
  readonly arrive: (readings: readonly OwedReading[]) => void;
  readonly recall: (readings: readonly OwedReading[]) => void;
  /** Everything that was settled, in order. */
  readonly settled: readonly OwedReading[];
  readonly closed: () => boolean;
};

export const arraySource = (): ArraySource => {
  const fresh: OwedReading[] = [];
  const past: OwedReading[] = [];
  const settled: OwedReading[] = [];
  let closed = false;
  const next = (queue: OwedReading[], limit: number): Owed | null => {
    const readings = queue.slice(0, limit);
    if (readings.length === 0) return null;
    return {
      readings,
      settle: () => {
        if (queue[0] !== readings[0]) throw new Error('settled twice');
        settled.push(...queue.splice(0, readings.length));
      },
    };
  };
  return {
    fresh: (limit) => next(fresh, limit),
    past: (limit) => next(past, limit),
    backlog: () => fresh.length + past.length,
    close: () => {
      closed = true;
    },
    arrive: (readings) => {
      for (const reading of readings) fresh.push(reading);
    },
    recall: (readings) => {
      for (const reading of readings) past.push(reading);
    },
    settled,
    closed: () => closed,
  };
};

/** `count` readings of air monitors, one for each device, measurement and second, the newest at `last` (epoch ms). */
export const readingsUntil = (last: number, count: number, devices = 10): OwedReading[] =>
  Array.from({ length: count }, (_, index) => {
    const device = `air-${index % devices}`;
    const kind = Math.floor(index / devices) % 3;
    const at = last - (count - 1 - index) * 100;
    const measurement = ['temperature', 'smoke', 'door'][kind] ?? '';
    const value = [20 + (index % 50) / 10, index % 7 === 0, index % 2 === 0 ? 'open' : 'shut'][kind] ?? 0;
    return { device, measurement, at, value };
  });
