import type { TabStore } from '../../console/src/feed/console-id.ts';

/** What a browser keeps for a tab, in a map that the test can look into. */
export const storeOf = (kept: Map<string, string>): TabStore => ({
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => void kept.set(key, value),
  removeItem: (key) => void kept.delete(key),
});
