/** Without a message for this long the banner says so: a tick comes every 2 s, and two are missing. It stands within 5 s of the last message, with the time it takes to notice and to draw. */
export const staleAfterMs = 4_500;
/** Without a message for this long the line is taken for dead, whatever the socket says, and is made anew. */
export const deadAfterMs = 10_000;
/** Without a message for this long the page is blind, and sounds. */
export const blindAfterMs = 15_000;

/** How far the board can be trusted. `stale`: it may lag; `blind`: nothing has been heard for 15 s. */
export type FeedHealth = 'live' | 'stale' | 'blind';

/** The health of a feed that is `open` (hello heard, not closed since) and was last heard at `heardAt`; a closed one is stale at once. */
export const feedHealth = (
  feed: { readonly open: boolean; readonly heardAt: number },
  now: number,
): FeedHealth => {
  const age = now - feed.heardAt;
  if (age >= blindAfterMs) return 'blind';
  return feed.open && age < staleAfterMs ? 'live' : 'stale';
};

/** The longest wait before the line is tried again, in ms. */
export const longestRetryMs = 5_000;

/** How long to wait before trying again, in ms: at most 0.7 s the first time, never more than 5 s, spread by `chance` (0..1) so that the seats of a room do not come all at once. */
export const retryDelayMs = (attempt: number, chance: number): number => {
  const longest = Math.min(700 * 2 ** attempt, longestRetryMs);
  return Math.round(longest * (0.35 + 0.65 * chance));
};
