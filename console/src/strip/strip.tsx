import { useEffect, useState } from 'react';
import { ageText, spanText } from '../board/deadline.ts';
import { useMicrophoneFault } from '../call/known-microphone.ts';
import { useClock } from '../feed/clock.ts';
import type { FeedHealth } from '../feed/health.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { chooseTheme, chosenTheme, type Theme, themes } from '../look/theme.ts';
import { useSession } from '../session/session.ts';
import type { Sound } from '../sound/use-sound.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { MorePages } from './more-pages.tsx';
import { maySeePage } from './page-rights.ts';
import { morePages, type Page, stripPages } from './pages.ts';
import { RoomState } from './room-state.tsx';
import { SoundTestButtons } from './sound-test.tsx';
import './strip.css';

const useTheme = (): readonly [Theme, () => void] => {
  const [theme, setTheme] = useState(chosenTheme);
  useEffect(() => chooseTheme(theme), [theme]);
  return [theme, () => setTheme((now) => themes[(themes.indexOf(now) + 1) % themes.length] ?? 'system')];
};

const LineState = ({ health }: { readonly health: FeedHealth }) => {
  const { words } = useSpeech();
  const times = useTimes();
  const line = useLine();
  const age = useClock(() => ageText(Date.now() - line.heardAt, words.age));
  const { open, openSince } = line;
  const { ended } = useSession();
  const since = openSince === null ? '' : times.minute(openSince);
  const said = open
    ? words.strip.connected(since)
    : line.attempts === 0
      ? words.strip.connecting
      : words.strip.lost;
  if (ended)
    return (
      <span className="lamp bad" data-line="closed" data-health={health}>
        <i aria-hidden="true">▲</i> {words.login.expiredTitle}
      </span>
    );
  return (
    <span
      className={`lamp ${health === 'live' ? 'good' : 'bad'}`}
      data-line={open ? 'open' : 'closed'}
      data-health={health}
    >
      <i aria-hidden="true">{health === 'live' ? '●' : '▲'}</i>{' '}
      <span className={health === 'live' ? 'roomy' : undefined}>{said}</span>
      <span className={health === 'live' ? 'roomy' : 'quiet'}> · </span>
      <span className="quiet">{words.strip.newest(age)}</span>
    </span>
  );
};

/** How the sound of this page is drawn, each with a sign of its own. */
const soundSigns = {
  starting: { look: '', drawn: '…' },
  running: { look: 'good', drawn: '♪' },
  suspended: { look: 'bad', drawn: '✕' },
  missing: { look: 'bad', drawn: '✕' },
} as const;

/** The strip at the top, always there: how far the page can be trusted, whether it can be heard, and who sits here. */
export const Strip = (props: {
  readonly page: Page;
  readonly open: (page: Page) => void;
  readonly health: FeedHealth;
  readonly waiting: number;
  /** Something rings: nothing may lie over it. */
  readonly ringing: boolean;
  readonly sound: Sound;
  readonly leave: () => void;
  readonly showSheet: () => void;
  /** Microphone, earpiece and notices. */
  readonly showDevices: () => void;
}) => {
  const { words, switchLanguage } = useSpeech();
  const { user } = useFeedState();
  const { ended } = useSession();
  const [theme, nextTheme] = useTheme();
  const microphoneFault = useMicrophoneFault();
  const { noMicrophone, devices } = words.call;
  const { sound } = props;
  const audio = {
    starting: words.strip.soundStarting,
    running: words.strip.soundOn,
    suspended: words.strip.soundLocked,
    missing: words.strip.soundMissing,
  }[sound.audio];
  const sign = soundSigns[sound.audio];
  const heard = sound.audio === 'running' && sound.elsewhere ? words.strip.soundElsewhere : audio;
  return (
    <header className={`strip ${props.health}`}>
      <strong className="brand">{words.product}</strong>
      <nav>
        {stripPages.map((page) => (
          <button
            key={page}
            type="button"
            aria-current={props.page === page ? 'page' : undefined}
            onClick={() => props.open(page)}
          >
            {words.strip[page]}
            {page === 'watch' && props.waiting > 0 && <b className="tally">{props.waiting}</b>}
          </button>
        ))}
        <MorePages
          pages={morePages.filter((page) => maySeePage(user, page))}
          page={props.page}
          open={props.open}
          shut={props.ringing}
        />
      </nav>
      <LineState health={props.health} />
      <span className="spring" />
      {!ended && (
        <RoomState
          health={props.health}
          heardElsewhere={sound.heardElsewhere}
          open={() => props.open('shift')}
        />
      )}
      <span className={`lamp ${sign.look}`} data-sound={sound.audio} title={heard}>
        <i aria-hidden="true">{sign.drawn}</i>{' '}
        <span className={sound.audio === 'running' ? 'wordy' : undefined}>{heard}</span>
      </span>
      <SoundTestButtons />
      <button
        type="button"
        data-call-devices
        className={microphoneFault === null ? undefined : 'lacks'}
        title={microphoneFault === null ? undefined : noMicrophone.full}
        onClick={props.showDevices}
      >
        {microphoneFault === null ? (
          devices.open
        ) : (
          <>
            <i aria-hidden="true">✕</i> {noMicrophone.short}
          </>
        )}
      </button>
      <button
        type="button"
        data-silence
        onClick={sound.toggleSilence}
        aria-pressed={sound.silencedMs > 0}
        disabled={(!sound.ringing || !sound.heardElsewhere) && sound.silencedMs === 0}
        title={sound.ringing && !sound.heardElsewhere ? words.roomState.mayNotSilence : undefined}
      >
        {sound.silencedMs > 0 ? words.strip.silenced(spanText(sound.silencedMs)) : words.strip.silence}
      </button>
      <button type="button" onClick={nextTheme} data-theme-switch title={words.strip.look}>
        <i aria-hidden="true">◐</i> <span className="roomy">{words.strip.theme[theme]}</span>
      </button>
      <button type="button" onClick={switchLanguage} data-language-switch>
        {words.strip.otherLanguage}
      </button>
      <button
        type="button"
        onClick={props.showSheet}
        aria-label={words.sheet.title}
        title={words.sheet.title}
      >
        ?
      </button>
      {user && (
        <span className="seat-user" title={`${user.name} · ${wordFor(words.role, user.role)}`}>
          {user.name}
        </span>
      )}
      <button type="button" onClick={props.leave} data-leave>
        {words.strip.logOut}
      </button>
    </header>
  );
};
