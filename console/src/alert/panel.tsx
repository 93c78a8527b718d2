import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { keepOrder } from '../board/order.ts';
import { usePointer } from '../board/use-pointer.ts';
import { WaitingClock } from '../board/waiting-clock.tsx';
import { useCallOf } from '../call/call-desk.ts';
import { useCallNews } from '../call/call-line.tsx';
import { useMicrophoneFault } from '../call/known-microphone.ts';
import { rings } from '../call/waiting.ts';
import { useClock } from '../feed/clock.ts';
import type { Shown } from '../feed/feed-state.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { useDeviceNames } from './device-names.ts';
import { useHousehold } from './household-book.ts';
import { HouseholdCard } from './household-card.tsx';
import { Marks } from './marks.tsx';
import { TakeButton } from './take-button.tsx';
import { useShown } from './use-shown.ts';
import './panel.css';

/** How long a button that has just come, or moved, under the hand does nothing, in ms. */
const armAfterMs = 800;

/** How long what has just come is marked as new, in ms. */
const newForMs = 15_000;

/** How closely the calls stand: the first in full and the others in two lines; the others in one line; all in one line. */
const looks = ['roomy', 'tight', 'lines'] as const;

/** Whether the button has stood where it stands (`what`) for long enough to be meant. */
const useArmed = (what: string): boolean => {
  const [armedFor, setArmedFor] = useState<string | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setArmedFor(what), armAfterMs);
    return () => {
      clearTimeout(timer);
      setArmedFor(null);
    };
  }, [what]);
  return armedFor === what;
};

const isTyping = (): boolean => document.activeElement?.matches('input, textarea, select') === true;

/** Who lives there and what must be known before the first word, in a line. */
const Residents = ({ alert }: { readonly alert: Alert }) => {
  const { words } = useSpeech();
  const known = useHousehold(alert.place);
  if (known.is !== 'known') return null;
  const { residents, warnings } = known.card;
  return (
    <span className="residents">
      <span>{residents.map(({ name }) => name).join(' ')}</span>
      {warnings.map((warning) => (
        <b key={warning} className="flag">
          {words.warning[warning]}
        </b>
      ))}
    </span>
  );
};

/** One that rings: the first in full, the others in a line with a button of their own. */
const Call = (props: {
  readonly shown: Shown;
  readonly full: boolean;
  /** It is the one that Enter answers. */
  readonly marked: boolean;
  /** Where it stands on the screen; whenever that changes its button waits until it can be meant again. */
  readonly standing: string;
  readonly open: (id: string) => void;
}) => {
  const { words, text } = useSpeech();
  const { alert, stored } = props.shown;
  const news = useCallNews(alert.id);
  const voice = useCallOf(alert.id);
  const waits = voice !== null && rings(voice);
  const deviceName = useDeviceNames(alert.place === null);
  const element = useShown(alert.id);
  const armed = useArmed(props.standing);
  const fresh = useClock((now) => now - alert.lastAt < newForMs);
  return (
    <article
      ref={element}
      className={`call${props.full ? ' full' : ''}${fresh ? ' fresh' : ''}${waits ? ' waits' : ''}${props.marked ? ' marked' : ''}`}
      data-call={alert.id}
      data-first={props.full || undefined}
    >
      <div className="told">
        <p className="place">
          <span>{alert.place?.text ?? `${words.board.unknownPlace} · ${deviceName(alert.device)}`}</span>
          {!props.full && <Residents alert={alert} />}
        </p>
        <p className="what">
          {waits && <strong className="mark loud">☎ {words.call.onLine}</strong>}
          {fresh && <strong className="mark new">{words.panel.fresh}</strong>}
          <span>{text(alert.title)}</span>
          {alert.count > 1 && (
            <strong className="count">
              {alert.kind.endsWith('sos')
                ? words.panel.pressed(alert.count)
                : words.panel.raised(alert.count)}
            </strong>
          )}
          <Marks alert={alert} stored={stored} />
          {news !== null && (
            <strong className={news.urgent ? 'voice urgent' : 'voice'}>
              {!waits && <i aria-hidden="true">☎ </i>}
              {news.text}
            </strong>
          )}
        </p>
      </div>
      <WaitingClock alert={alert} rings />
      <div className="actions">
        <TakeButton id={alert.id} armed={armed} taken={() => props.open(alert.id)} />
        <button type="button" onClick={() => props.open(alert.id)}>
          {words.panel.details}
        </button>
      </div>
      {props.full && <HouseholdCard place={alert.place} />}
    </article>
  );
};

