import { isDeepStrictEqual } from 'node:util';

/** `now` where it has other members than `before`, and otherwise `before` itself. */
export const orSame = <T>(before: readonly T[], now: readonly T[]): readonly T[] =>
  before.length === now.length &&
  before.every((member, index) => member === now[index] || isDeepStrictEqual(member, now[index]))
    ? before
    : now;
