import type { Seat } from '../../../src/model/seat.ts';

/** Somebody to whom something can be handed; `atDesk`: a page of theirs is on line. */
export type Colleague = { readonly id: string; readonly name: string; readonly atDesk: boolean };

/** Everybody but `me`, whoever is at a desk first and each part by name in the order of `locale`. */
export const colleaguesOf = (
  names: ReadonlyMap<string, string>,
  seats: readonly Seat[],
  me: string | undefined,
  locale: string,
): readonly Colleague[] => {
  const here = new Set(seats.filter(({ consoles }) => consoles.length > 0).map((seat) => seat.user));
  return [...names]
    .filter(([id]) => id !== me)
    .map(([id, name]) => ({ id, name, atDesk: here.has(id) }))
    .sort((a, b) => Number(b.atDesk) - Number(a.atDesk) || a.name.localeCompare(b.name, locale));
};
