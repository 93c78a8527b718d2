import { useEffect } from 'react';
import type { SeatMessage } from '../../../src/model/seat.ts';
import { useFeed, useLine } from './live-feed.ts';
import { useOnScreen } from './on-screen.ts';

/** Tells the gateway, with every new line and whenever it changes, whether this page can be seen and heard, so that no other seat relies on one that cannot. Nothing is told before the browser has said whether it sounds. */
export const useSeatReport = (audio: SeatMessage['audio'] | 'starting', silenced: boolean): void => {
  const feed = useFeed();
  const { openSince } = useLine();
  const visible = useOnScreen();
  useEffect(() => {
    if (openSince !== null && audio !== 'starting') feed.send({ type: 'seat', visible, audio, silenced });
  }, [feed, openSince, visible, audio, silenced]);
};
