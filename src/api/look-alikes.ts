import type { Place } from '../model/place.ts';

const plain = (name: string): string => name.normalize('NFKC').replaceAll(/\s/g, '');

/** By what a place is the same to whoever reads its name; null = its path does not end with itself. */
const looksOf = ({ id, path }: Place): string | null => {
  const step = path.at(-1);
  return step?.id === id ? JSON.stringify([path.at(-2)?.id, step.kind, plain(step.name)]) : null;
};

/** Those of the new places whose names differ from one that is known, or from a new one before them, in nothing but full width and spaces (7栋, ７栋, 7 栋), each with that one: most likely they are the same. */
export const findLookAlikes = (
  fresh: readonly Place[],
  known: readonly Place[],
): readonly { readonly place: Place; readonly known: Place }[] => {
  const byLooks = new Map<string, Place>();
  for (const place of known) {
    const looks = looksOf(place);
    if (looks !== null && !byLooks.has(looks)) byLooks.set(looks, place);
  }
  return fresh.flatMap((place) => {
    const looks = looksOf(place);
    const like = looks === null ? undefined : byLooks.get(looks);
    if (looks !== null && like === undefined) byLooks.set(looks, place);
    return like === undefined || like.id === place.id ? [] : [{ place, known: like }];
  });
};
