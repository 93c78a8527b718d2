import { useState } from 'react';
import type { Outcome } from './outcomes.ts';
import type { ReachDraft } from './reach.ts';

/** What an operator has begun to write about an alert and not sent yet. */
export type Draft = ReachDraft & {
  readonly note: string;
  /** The three lines of a talk: what they say, how they are, what was agreed. */
  readonly says: string;
  readonly condition: string;
  readonly agreed: string;
  readonly person: string;
  readonly heir: string;
  readonly disposition: Outcome | null;
  readonly closeNote: string;
  /** Why it is to be set aside. */
  readonly shelfReason: string;
  readonly shelfOnce: boolean;
};

const blank: Draft = {
  note: '',
  says: '',
  condition: '',
  agreed: '',
  person: '',
  heir: '',
  disposition: null,
  closeNote: '',
  reached: null,
  seenBy: '',
  seenAt: '',
  shelfReason: '',
  shelfOnce: false,
};

// Outside the page's tree: what was typed outlives a look at another alert and a session that ends.
const drafts = new Map<string, Draft>();

/** The draft of an alert, and the way to change it. */
export const useDraft = (alert: string): readonly [Draft, (change: Partial<Draft>) => void] => {
  const [draft, setDraft] = useState(() => drafts.get(alert) ?? blank);
  return [
    draft,
    (change) => {
      const next = { ...(drafts.get(alert) ?? blank), ...change };
      drafts.set(alert, next);
      setDraft(next);
    },
  ];
};

/** Throws the draft away. */
export const forgetDraft = (alert: string): void => {
  drafts.delete(alert);
};
