import type { Reached } from '../../../src/model/reach.ts';
import { lastTimeOf } from '../time/wall-clock.ts';

/** What an operator has said so far of how the person was reached; `reached` null = nothing yet. `seenAt` as it was typed: `14:05`. */
export type ReachDraft = {
  readonly reached: Reached['how'] | null;
  readonly seenBy: string;
  readonly seenAt: string;
};

/** By so much (ms) the page's clock may lag behind the street's: it is set by what a busy page hears late. */
const lagAtMostMs = 60_000;

/** How the person was reached, by a draft at `now` (epoch ms) by the clocks of a zone; null = not, or not wholly said yet: sound that went both ways once is no talk before somebody says so. */
export const reachedBy = (draft: ReachDraft, now: number, zone: string): Reached | null => {
  const how = draft.reached;
  if (how !== 'seen') return how === null ? null : { how };
  const by = draft.seenBy.trim();
  return by === '' || draft.seenAt === ''
    ? null
    : { how, by, at: lastTimeOf(draft.seenAt, now + lagAtMostMs, zone) };
};
