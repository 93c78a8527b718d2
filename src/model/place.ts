import { z } from 'zod';
import { Id } from './text.ts';

/** From the whole street down to one home, widest first. */
export const placeKinds = ['street', 'community', 'grid', 'building', 'unit', 'floor', 'household'] as const;
export type PlaceKind = (typeof placeKinds)[number];

/** A place: its `path` runs from the widest part down to the place itself, so the last step's id is the place's; `text` is what a person would say. */
export const Place = z.object({
  id: Id,
  path: z
    .array(z.object({ kind: z.enum(placeKinds), id: Id, name: z.string().min(1).max(100) }))
    .min(1)
    .max(7),
  text: z.string().min(1).max(300),
});
export type Place = Readonly<z.infer<typeof Place>>;

/** `PATCH /places/{id}`: what the place is called from now on. */
export const PlacePatch = z.strictObject({ name: z.string().trim().min(1).max(100) });

/** What came of calling a place otherwise: how many devices stand in it, and those whose text has the old name in words of its own, so that a person must see to it. */
export const RenamedPlace = z.object({
  place: Place,
  devices: z.number().int(),
  unchangedTexts: z.array(Id).readonly(),
});
export type RenamedPlace = Readonly<z.infer<typeof RenamedPlace>>;

/** Whether two places are the same by all that is said of them. */
export const samePlace = (a: Place | null, b: Place | null): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** Whether `place` is the place `area` or lies anywhere below it. */
export const liesWithin = (place: Place, area: string): boolean =>
  place.id === area || place.path.some((step) => step.id === area);

/** Whether a right or filter over `areas` covers the place. No areas means the whole street; what has no place is everybody's, so that nothing is hidden for want of an address. */
export const covers = (areas: readonly string[], place: Place | null): boolean =>
  areas.length === 0 || place === null || areas.some((area) => liesWithin(place, area));
