import { useEffect, useRef, useState } from 'react';
import { keepOrder } from '../board/order.ts';
import { usePointer } from '../board/use-pointer.ts';
import { WaitingClock } from '../board/waiting-clock.tsx';
import type { Shown } from '../feed/feed-state.ts';
import { useSpeech } from '../words/words.tsx';
import { HouseholdCard } from './household-card.tsx';
import { Marks } from './marks.tsx';
import { TakeButton } from './take-button.tsx';
import { useShown } from './use-shown.ts';
import './panel.css';

/** How long a button that has just come, or moved, under the hand does nothing, in ms. */
const armAfterMs = 800;

/** Whether the button has stood where it stands (`what`) for long enough to be meant. */
const useArmed = (what: string): boolean => {
  const [armedFor, setArmedFor] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setArmedFor(what), armAfterMs);
    return () => clearTimeout(timer);
  }, [what]);
  return armedFor === what;
};

const isTyping = (): boolean => document.activeElement?.matches('input, textarea, select') === true;

/** One that rings: the first in full, the others in a line with a button of their own. */
const Call = (props: {
  readonly shown: Shown;
  /** Where it stands; the first is drawn in full unless the panel is shrunk. */
  readonly place: number;
  readonly full: boolean;
  readonly open: (id: string) => void;
}) => {
  const { words, text } = useSpeech();
  const { alert, stored } = props.shown;
  const element = useShown(alert.id);
  const armed = useArmed(`${props.place} ${props.full}`);
  return (
    <article
      ref={element}
      className={props.full ? 'call full' : 'call'}
      data-call={alert.id}
      data-first={props.full || undefined}
    >
      <div className="told">
        <p className="place">{alert.place?.text ?? `${words.board.unknownPlace} · ${alert.device}`}</p>
        <p className="what">
          <span>{text(alert.title)}</span>
          {alert.count > 1 && (
            <strong className="count">
              {alert.kind.endsWith('sos')
                ? words.panel.pressed(alert.count)
                : words.panel.raised(alert.count)}
            </strong>
          )}
          <Marks alert={alert} stored={stored} />
        </p>
      </div>
      <WaitingClock since={alert.receivedAt} deadlines />
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

/** What rings, over everything but the strip and an open detail, most urgent first. It never takes the keyboard from somebody who is typing, and its rows do not change places under a hand. */
export const Panel = (props: { readonly ringing: readonly Shown[]; readonly open: (id: string) => void }) => {
  const { words, text } = useSpeech();
  const [shrunk, setShrunk] = useState(false);
  const [pointed, setPointed] = useState(false);
  const drawn = useRef<readonly string[]>([]);
  const panel = useRef<HTMLElement>(null);
  const byId = new Map(props.ringing.map((shown) => [shown.alert.id, shown]));
  const order = keepOrder(drawn.current, [...byId.keys()], pointed);
  useEffect(() => {
    drawn.current = order;
  });
  usePointer(panel, {
    over: () => setPointed(true),
    moved: () => setPointed(true),
    left: () => setPointed(false),
  });
  const news = props.ringing.map(({ alert }) => `${alert.id}/${alert.count}`).join(' ');
  const known = useRef(new Set<string>());
  // What is new is shown in full again, whoever had shrunk what was there before.
  useEffect(() => {
    const now = news === '' ? [] : news.split(' ');
    const fresh = now.filter((one) => !known.current.has(one));
    known.current = new Set(now);
    if (fresh.length === 0) return;
    setShrunk(false);
    if (!isTyping() && document.activeElement?.closest('.detail, [role=dialog]') == null) {
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
  const firstId = order[0];
  const first = firstId === undefined ? undefined : byId.get(firstId);
  if (first === undefined) return null;
  const where = first.alert.place?.text ?? words.board.unknownPlace;
  return (
    <aside
      ref={panel}
      className={shrunk ? 'panel shrunk' : 'panel'}
      data-panel={order.length}
      aria-label={words.panel.title(order.length)}
    >
      <p className="unseen" aria-live="assertive" role="alert">
        {words.panel.announce(text(first.alert.title), where)}
        {order.length > 1 && ` ${words.panel.more(order.length - 1)}`}
      </p>
      <header>
        <h2>{words.panel.title(order.length)}</h2>
        <button type="button" onClick={() => setShrunk((now) => !now)}>
          {shrunk ? words.panel.grow : words.panel.shrink}
        </button>
      </header>
      <div className="calls">
        {order.map((id, place) => {
          const shown = byId.get(id);
          return (
            shown && (
              <Call key={id} shown={shown} full={place === 0 && !shrunk} place={place} open={props.open} />
            )
          );
        })}
      </div>
    </aside>
  );
};
