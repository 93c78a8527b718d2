import type { Place } from '../model/place.ts';

/** What is said of places by those who name them: in which other each lies, and what it is called. */
export type PlaceWords = {
  /** Takes in how this place, and each that it lies in, is told of. */
  readonly note: (place: Place) => void;
  /** In what this place is told of otherwise than what was noted, as a sentence with both; null = in nothing. One that says less says nothing else: a path may begin at the building. */
  readonly contradiction: (place: Place) => string | null;
};

type Step = { readonly id: string; readonly name: string | null };

/** Every place that is told of, widest first, with the one that it lies in. */
const stepsOf = ({ id, path }: Place): { readonly at: Step; readonly within: Step | null }[] => {
  const steps: Step[] = path.at(-1)?.id === id ? [...path] : [...path, { id, name: null }];
  return steps.map((at, index) => ({ at, within: steps[index - 1] ?? null }));
};

const said = ({ id, name }: Step): string => (name === null ? id : `${id} (${name})`);

/** Makes an empty book of what is said; with `only`, of the places that this one tells of and of no others. */
export const createPlaceWords = (only?: Place): PlaceWords => {
  const asked = only === undefined ? null : new Set(stepsOf(only).map(({ at }) => at.id));
  const known = new Map<string, { readonly names: Set<string>; readonly within: Map<string, Step> }>();
  return {
    note: (place) => {
      for (const { at, within } of stepsOf(place)) {
        if (asked?.has(at.id) === false) continue;
        let words = known.get(at.id);
        if (words === undefined) {
          words = { names: new Set(), within: new Map() };
          known.set(at.id, words);
        }
        if (at.name !== null) words.names.add(at.name);
        if (within !== null && !words.within.has(within.id)) words.within.set(within.id, within);
      }
    },
    contradiction: (place) => {
      for (const { at, within } of stepsOf(place)) {
        const words = known.get(at.id);
        if (words === undefined) continue;
        const [otherName] = words.names;
        if (at.name !== null && otherName !== undefined && !words.names.has(at.name))
          return `place ${at.id} is called ${otherName} already, and not ${at.name}`;
        const [around] = words.within.values();
        if (within !== null && around !== undefined && !words.within.has(within.id))
          return `place ${at.id} lies in ${said(around)} already, and not in ${said(within)}`;
      }
      return null;
    },
  };
};

/** The place with the step `id` of its path called `name`, in its text too where that spells the old name as the path does, between the names around it; as it is where `id` is no step of its path. */
export const renameIn = (place: Place, id: string, name: string): Place => {
  const { path, text } = place;
  const index = path.findIndex((step) => step.id === id);
  const old = path[index]?.name;
  if (old === undefined) return place;
  const names = path.map((step) => step.name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  const wider = names.slice(0, index).map((one) => `(?:${one}\\s*)?`);
  // The last of them must stand there, or 2 of “building 2, room 2” might be the other one.
  const narrower = names
    .slice(index + 1)
    .map((one, at, all) => (at === all.length - 1 ? `\\s*${one}` : `(?:\\s*${one})?`));
  const spelt = new RegExp(
    `(?<![\\p{L}\\p{N}])(${wider.join('')})${names[index]}(?=${narrower.join('')}(?![\\p{L}\\p{N}]))`,
    'u',
  );
  return {
    ...place,
    path: path.map((step) => (step.id === id ? { ...step, name } : step)),
    text: text.replace(spelt, (_whole, before: string) => before + name),
  };
};
