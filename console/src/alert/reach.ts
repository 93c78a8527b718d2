import type { Reached } from '../../../src/model/reach.ts';

/** What an operator has said so far of how the person was reached; `reached` null = nothing yet. `seenAt` as it was typed: `14:05`. */
export type ReachDraft = {
  readonly reached: Reached['how'] | null;
  readonly seenBy: string;
  readonly seenAt: string;
};

/** The last moment at or before `now` (epoch ms) at which the clock on the wall showed this hour and minute. */
const lastTime = (typed: string, now: number): number => {
  const [hour = 0, minute = 0] = typed.split(':').map(Number);
  const moment = new Date(now);
  moment.setHours(hour, minute, 0, 0);
  if (moment.getTime() > now) moment.setDate(moment.getDate() - 1);
  return moment.getTime();
};

/** How the person was reached, by a draft at `now` (epoch ms); null = not, or not wholly said yet. Where the draft says nothing, a call in which sound went both ways (`spoken`) counts as spoken. */
export const reachedBy = (draft: ReachDraft, spoken: boolean, now: number): Reached | null => {
  const how = draft.reached ?? (spoken ? 'spoke' : null);
  if (how !== 'seen') return how === null ? null : { how };
  const by = draft.seenBy.trim();
  return by === '' || draft.seenAt === '' ? null : { how, by, at: lastTime(draft.seenAt, now) };
};
