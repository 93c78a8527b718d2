import { useEffect, useState } from 'react';
import { ageText, spanText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import type { Sound } from '../sound/use-sound.ts';
import { useSpeech, wordFor } from '../words/words.tsx';

/** The pages of the console. */
export const pages = ['watch', 'devices'] as const;
export type Page = (typeof pages)[number];

const themes = ['system', 'light', 'dark'] as const;
const storageKey = 'zhishou.theme';

const useTheme = (): readonly [(typeof themes)[number], () => void] => {
  const [theme, setTheme] = useState(
    () => themes.find((known) => known === localStorage.getItem(storageKey)) ?? 'system',
  );
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(storageKey, theme);
  }, [theme]);
  return [theme, () => setTheme((now) => themes[(themes.indexOf(now) + 1) % themes.length] ?? 'system')];
};

/** The strip at the top, always there: how far the page can be trusted, who sits here, and whether it can be heard. */
export const Strip = (props: {
  readonly page: Page;
  readonly open: (page: Page) => void;
  readonly sound: Sound;
  readonly leave: () => void;
  readonly showSheet: () => void;
}) => {
  const { words, language, switchLanguage } = useSpeech();
  const { user } = useFeedState();
  const line = useLine();
  const [theme, nextTheme] = useTheme();
  const { sound } = props;
  const age = useClock(() => ageText(Date.now() - line.heardAt));
  const since =
    line.openSince === null
      ? ''
      : new Date(line.openSince).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB', {
          hour: '2-digit',
          minute: '2-digit',
        });
  const audio = {
    running: words.strip.soundOn,
    suspended: words.strip.soundLocked,
    missing: words.strip.soundMissing,
  }[sound.audio];
  return (
    <header className="strip">
      <strong className="brand">{words.product}</strong>
      <nav>
        {(['watch', 'devices'] as const).map((page) => (
          <button
            key={page}
            type="button"
            aria-current={props.page === page ? 'page' : undefined}
            onClick={() => props.open(page)}
          >
            {words.strip[page]}
          </button>
        ))}
      </nav>
      <span className={`line ${line.open ? 'good' : 'bad'}`} data-line={line.open ? 'open' : 'closed'}>
        <i aria-hidden="true">{line.open ? '●' : '▲'}</i>{' '}
        {line.open
          ? words.strip.connected(since)
          : line.attempts === 0
            ? words.strip.connecting
            : words.strip.lost}
      </span>
      <span className="quiet">{words.strip.newest(age)}</span>
      <span className="spring" />
      <span className={sound.audio === 'running' ? 'good' : 'bad'}>
        <i aria-hidden="true">{sound.audio === 'running' ? '♪' : '✕'}</i> {audio}
      </span>
      <button type="button" onClick={sound.test}>
        {words.strip.testSound}
      </button>
      <button
        type="button"
        onClick={sound.toggleSilence}
        aria-pressed={sound.silencedMs > 0}
        disabled={sound.sounding === '' && sound.silencedMs === 0}
      >
        {sound.silencedMs > 0 ? words.strip.silenced(spanText(sound.silencedMs)) : words.strip.silence}
      </button>
      <button type="button" onClick={nextTheme}>
        {words.strip.theme[theme]}
      </button>
      <button type="button" onClick={switchLanguage}>
        {words.strip.otherLanguage}
      </button>
      <button type="button" onClick={props.showSheet}>
        {words.strip.sheet}
      </button>
      {user && <span>{words.strip.user(user.name, wordFor(words.role, user.role))}</span>}
      <button type="button" onClick={props.leave}>
        {words.strip.logOut}
      </button>
    </header>
  );
};
