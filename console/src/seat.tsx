import { type ComponentType, useCallback, useEffect, useMemo, useState } from 'react';
import { isEmergency } from '../../src/model/alert.ts';
import { type Address, type DeskAddress, type DeskPage as DeskPageName, deskPages } from './address.ts';
import { Detail } from './alert/detail.tsx';
import { Panel } from './alert/panel.tsx';
import { Board } from './board/board.tsx';
import { byUrgencyWith, isRinging, isWaiting } from './board/order.ts';
import { CallDeskProvider, startCallDesk, useCallDesk } from './call/call-desk.ts';
import { CallDock } from './call/call-dock.tsx';
import type { Legs } from './call/leg.ts';
import { voicesWaiting } from './call/waiting.ts';
import type { DeskPageProps } from './desk/desk-page.ts';
import { DeviceList } from './devices/device-list.tsx';
import { useClock } from './feed/clock.ts';
import { openAlerts } from './feed/feed-state.ts';
import { feedHealth } from './feed/health.ts';
import { FeedProvider, type LiveFeed, startFeed, useFeedState, useLine } from './feed/live-feed.ts';
import { useSeatReport } from './feed/use-seat-report.ts';
import { askSession, logOut, perform } from './server/gateway.ts';
import { useSessionLine } from './session/use-session-line.ts';
import { useSound } from './sound/use-sound.ts';
import { Banners } from './strip/banners.tsx';
import { LatePage } from './strip/late-page.tsx';
import { LeaveSheet, StillHere } from './strip/leave-sheet.tsx';
import { maySeePage } from './strip/page-rights.ts';
import type { Page } from './strip/pages.ts';
import { Sheet } from './strip/sheet.tsx';
import { SoundTestProvider, useNewSoundTest } from './strip/sound-test.tsx';
import { Strip } from './strip/strip.tsx';
import { type Keys, useKeys } from './strip/use-keys.ts';
import { useNotices } from './strip/use-notices.ts';
import { goTo, useAddress } from './use-address.ts';
import { refusalText } from './words/refusal.ts';
import { useSpeech } from './words/words.tsx';

const useTitle = (waiting: number, ringing: number): void => {
  const { words } = useSpeech();
  useEffect(() => {
    const count = waiting > 0 ? `(${waiting}) ` : '';
    document.title = `${ringing > 0 ? `‼ ${words.priority.critical} ` : ''}${count}${words.product} · ${words.room}`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
    if (icon) icon.href = ringing > 0 ? '/ringing.svg' : '/calm.svg';
  }, [waiting, ringing, words]);
};

const loadDevicePage = () => import('./devices/device-page.tsx');
const loadDevicesSheet = () => import('./call/devices-sheet.tsx');
const loadPlacesPage = () => import('./places/places-page.tsx');

const isDeskAddress = (address: Address): address is DeskAddress =>
  deskPages.some((page) => page === address.page);

/** The page of the strip to which an address belongs. */
const pageOf = ({ page }: Address): Page => (page === 'device' ? 'devices' : page);

const isDeskPage = (page: Page): page is DeskPageName => deskPages.some((known) => known === page);

const openPage = (page: Page): void => {
  if (isDeskPage(page)) goTo({ page, rest: null, query: '' });
  else goTo(page === 'places' ? { page, place: null } : { page });
};

/** Every page of the desk is fetched when somebody first goes there. */
const loadDeskPage: Readonly<
  Record<DeskPageName, () => Promise<{ readonly DeskPage: ComponentType<DeskPageProps> }>>
> = {
  alerts: () => import('./alerts/alerts-page.tsx'),
  shift: () => import('./shift/shift-page.tsx'),
  figures: () => import('./figures/figures-page.tsx'),
  rules: () => import('./rules/rules-page.tsx'),
  quarantine: () => import('./quarantine/quarantine-page.tsx'),
  people: () => import('./people/people-page.tsx'),
};

const openKey = 'zhishou.open-alert';

/** The alert whose detail was open in this tab before a reload; null = none. */
const openBefore = (): string | null => sessionStorage.getItem(openKey);

const keepOpen = (alert: string | null): void => {
  if (alert === null) sessionStorage.removeItem(openKey);
  else sessionStorage.setItem(openKey, alert);
};

