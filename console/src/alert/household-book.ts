import { useEffect, useState } from 'react';
import type { Household } from '../../../src/model/household.ts';
import type { Place } from '../../../src/model/place.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { askUntil } from '../server/ask-until.ts';
import { readHousehold } from '../server/gateway.ts';

/** What is known of a home: its card, that it has none, or that it could not be read. */
export type KnownHousehold =
  | { readonly is: 'loading' | 'none' | 'unknown' }
  | { readonly is: 'known'; readonly card: Household };

const atOnce = 4;
const kept = 1_000;
const none: KnownHousehold = { is: 'none' };
const loading: KnownHousehold = { is: 'loading' };

type Leaf = {
  readonly changedAt: number;
  readonly answer: Promise<KnownHousehold>;
  /** The answer once it has come, so that what is drawn anew does not begin without it. */
  came: KnownHousehold;
};

const leaves = new Map<string, Leaf>();
const queue: (() => void)[] = [];
let running = 0;

const inTurn = async <T>(ask: () => Promise<T>): Promise<T> => {
  if (running >= atOnce) await new Promise<void>((go) => queue.push(go));
  running += 1;
  try {
    return await ask();
  } finally {
    running -= 1;
    queue.shift()?.();
  }
};

const ask = async (place: string): Promise<KnownHousehold> => {
  const answer = await inTurn(() => readHousehold(place));
  if (answer.ok) return { is: 'known', card: answer.value };
  return answer.code === 'not-found' || answer.code === 'not-allowed' ? none : { is: 'unknown' };
};

/** Reads a card once for all who draw it; again after any card was changed (`changedAt`), or where it could not be read. */
const read = (place: string, changedAt: number): Promise<KnownHousehold> => {
  const known = leaves.get(place);
  // Another number, also a lower one: a backup was restored.
  if (known?.changedAt === changedAt) return known.answer;
  const answer = ask(place);
  const oldest = leaves.keys().next();
  if (leaves.size >= kept && !oldest.done) leaves.delete(oldest.value);
  const leaf: Leaf = { changedAt, answer, came: loading };
  leaves.set(place, leaf);
  void answer.then((came) => {
    leaf.came = came;
    if (came.is === 'unknown' && leaves.get(place)?.answer === answer) leaves.delete(place);
  });
  return answer;
};

/** The card of the home that `place` is, asked for until it could be read; `none` for a place that is no home. */
export const useHousehold = (place: Place | null): KnownHousehold => {
  const { householdsAt } = useFeedState();
  const id = place?.path.at(-1)?.kind === 'household' ? place.id : null;
  const [known, setKnown] = useState<KnownHousehold>(() =>
    id === null ? none : (leaves.get(id)?.came ?? loading),
  );
  useEffect(() => {
    if (id === null) return setKnown(none);
    return askUntil(
      () => read(id, householdsAt),
      (came) => {
        const unread = came.is === 'unknown';
        // What was read before tells more than that it cannot be read just now.
        setKnown((before) => (unread && before.is === 'known' && before.card.place === id ? before : came));
        return !unread;
      },
    );
  }, [id, householdsAt]);
  return known;
};
