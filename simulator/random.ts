/** A source of chance that gives the same numbers for the same seed. */
export type Random = {
  /** A number in [0, 1). */
  readonly next: () => number;
  /** A whole number in [from, to]. */
  readonly between: (from: number, to: number) => number;
  /** One of them; throws RangeError where there is none. */
  readonly pick: <T>(items: readonly T[]) => T;
  /** All of them in another order. */
  readonly shuffle: <T>(items: readonly T[]) => readonly T[];
  /** `length` bytes. */
  readonly bytes: (length: number) => Uint8Array;
};

// FNV-1a, 32 bit.
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

// mulberry32: small, fast, and good enough for a street that nobody bets on.
const numbersFrom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** The source for `seed` and a purpose: streams for different purposes do not disturb each other, so adding a device changes nothing for the others. */
export const randomFrom = (seed: number, purpose: string): Random => {
  const next = numbersFrom(hashOf(`${seed}/${purpose}`));
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(items: readonly T[]): T => {
    const item = items[between(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
  const shuffle = <T>(items: readonly T[]): readonly T[] =>
    items
      .map((item) => ({ item, rank: next() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => between(0, 255));
  return { next, between, pick, shuffle, bytes };
};