/** The size of what the panel lies over: `1366x722`. */
const useSizeAround = (panel: RefObject<HTMLElement | null>): string => {
  const [size, setSize] = useState('');
  useLayoutEffect(() => {
    const around = panel.current?.parentElement;
    if (!around) return;
    const look = (): void => setSize(`${around.clientWidth}x${around.clientHeight}`);
    const observer = new ResizeObserver(look);
    look();
    observer.observe(around);
    return () => observer.disconnect();
  }, [panel]);
  return size;
};

type Hidden = { readonly above: number; readonly below: number };

const noneHidden: Hidden = { above: 0, below: 0 };

/** How many calls have their buttons outside what is scrolled into view. */
const hiddenIn = (calls: HTMLElement): Hidden => {
  const view = calls.getBoundingClientRect();
  const buttons = [...calls.querySelectorAll('.actions')].map((one) => one.getBoundingClientRect());
  return {
    above: buttons.filter(({ top }) => top < view.top - 1).length,
    below: buttons.filter(({ bottom }) => bottom > view.bottom + 1).length,
  };
};

/** The roomiest look in which all calls fit on the screen (the closest, where none does), and how many are out of sight all the same. For one `what` the look only grows closer, and under a hand (`held`) it grows no roomier. */
const useFit = (
  calls: RefObject<HTMLElement | null>,
  what: string,
  held: boolean,
): { readonly look: number; readonly hidden: Hidden } => {
  const [fit, setFit] = useState({ what: '', look: 0 });
  const [hidden, setHidden] = useState(noneHidden);
  const last = useRef(0);
  const look = fit.what === what ? fit.look : held ? last.current : 0;
  const measure = (): void => {
    const box = calls.current;
    if (box === null) return;
    if (box.scrollHeight > box.clientHeight + 1 && look < looks.length - 1) setFit({ what, look: look + 1 });
    else if (fit.what !== what) setFit({ what, look });
    const now = hiddenIn(box);
    setHidden((before) => (before.above === now.above && before.below === now.below ? before : now));
  };
  const newest = useRef(measure);
  useLayoutEffect(() => {
    newest.current = measure;
    last.current = look;
    measure();
  });
  useEffect(() => {
    const box = calls.current;
    if (box === null) return;
    const heed = (): void => newest.current();
    const observer = new ResizeObserver(heed);
    observer.observe(box);
    if (box.firstElementChild) observer.observe(box.firstElementChild);
    box.addEventListener('scroll', heed, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener('scroll', heed);
    };
  }, [calls]);
  return { look, hidden };
};

