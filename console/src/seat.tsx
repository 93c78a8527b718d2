import { useEffect, useMemo, useState } from 'react';
import { Detail } from './alert/detail.tsx';
import { Panel } from './alert/panel.tsx';
import { Board, ringingOf } from './board/board.tsx';
import { isWaiting } from './board/order.ts';
import { DeviceList } from './devices/device-list.tsx';
import { useClock } from './feed/clock.ts';
import { openAlerts } from './feed/feed-state.ts';
import { feedHealth } from './feed/health.ts';
import { FeedProvider, type LiveFeed, startFeed, useFeedState, useLine } from './feed/live-feed.ts';
import { useReceipts } from './feed/use-receipts.ts';
import { askSession, logOut } from './server/gateway.ts';
import { useSound } from './sound/use-sound.ts';
import { Banners } from './strip/banners.tsx';
import { Sheet } from './strip/sheet.tsx';
import { type Page, Strip } from './strip/strip.tsx';
import { useSpeech } from './words/words.tsx';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

const Desk = ({ leave }: { readonly leave: () => void }) => {
  const { words } = useSpeech();
  const state = useFeedState();
  const line = useLine();
  const health = useClock(() => feedHealth(line, Date.now()));
  const sound = useSound(health);
  const [page, setPage] = useState<Page>('watch');
  const [opened, setOpened] = useState<string | null>(null);
  const [sheet, setSheet] = useState(false);
  const alerts = useMemo(() => openAlerts(state), [state]);
  const ringing = useMemo(() => ringingOf(alerts), [alerts]);
  const drawn = useMemo(() => new Set(ringing.map(({ alert }) => alert.id)), [ringing]);
  useReceipts(drawn);

  const waiting = [...alerts.values()].filter(({ alert }) => isWaiting(alert)).length;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${words.product} · ${words.room}`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = ringing.length > 0 ? '/ringing.svg' : '/calm.svg';
  }, [waiting, ringing.length, words]);

  const { toggleSilence } = sound;
  useEffect(() => {
    const heed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') {
        setSheet(false);
        if (!isTyping(event.target)) setOpened(null);
        return;
      }
      if (isTyping(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === '?') setSheet(true);
      else if (event.key === '1') setPage('watch');
      else if (event.key === '2') setPage('devices');
      else if (event.key === 'm') toggleSilence();
    };
    window.addEventListener('keydown', heed);
    return () => window.removeEventListener('keydown', heed);
  }, [toggleSilence]);

  return (
    <div className="seat">
      <Strip page={page} open={setPage} sound={sound} leave={leave} showSheet={() => setSheet(true)} />
      <Banners health={health} sound={sound} />
      <Panel ringing={ringing} open={setOpened} />
      <div className={opened === null ? 'desk' : 'desk with-detail'}>
        {page === 'watch' ? (
          <Board alerts={alerts} me={state.user?.id ?? null} complete={state.complete} open={setOpened} />
        ) : (
          <DeviceList />
        )}
        {opened !== null && <Detail key={opened} id={opened} close={() => setOpened(null)} />}
      </div>
      {sheet && <Sheet close={() => setSheet(false)} />}
    </div>
  );
};

/** One seat of the duty room: the live feed and everything drawn from it. */
export const Seat = ({ left }: { readonly left: () => void }) => {
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    const started = startFeed(() => void askSession());
    setFeed(started);
    return () => started.stop();
  }, []);
  if (feed === null) return null;
  return (
    <FeedProvider value={feed}>
      <Desk leave={() => void logOut().then(left)} />
    </FeedProvider>
  );
};
