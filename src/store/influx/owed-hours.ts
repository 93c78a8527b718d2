import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Hours whose aggregates in InfluxDB have to be made again, because readings of them came after its continuous queries had passed. Kept in a file, so that a restart forgets none. */
export type OwedHours = {
  /** Notes the hours of these times (epoch ms); on the disk when it returns. Throws the error of the file system. */
  readonly touch: (times: Iterable<number>, monotonicMs: number) => void;
  /** The oldest hour (its start, epoch ms) that nothing was added to for `quietMs`; null = there is none. */
  readonly due: (monotonicMs: number, quietMs: number) => number | null;
  readonly done: (hour: number) => void;
  readonly count: () => number;
};

const hourMs = 3_600_000;

const readHours = (path: string): readonly number[] => {
  if (!existsSync(path)) return [];
  try {
    const said: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(said) ? said.filter((hour): hour is number => Number.isSafeInteger(hour)) : [];
  } catch {
    // A file that is no JSON: the power went while it was first written. What it held is made good by the next late reading only.
    return [];
  }
};

/** Opens the file, which need not be there. */
export const openOwedHours = (path: string): OwedHours => {
  /** Hour → when it was last touched, on the monotonic clock. */
  const touched = new Map<number, number>(readHours(path).map((hour) => [hour, Number.NEGATIVE_INFINITY]));
  const keep = (): void => {
    writeFileSync(`${path}.new`, JSON.stringify([...touched.keys()]), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  };
  return {
    touch: (times, monotonicMs) => {
      const before = touched.size;
      for (const at of times) touched.set(Math.floor(at / hourMs) * hourMs, monotonicMs);
      if (touched.size > before) keep();
    },
    due: (monotonicMs, quietMs) => {
      let oldest: number | null = null;
      for (const [hour, at] of touched)
        if (monotonicMs - at >= quietMs && (oldest === null || hour < oldest)) oldest = hour;
      return oldest;
    },
    done: (hour) => {
      if (touched.delete(hour)) keep();
    },
    count: () => touched.size,
  };
};
