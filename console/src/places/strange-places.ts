import type { Place } from '../../../src/model/place.ts';

/** The ids of the places where these stand that are not among the `known`. */
export const strangePlaces = (
  known: ReadonlySet<string>,
  standing: Iterable<{ readonly place: Place | null }>,
): ReadonlySet<string> => {
  const strange = new Set<string>();
  for (const { place } of standing) if (place !== null && !known.has(place.id)) strange.add(place.id);
  return strange;
};
