import { useEffect } from 'react';
import { useFeed, useLine } from '../feed/live-feed.ts';

/** The gateway takes no more names in one wish. */
export const watchedAtMost = 1_000;

/** Asks the feed for the newest values of these devices for as long as they are drawn. */
export const useWatch = (devices: readonly string[]): void => {
  const feed = useFeed();
  const { openSince } = useLine();
  const watched = devices.slice(0, watchedAtMost).join(' ');
  // A new line does not know what was wished on the old one.
  useEffect(() => {
    if (openSince === null) return;
    feed.send({ type: 'watch', devices: watched === '' ? [] : watched.split(' ') });
    return () => {
      feed.send({ type: 'watch', devices: [] });
    };
  }, [feed, watched, openSince]);
};