const Ringing = (props: { readonly ringing: readonly Shown[]; readonly open: (id: string) => void }) => {
  const { words, text } = useSpeech();
  const { calls: known } = useFeedState();
  const fault = useMicrophoneFault();
  const [shrunk, setShrunk] = useState(false);
  const [pointed, setPointed] = useState(false);
  const [chosen, setChosen] = useState('');
  const drawn = useRef<readonly string[]>([]);
  const panel = useRef<HTMLElement>(null);
  const calls = useRef<HTMLDivElement>(null);
  const byId = new Map(props.ringing.map((shown) => [shown.alert.id, shown]));
  const somebodyWaits = [...known.values()].some(rings);
  const order = keepOrder(drawn.current, [...byId.keys()], pointed);
  useEffect(() => {
    drawn.current = order;
  });
  usePointer(panel, {
    over: () => setPointed(true),
    moved: () => setPointed(true),
    left: () => setPointed(false),
  });
  const size = useSizeAround(panel);
  const { look, hidden } = useFit(calls, `${order.length} ${shrunk} ${size}`, pointed);
  const news = props.ringing.map(({ alert }) => `${alert.id}/${alert.count}`).join(' ');
  const seen = useRef(new Set<string>());
  // What is new is shown in full again, whoever had shrunk what was there before.
  useEffect(() => {
    const now = news.split(' ');
    const fresh = now.filter((one) => !seen.current.has(one));
    seen.current = new Set(now);
    if (fresh.length === 0) return;
    setShrunk(false);
    // Whoever has chosen another call keeps it.
    if (!isTyping() && document.activeElement?.closest('.detail, [role=dialog], .call') == null) {
      panel.current?.querySelector<HTMLElement>('[data-take]')?.focus();
    }
  }, [news]);
  useEffect(() => {
    const heed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !isTyping()) setShrunk(true);
    };
    window.addEventListener('keydown', heed);
    return () => window.removeEventListener('keydown', heed);
  }, []);
  const first = byId.get(order[0] ?? '');
  if (first === undefined) return null;
  const marked = byId.has(chosen) ? chosen : first.alert.id;
  const where = first.alert.place?.text ?? words.board.unknownPlace;
  const named = shrunk ? 'lines' : looks[look];
  const turn = (pages: 1 | -1): void => {
    const box = calls.current;
    box?.scrollBy({ top: pages * Math.max(40, box.clientHeight - 60) });
  };
  return (
    <aside
      ref={panel}
      className={`panel ${named}${shrunk ? ' shrunk' : ''}`}
      data-panel={order.length}
      aria-label={words.panel.title(order.length)}
      onFocus={({ target }) => setChosen(target.closest<HTMLElement>('[data-call]')?.dataset.call ?? chosen)}
    >
      <p className="unseen" aria-live="assertive" role="alert">
        {words.panel.announce(text(first.alert.title), where)}
        {order.length > 1 && ` ${words.panel.more(order.length - 1)}`}
      </p>
      <header>
        <h2>{words.panel.title(order.length)}</h2>
        {fault !== null && somebodyWaits && (
          <strong className="no-microphone" data-no-microphone={fault}>
            <i aria-hidden="true">✕</i> {words.call.noMicrophone.full}
          </strong>
        )}
        <button type="button" onClick={() => setShrunk((now) => !now)}>
          {shrunk ? words.panel.grow : words.panel.shrink}
        </button>
      </header>
      <div className="calls" ref={calls}>
        <div>
          {order.map((id, place) => {
            const shown = byId.get(id);
            return (
              shown && (
                <Call
                  key={id}
                  shown={shown}
                  full={place === 0 && named !== 'lines'}
                  marked={id === marked}
                  standing={`${place} ${named} ${shrunk} ${size}`}
                  open={props.open}
                />
              )
            );
          })}
        </div>
      </div>
      {(hidden.above > 0 || hidden.below > 0) && (
        <p className="out-of-sight" role="status" data-above={hidden.above} data-below={hidden.below}>
          {hidden.above > 0 && (
            <button type="button" onClick={() => turn(-1)}>
              <i aria-hidden="true">▲</i> {words.panel.above(hidden.above)}
            </button>
          )}
          {hidden.below > 0 && (
            <button type="button" onClick={() => turn(1)}>
              <i aria-hidden="true">▼</i> {words.panel.below(hidden.below)}
            </button>
          )}
        </p>
      )}
    </aside>
  );
};

/** What rings, over everything but the strip and an open detail, until it is taken: the more urgent priority first, and of one priority whoever has waited longest, so that nobody is overtaken for ever by what keeps coming; what has just come is marked as new wherever it stands. The more there are the closer they stand; each keeps its place, its people, what must be known of them, and its button, and what cannot be on the screen is counted, with a button that goes there. It never takes the keyboard from somebody who is typing, and its rows do not change places under a hand. */
export const Panel = (props: { readonly ringing: readonly Shown[]; readonly open: (id: string) => void }) =>
  props.ringing.length === 0 ? null : <Ringing {...props} />;
