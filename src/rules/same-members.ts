const isAlike = (one: unknown, other: unknown): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((part, index) => part === other[index]));

/** `now` where it has other members than `before`, and otherwise `before` itself; two flat tuples of the same values are one member. */
export const orSame = <T>(before: readonly T[], now: readonly T[]): readonly T[] =>
  before.length === now.length && before.every((member, index) => isAlike(member, now[index])) ? before : now;
