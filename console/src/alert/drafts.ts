import { z } from 'zod';
import { dispositions } from '../../../src/model/alert.ts';
import type { TabStore } from '../feed/console-id.ts';

/** What an operator has begun to write about an alert and not sent yet. */
const Draft = z.object({
  note: z.string(),
  /** The three lines of a talk: what they say, how they are, what was agreed. */
  says: z.string(),
  condition: z.string(),
  agreed: z.string(),
  person: z.string(),
  heir: z.string(),
  disposition: z.enum(dispositions).exclude(['returned']).nullable(),
  closeNote: z.string(),
  reached: z.enum(['spoke', 'seen']).nullable(),
  seenBy: z.string(),
  seenAt: z.string(),
  /** Why it is to be set aside. */
  shelfReason: z.string(),
  shelfOnce: z.boolean(),
});
export type Draft = Readonly<z.infer<typeof Draft>>;

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

const keyOf = (alert: string): string => `zhishou.draft.${alert}`;

const fields = Object.keys(blank) as (keyof Draft)[];

/** What was typed of an alert, as the tab keeps it: a look at another alert, a session that ends and a reload lose nothing. Nothing typed, or what cannot be read, is a blank draft. */
export const readDraft = (store: TabStore, alert: string): Draft => {
  try {
    const kept = Draft.safeParse(JSON.parse(store.getItem(keyOf(alert)) ?? 'null'));
    return kept.success ? kept.data : blank;
  } catch {
    return blank;
  }
};

/** Changes the draft of an alert and keeps it in the tab, where nothing is left of a blank one; answers it. */
export const changeDraft = (store: TabStore, alert: string, change: Partial<Draft>): Draft => {
  const next = { ...readDraft(store, alert), ...change };
  if (fields.every((field) => next[field] === blank[field])) store.removeItem(keyOf(alert));
  else store.setItem(keyOf(alert), JSON.stringify(next));
  return next;
};

/** Throws the draft away. */
export const forgetDraft = (store: TabStore, alert: string): void => store.removeItem(keyOf(alert));
