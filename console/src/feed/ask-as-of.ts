import type { Answer } from '../server/request.ts';
import type { LiveFeed } from './live-feed.ts';

/** What the gateway answers, with the number `since` to which the feed had come when it was asked: what the feed has told after that is newer. */
export const askAsOf = async <T>(
  feed: Pick<LiveFeed, 'state'>,
  ask: () => Promise<Answer<T>>,
): Promise<Answer<{ readonly read: T; readonly since: number }>> => {
  const { seq: since } = feed.state();
  const answer = await ask();
  return answer.ok ? { ok: true, value: { read: answer.value, since } } : answer;
};