const Desk = ({ left }: { readonly left: () => void }) => {
  const state = useFeedState();
  const line = useLine();
  useSessionLine();
  const health = useClock(() => feedHealth(line, Date.now()));
  const calls = useCallDesk();
  const sound = useSound(health);
  useSeatReport(sound.audio, sound.silencedMs > 0);
  const soundTest = useNewSoundTest(sound.test);
  const address = useAddress();
  const [restored, setRestored] = useState(openBefore);
  const [opened, setOpened] = useState(restored);
  useEffect(() => {
    if (opened !== restored) setRestored(null);
    keepOpen(opened);
  }, [opened, restored]);
  const [sheet, setSheet] = useState(false);
  const [leaving, setLeaving] = useState(false);
  // Why somebody who wanted to go could not.
  const [kept, setKept] = useState<string | null>(null);
  const { words } = useSpeech();
  const [devices, setDevices] = useState(false);
  const { alerts: stored, uncommitted } = state;
  const alerts = useMemo(() => openAlerts({ alerts: stored, uncommitted }), [stored, uncommitted]);
  const order = useMemo(() => byUrgencyWith(voicesWaiting(state.calls)), [state.calls]);
  const ringing = useMemo(
    () =>
      [...alerts.values()].filter(({ alert }) => isRinging(alert)).sort((a, b) => order(a.alert, b.alert)),
    [alerts, order],
  );
  const open = useMemo(() => [...alerts.values()].map(({ alert }) => alert), [alerts]);
  const waiting = useMemo(() => open.filter(isWaiting).length, [open]);
  const me = state.user?.id;
  const held = useMemo(
    () =>
      open.filter((alert) => isEmergency(alert) && alert.claimedBy !== undefined && alert.claimedBy === me),
    [open, me],
  );
  useTitle(waiting, ringing.length);
  // Nothing that can wait lies over what cannot.
  useEffect(() => {
    if (ringing.length === 0) return;
    setSheet(false);
    setLeaving(false);
    setKept(null);
    setDevices(false);
  }, [ringing.length]);
  useNotices(ringing, setOpened);

  /** The gateway says whether somebody may go. */
  const leave = (): void =>
    void logOut().then((answer) => {
      setKept(null);
      if (answer.ok || answer.code === 'not-signed-in') {
        // Whoever sits down here next begins at the board.
        keepOpen(null);
        left();
      } else if (answer.code === 'still-holding') setLeaving(true);
      else {
        setLeaving(false);
        setKept(refusalText(words, answer));
      }
    });

  const close = useCallback(() => setOpened(null), []);
  const keys: Keys = {
    escape: () => {
      if (sheet || leaving || kept !== null || devices) {
        setDevices(false);
        setSheet(false);
        setLeaving(false);
        setKept(null);
      } else if (opened !== null) setOpened(null);
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    help: () => setSheet((now) => !now),
    page: (page) => {
      if (maySeePage(state.user, page)) openPage(page);
    },
    silence: sound.toggleSilence,
    test: soundTest.play,
    mute: () => calls.mute(!calls.state().muted),
    open: setOpened,
  };
  useKeys(keys);

  return (
    <SoundTestProvider value={soundTest}>
      <div className="seat">
        <Strip
          page={pageOf(address)}
          open={openPage}
          health={health}
          waiting={waiting}
          ringing={ringing.length > 0}
          sound={sound}
          leave={leave}
          showSheet={() => setSheet(true)}
          showDevices={() => setDevices(true)}
        />
        <CallDock openAlert={setOpened} />
        <div className={opened === null ? 'desk' : 'desk with-detail'}>
          <Panel ringing={ringing} open={setOpened} />
          {address.page === 'watch' && (
            <Board
              alerts={alerts}
              me={state.user?.id ?? null}
              names={state.names}
              sure={state.complete && health === 'live'}
              opened={opened}
              open={setOpened}
            />
          )}
          {address.page === 'devices' && <DeviceList />}
          {address.page === 'device' && (
            <LatePage
              load={loadDevicePage}
              draw={({ DevicePage }) => (
                <DevicePage key={address.id} id={address.id} span={address.span} openAlert={setOpened} />
              )}
            />
          )}
          {address.page === 'places' && (
            <LatePage load={loadPlacesPage} draw={({ PlacesPage }) => <PlacesPage place={address.place} />} />
          )}
          {isDeskAddress(address) && (
            <LatePage
              key={address.page}
              load={loadDeskPage[address.page]}
              draw={({ DeskPage }) => (
                <DeskPage rest={address.rest} query={address.query} openAlert={setOpened} />
              )}
            />
          )}
          {opened !== null && (
            <Detail key={opened} id={opened} close={close} open={setOpened} restored={opened === restored} />
          )}
        </div>
        <Banners health={health} sound={sound} ringing={ringing.length > 0} alerts={open} />
        {devices && (
          <LatePage
            load={loadDevicesSheet}
            draw={({ DevicesSheet }) => <DevicesSheet close={() => setDevices(false)} />}
          />
        )}
        {sheet && <Sheet close={() => setSheet(false)} />}
        {kept !== null && <StillHere why={kept} stay={() => setKept(null)} again={leave} />}
        {leaving && held.length > 0 && (
          <LeaveSheet
            held={held}
            stay={() => setLeaving(false)}
            handOver={() => {
              setLeaving(false);
              openPage('shift');
            }}
            giveBack={() => void Promise.all(held.map(({ id }) => perform(id, 'release', {}))).then(leave)}
          />
        )}
      </div>
    </SoundTestProvider>
  );
};

/** One seat of the duty room: the live feed and everything drawn from it. */
export const Seat = ({ left }: { readonly left: () => void }) => {
  const [lines, setLines] = useState<{ readonly feed: LiveFeed; readonly calls: Legs } | null>(null);
  useEffect(() => {
    const feed = startFeed(() => void askSession());
    const calls = startCallDesk(feed);
    setLines({ feed, calls });
    return () => {
      calls.stop();
      feed.stop();
    };
  }, []);
  if (lines === null) return null;
  return (
    <FeedProvider value={lines.feed}>
      <CallDeskProvider value={lines.calls}>
        <Desk left={left} />
      </CallDeskProvider>
    </FeedProvider>
  );
};
