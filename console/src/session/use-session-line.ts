import { useEffect, useRef } from 'react';
import { useFeed, useLine } from '../feed/live-feed.ts';
import { useSession } from './session.ts';

/** Ties the line to the session: after a login it is dialled at once, and a line that opens shows that there is a session, whichever page began it. */
export const useSessionLine = (): void => {
  const feed = useFeed();
  const { openSince } = useLine();
  const { ended, entered } = useSession();
  const before = useRef(ended);
  useEffect(() => {
    if (before.current && !ended) feed.dialNow();
    before.current = ended;
  }, [feed, ended]);
  useEffect(() => {
    if (openSince !== null) entered();
  }, [openSince, entered]);
};
