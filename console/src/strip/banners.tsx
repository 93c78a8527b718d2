import { useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { ageText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { countCalling, floodHere } from '../feed/feed-state.ts';
import type { FeedHealth } from '../feed/health.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { useSession } from '../session/session.ts';
import type { Sound } from '../sound/use-sound.ts';
import { useSpeech } from '../words/words.tsx';

/** What the operator must know before trusting the page. At the foot of the page, so that no row of the board moves when it comes or goes, and below everything else, so that it covers nothing. */
export const Banners = (props: {
  readonly health: FeedHealth;
  readonly sound: Sound;
  /** Something still rings untaken. */
  readonly ringing: boolean;
  /** Everything that is open here. */
  readonly alerts: readonly Alert[];
}) => {
  const { health, sound } = props;
  const { words } = useSpeech();
  const line = useLine();
  // Without a session there is no line: the login says so, and nothing is wrong with the gateway.
  const { ended } = useSession();
  const state = useFeedState();
  const { outdated, unreadable } = state;
  const flood = floodHere(state);
  // Of the one flood that was waved away; the next one is told again.
  const [waved, setWaved] = useState<number | null>(null);
  const age = useClock(() => ageText(Date.now() - line.heardAt, words.age));
  return (
    <div className="banners">
      {flood !== null && flood.since !== waved && (
        <p className="banner notice" data-banner="flood">
          <span role="status">
            {words.banner.flood}
            {props.ringing ? words.banner.floodFirst : words.banner.floodTaken}
          </span>
          {/* Not read out: it changes with every alert. */}
          <span data-open>{words.banner.floodOpen(countCalling(props.alerts))}</span>
          <button type="button" onClick={() => setWaved(flood.since)}>
            {words.banner.dismiss}
          </button>
        </p>
      )}
      {(outdated || unreadable > 0) && (
        <p className="banner notice">
          {outdated ? words.banner.outdated : words.banner.unreadable}
          <button type="button" onClick={() => window.location.reload()}>
            {words.banner.reload}
          </button>
        </p>
      )}
      {sound.audio === 'suspended' && (
        <button
          type="button"
          className="banner unlock"
          // It goes away under the hand, and the keyboard would be nowhere: that stays where it was.
          onMouseDown={(event) => event.preventDefault()}
          onClick={sound.unlock}
          data-banner="unlock"
        >
          {words.banner.unlock}
          <small>{words.banner.unlockHint}</small>
        </button>
      )}
      {health === 'stale' && !ended && (
        <p className="banner stale" role="alert" data-banner="stale">
          {line.open ? words.banner.stale(age) : words.banner.closed(age)}
        </p>
      )}
      {health === 'blind' && !ended && (
        <p className="banner blind" role="alert" data-banner="blind">
          {words.banner.blind(age)}
        </p>
      )}
    </div>
  );
};
