import { useEffect, useRef } from 'react';
import { useFeed } from '../feed/live-feed.ts';
import { isOnScreen, onScreenChange } from '../feed/on-screen.ts';
import { receiptsDue } from '../feed/receipts.ts';

const half = 0.5;

// One set for the page: the panel may draw the same showing again, but it is told once.
const sent = new Set<string>();

/** Watches whether the alert's element is really on the screen (laid out, the better half of it within what is scrolled into view) and tells the gateway so once the browser draws it: a page that is hidden, on a locked screen or asleep is not drawn, and shows nothing to anybody. Put the ref on the element. */
export const useShown = (id: string) => {
  const feed = useFeed();
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    const drawn = element.current;
    if (drawn === null) return;
    let within = false;
    let drawing = 0;
    const tell = (): void => {
      drawing = 0;
      const state = feed.state();
      const alert = state.uncommitted.get(id) ?? state.alerts.get(id);
      if (alert === undefined) return;
      const visible = within && isOnScreen();
      for (const due of receiptsDue(new Map([[id, alert]]), state.announced, new Set([id]), sent, visible)) {
        if (feed.send({ type: 'shown', alert: due.alert, version: due.version })) sent.add(due.showing);
      }
    };
    // Of a page that nobody can see no frame is drawn, whatever the browser says of it.
    const look = (): void => {
      if (drawing === 0) drawing = requestAnimationFrame(tell);
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
      cancelAnimationFrame(drawing);
      stay();
      leave();
    };
  }, [feed, id]);
  return element;
};
