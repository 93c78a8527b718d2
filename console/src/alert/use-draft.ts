import { useState } from 'react';
import { changeDraft, type Draft, readDraft } from './drafts.ts';

/** Changes a draft; what depends on what stands there by then is asked then. */
export type PutDraft = (change: Partial<Draft> | ((now: Draft) => Partial<Draft>)) => void;

/** The draft of an alert, and the way to change it. */
export const useDraft = (alert: string): readonly [Draft, PutDraft] => {
  const [draft, setDraft] = useState(() => readDraft(sessionStorage, alert));
  const put: PutDraft = (change) =>
    setDraft(
      changeDraft(
        sessionStorage,
        alert,
        typeof change === 'function' ? change(readDraft(sessionStorage, alert)) : change,
      ),
    );
  return [draft, put];
};
