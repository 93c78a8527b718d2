import { useEffect, useRef } from 'react';
import { useFeed } from '../feed/live-feed.ts';
import { isOnScreen, onScreenChange } from '../feed/on-screen.ts';
import { receiptsDue } from '../feed/receipts.ts';

const half = 0.5;

// One set for the page: the panel may draw the same showing again, but it is told once.
const sent = new Set<string>();

/** Watches whether the alert's element is really on the screen (laid out, the better half of it within what is scrolled into view) and tells the gateway so while the page can be in front of somebody: one that is hidden or asleep shows nothing to anybody. Put the ref on the element. */
export const useShown = (id: string) => {
  const feed = useFeed();
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const drawn = element.current;
    if (drawn === null) return;
    let within = false;
    const look = (): void => {
      const state = feed.state();
      const alert = state.uncommitted.get(id) ?? state.alerts.get(id);
      if (alert === undefined) return;
      const visible = within && isOnScreen();
      for (const due of receiptsDue(new Map([[id, alert]]), state.announced, new Set([id]), sent, visible)) {
        if (feed.send({ type: 'shown', alert: due.alert, version: due.version })) sent.add(due.showing);
      }
    };
    const observer = new IntersectionObserver(
      (entries) => {
        // A row of which only the rim can be seen is not shown.
        within = (entries.at(-1)?.intersectionRatio ?? 0) >= half;
        look();
      },
      { threshold: half },
    );
    observer.observe(drawn);
    const stay = onScreenChange(look);
    const leave = feed.onChange(look);
    return () => {
      observer.disconnect();
      stay();
      leave();
    };
  }, [feed, id]);
  return element;
};
