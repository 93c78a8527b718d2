/** When a rising counter was first seen at a value (epoch ms). */
export type Sighting = readonly [at: number, value: number];

/** Adds a reading at its own time, oldest first. A value that was seen already, and not another since, is no news. */
export const addSighting = (sightings: readonly Sighting[], [at, value]: Sighting): readonly Sighting[] => {
  const index = sightings.findLastIndex(([seenAt]) => seenAt <= at);
  if (sightings[index]?.[1] === value) return sightings;
  const newer = sightings.slice(index + 1);
  return [...sightings.slice(0, index + 1), [at, value], ...newer.slice(newer[0]?.[1] === value ? 1 : 0)];
};

// Differences of large numbers carry noise; no meter counts millionths.
const precisely = (used: number): number => Math.round(used * 1e6) / 1e6;

/** What was used between a sighting and the one before. A counter that falls was replaced, and begins anew. */
const usedAt = (sightings: readonly Sighting[], index: number): number => {
  const before = sightings[index - 1];
  const here = sightings[index];
  return before === undefined || here === undefined ? 0 : Math.max(0, here[1] - before[1]);
};

/** What was used after `start`: all that is seen after it, since nobody knows when between two readings it was. */
export const usedAfter = (sightings: readonly Sighting[], start: number): number =>
  precisely(
    sightings.reduce((used, [at], index) => (at > start ? used + usedAt(sightings, index) : used), 0),
  );

/** Which sighting is the newest with which `amount` was used, counted back from now; null where less was used in all. */
const newestUse = (sightings: readonly Sighting[], amount: number): number | null => {
  let used = 0;
  for (let index = sightings.length - 1; index > 0; index--) {
    used += usedAt(sightings, index);
    if (precisely(used) >= amount) return index;
  }
  return null;
};

/** Since when less than `amount` was used (epoch ms); null where it never was more. */
export const quietSince = (sightings: readonly Sighting[], amount: number): number | null => {
  const index = newestUse(sightings, amount);
  return index === null ? null : (sightings[index]?.[0] ?? null);
};

/** Leaves out what no longer matters for `amount` used after `start`, and keeps `most` sightings at the very most: what was used at one that is left out counts at the next, so that use looks rather later than it was. */
export const keepSightings = (
  sightings: readonly Sighting[],
  amount: number,
  start: number,
  most: number,
): readonly Sighting[] => {
  // The one before is what the use is measured from.
  const needed = Math.max(
    (newestUse(sightings, amount) ?? 1) - 1,
    sightings.findLastIndex(([at]) => at <= start),
  );
  let kept = sightings.slice(Math.max(0, needed));
  while (kept.length > most) {
    // The one whose neighbours are nearest, so that what is left lies evenly.
    const gaps = kept.map((_, index) => {
      const [before, next] = [kept[index - 1], kept[index + 1]];
      return before === undefined || next === undefined ? Number.POSITIVE_INFINITY : next[0] - before[0];
    });
    const nearest = gaps.indexOf(Math.min(...gaps));
    kept = kept.filter((_, index) => index !== nearest);
  }
  return kept;
};
