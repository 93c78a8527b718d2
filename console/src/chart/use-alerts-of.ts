import { useEffect, useMemo, useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { readAlertsOf } from '../server/gateway.ts';
import { edgesOf, type Span } from './span.ts';

/** The alerts of a device: those raised in the span as the gateway answers them, and those open now as the feed has them. `complete` is false where the gateway did not answer. */
export const useAlertsOf = (
  device: string,
  { lengthMs, to }: Span,
): { readonly alerts: readonly Alert[]; readonly complete: boolean } => {
  const { alerts: known } = useFeedState();
  const { openSince } = useLine();
  const [stored, setStored] = useState<readonly Alert[]>([]);
  const [complete, setComplete] = useState(true);
  const open = useMemo(
    () => [...known.values()].filter((alert) => alert.devices.includes(device)),
    [known, device],
  );
  // One that is closed is open no more, and only the gateway knows how it ended.
  const standing = open.map(({ id }) => id).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: other open alerts, or another line, are another question.
  useEffect(() => {
    let left = false;
    void readAlertsOf(device, edgesOf({ lengthMs, to }, clock.now())).then((answer) => {
      if (left) return;
      if (answer.ok) setStored(answer.value);
      setComplete(answer.ok);
    });
    return () => {
      left = true;
    };
  }, [device, lengthMs, to, standing, openSince]);
  const alerts = useMemo(
    () => [...new Map([...stored, ...open].map((alert) => [alert.id, alert])).values()],
    [stored, open],
  );
  return { alerts, complete };
};
