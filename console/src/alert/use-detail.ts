import { useEffect, useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import type { Text } from '../../../src/model/text.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { askUntil } from '../server/ask-until.ts';
import { type AlertDetail, readAlert } from '../server/gateway.ts';

/** An alert with its timeline; `stored` false while no disk holds it. */
export type Details = {
  readonly alert: Alert;
  readonly timeline: readonly TimelineEntry[];
  readonly stored: boolean;
  /** Why it is there and in its state; null while that is not known of this version. */
  readonly explanation: Text | null;
};

/** The alert as it is now, read again with every change of it on the feed, and until it could be read. */
export const useDetail = (id: string): Details | 'loading' | 'missing' => {
  const { touched, alerts, uncommitted } = useFeedState();
  const seq = touched.get(id) ?? 0;
  const [found, setFound] = useState<{ readonly by: number; readonly what: AlertDetail | 'missing' } | null>(
    null,
  );
  // Another change is another thing to read.
  useEffect(
    () =>
      askUntil(
        () => readAlert(id),
        (answer) => {
          if (answer.ok) setFound({ by: seq, what: answer.value });
          else if (answer.code === 'not-found') setFound({ by: seq, what: 'missing' });
          else return false;
          return true;
        },
      ),
    [id, seq],
  );
  const read = found === null ? 'loading' : found.what;
  const known = alerts.get(id);
  const unstored = uncommitted.get(id);
  const timeline = typeof read === 'string' ? [] : read.timeline;
  if (unstored) return { alert: unstored, timeline, stored: false, explanation: null };
  if (typeof read === 'string')
    return known ? { alert: known, timeline, stored: true, explanation: null } : read;
  const { timeline: _read, explanation, ...alert } = read;
  const why = explanation ?? null;
  if (known && known.version > alert.version)
    return { alert: known, timeline, stored: true, explanation: null };
  // Not every change makes another version: help that was told, or a further press.
  const told = known?.version === alert.version && found !== null && found.by < seq;
  return { alert: told ? known : alert, timeline, stored: true, explanation: why };
};
