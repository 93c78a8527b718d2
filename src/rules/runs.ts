import type { Value } from '../model/reading.ts';

/** A run of readings that all match, or all do not: its first and last time (epoch ms), and the value that began it. */
export type Run = readonly [matches: boolean, from: number, to: number, value: Value];

/** Adds a reading to the runs, oldest first and matching and not by turns, at its own time, whenever it comes. One that lies within a run of its own sort changes nothing; one of the other sort splits it. */
export const addReading = (
  runs: readonly Run[],
  [matches, at, value]: readonly [matches: boolean, at: number, value: Value],
): readonly Run[] => {
  const index = runs.findLastIndex(([, from]) => from <= at);
  const older = runs.slice(0, Math.max(0, index));
  const before = runs[index];
  const after = runs[index + 1];
  const newer = runs.slice(index + 1);
  const alone: Run = [matches, at, at, value];
  if (before !== undefined) {
    const [sort, from, to, first] = before;
    if (sort === matches) return at <= to ? runs : [...older, [sort, from, at, first], ...newer];
    if (at < to) return [...older, [sort, from, from, first], alone, [sort, to, to, first], ...newer];
    older.push(before);
  }
  if (after?.[0] !== matches) return [...older, alone, ...newer];
  return [...older, [matches, at, after[2], value], ...newer.slice(1)];
};
