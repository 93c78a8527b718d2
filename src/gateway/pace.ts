import { keepNewest } from './keep-newest.ts';

const atOnce = 5;
const withinMs = 10_000;
const mostRemembered = 1_000;

/** Whether `who` may do at `at` (epoch ms) what costs everybody a little; five times in 10 s, and then not before those are over. Whatever is refused can be done later once for all of them. */
export type Pace = (who: string, at: number) => boolean;

/** Makes one. */
export const createPace = (): Pace => {
  const spans = new Map<string, { readonly since: number; readonly times: number }>();
  return (who, at) => {
    const { since, times } = spans.get(who) ?? { since: at, times: 0 };
    const isOver = at - since >= withinMs || at < since;
    if (!isOver && times >= atOnce) return false;
    keepNewest(spans, who, isOver ? { since: at, times: 1 } : { since, times: times + 1 }, mostRemembered);
    return true;
  };
};
