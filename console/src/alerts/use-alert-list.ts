import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { z } from 'zod';
import { Alert } from '../../../src/model/alert.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { readAlert } from '../server/gateway.ts';
import { type Answer, request } from '../server/request.ts';
import { type AlertFilter, askFor, fits } from './alert-filter.ts';

const Page = z.object({ alerts: z.array(Alert), next: z.string().optional() });
const pageSize = 100;
const lookedAfterAtOnce = 20;

type Refused = Exclude<Answer<unknown>, { readonly ok: true }>;

/** The list as it was read, its rows kept fresh by the feed. Rows never move: what is new is counted, and comes in when the list is read `again`. */
export type AlertList = {
  readonly alerts: readonly Alert[];
  readonly state: 'reading' | 'ready' | 'failed';
  readonly refused: Refused | null;
  readonly more: boolean;
  /** How many alerts were raised since it was read that would be in it. */
  readonly fresh: number;
  readonly readMore: () => void;
  readonly again: () => void;
};

type Known = {
  readonly filter: AlertFilter;
  readonly alerts: readonly Alert[];
  readonly next: string | null;
};

/** Reads the alerts that fit, a page at a time. `filter` must be the same from draw to draw. */
export const useAlertList = (filter: AlertFilter): AlertList => {
  const { alerts: open, complete } = useFeedState();
  const [known, setKnown] = useState<Known | null>(null);
  const [reading, setReading] = useState(true);
  const [refused, setRefused] = useState<Refused | null>(null);
  const turn = useRef(0);

  const read = useCallback(
    async (before: Known | null): Promise<void> => {
      turn.current += 1;
      const mine = turn.current;
      setReading(true);
      const query = askFor(filter);
      query.set('limit', String(pageSize));
      if (before?.next != null) query.set('after', before.next);
      const answer = await request(Page, `/alerts?${query}`);
      if (mine !== turn.current) return;
      setReading(false);
      setRefused(answer.ok ? null : answer);
      if (!answer.ok) return;
      setKnown({
        filter,
        alerts: [...(before?.alerts ?? []), ...answer.value.alerts],
        next: answer.value.next ?? null,
      });
    },
    [filter],
  );
  useEffect(() => {
    void read(null);
    return () => {
      turn.current += 1;
    };
  }, [read]);

  const shown = known?.filter === filter ? known : null;
  // The feed tells of what is open; what has left it was closed.
  const gone = useMemo(
    () =>
      complete ? (shown?.alerts ?? []).filter(({ id, state }) => state !== 'closed' && !open.has(id)) : [],
    [shown, open, complete],
  );
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const due = gone.filter(({ id }) => !asked.current.has(id)).slice(0, lookedAfterAtOnce);
    for (const { id } of due) {
      asked.current.add(id);
      void readAlert(id).then((answer) => {
        asked.current.delete(id);
        if (!answer.ok || answer.value.state !== 'closed') return;
        setKnown((now) =>
          now === null
            ? now
            : { ...now, alerts: now.alerts.map((alert) => (alert.id === id ? answer.value : alert)) },
        );
      });
    }
  }, [gone]);

  const alerts = useMemo(
    () => (shown?.alerts ?? []).map((alert) => open.get(alert.id) ?? alert),
    [shown, open],
  );
  const fresh = useMemo(() => {
    if (shown === null) return 0;
    const newest = shown.alerts[0]?.id ?? '';
    const listed = new Set(shown.alerts.map(({ id }) => id));
    return [...open.values()].filter(
      (alert) => alert.id > newest && !listed.has(alert.id) && fits(alert, filter, clock.now()),
    ).length;
  }, [shown, open, filter]);
  return {
    alerts,
    state: shown !== null ? 'ready' : reading ? 'reading' : 'failed',
    refused,
    more: shown?.next != null,
    fresh,
    readMore: () => void read(shown),
    again: () => void read(null),
  };
};
