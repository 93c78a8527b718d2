import { useEffect, useState } from 'react';
import { changeDraft, type Draft, readDraft } from './drafts.ts';

/** Changes a draft; what depends on what stands there by then is asked then. */
export type PutDraft = (change: Partial<Draft> | ((now: Draft) => Partial<Draft>)) => void;

const listeners = new Set<(alert: string, draft: Draft) => void>();

/** The draft of an alert, and the way to change it, also after whoever began the change was left: what is drawn anew meanwhile hears of it. */
export const useDraft = (alert: string): readonly [Draft, PutDraft] => {
  const [draft, setDraft] = useState(() => readDraft(sessionStorage, alert));
  useEffect(() => {
    const heed = (changed: string, next: Draft): void => {
      if (changed === alert) setDraft(next);
    };
    listeners.add(heed);
    return () => {
      listeners.delete(heed);
    };
  }, [alert]);
  const put: PutDraft = (change) => {
    const next = changeDraft(
      sessionStorage,
      alert,
      typeof change === 'function' ? change(readDraft(sessionStorage, alert)) : change,
    );
    for (const heed of listeners) heed(alert, next);
  };
  return [draft, put];
};
