import type { Decoded, Item, RefusedPart } from '../../src/model/dialect.ts';

/** Collects what could not be read of a message while the rest of it takes effect. */
export type Refusals = {
  readonly add: (reason: string, detail: string) => void;
  /** The items with what was refused beside them. A message of which nothing at all could be read is refused as a whole. */
  readonly decoded: (items: readonly Item[]) => Decoded;
};

/** More than this many are counted and not listed. */
const maxListed = 20;

/** An empty collection. */
export const createRefusals = (): Refusals => {
  let listed: RefusedPart[] | null = null;
  let more = 0;
  return {
    add: (reason, detail) => {
      if (listed === null) listed = [{ reason, detail }];
      else if (listed.length < maxListed) listed.push({ reason, detail });
      else more += 1;
    },
    decoded: (items) => {
      if (listed === null) return { ok: true, items };
      const refused = more === 0 ? listed : [...listed, { reason: 'more', detail: `and ${more} more` }];
      const [first] = refused;
      return items.length === 0 && first !== undefined
        ? { ok: false, ...first }
        : { ok: true, items, refused };
    },
  };
};
