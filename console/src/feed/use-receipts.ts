import { useEffect, useRef, useState } from 'react';
import { useFeed, useFeedState } from './live-feed.ts';
import { receiptsDue } from './receipts.ts';

/** Tells the gateway which emergencies are drawn (ids) on this page while it is visible: a hidden page shows nothing to anybody. */
export const useReceipts = (drawn: ReadonlySet<string>): void => {
  const feed = useFeed();
  const { alerts, announced } = useFeedState();
  const sent = useRef(new Set<string>());
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  useEffect(() => {
    for (const { showing, alert, version } of receiptsDue(alerts, announced, drawn, sent.current, visible)) {
      if (feed.send({ type: 'shown', alert, version })) sent.current.add(showing);
    }
  }, [feed, alerts, announced, drawn, visible]);
};
