import { useEffect, useState } from 'react';
import { WaitingClock } from '../board/waiting-clock.tsx';
import type { Shown } from '../feed/feed-state.ts';
import { useSpeech } from '../words/words.tsx';
import { HouseholdCard } from './household-card.tsx';
import { Marks } from './marks.tsx';
import { TakeButton } from './take-button.tsx';

/** How many emergencies are drawn in full; the rest are counted, and stand on top of the board. */
const mostDrawn = 4;

/** What rings, over everything else, most urgent first. It never takes the keyboard from somebody who is typing. */
export const Panel = ({
  ringing,
  open,
}: {
  readonly ringing: readonly Shown[];
  readonly open: (id: string) => void;
}) => {
  const { words, text } = useSpeech();
  const [shrunk, setShrunk] = useState(false);
  useEffect(() => {
    const heed = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') setShrunk(true);
    };
    window.addEventListener('keydown', heed);
    return () => window.removeEventListener('keydown', heed);
  }, []);
  const newest = Math.max(0, ...ringing.map(({ alert }) => alert.lastAt));
  // What is new is shown in full again, whoever had shrunk what was there before.
  useEffect(() => {
    if (newest > 0) setShrunk(false);
  }, [newest]);
  const first = ringing[0];
  if (first === undefined) return null;
  const what = text(first.alert.title);
  const where = first.alert.place?.text ?? words.board.unknownPlace;
  return (
    <aside
      className={shrunk ? 'panel shrunk' : 'panel'}
      data-panel={ringing.length}
      aria-label={words.panel.title(ringing.length)}
    >
      <p className="unseen" role="alert">
        {words.panel.announce(what, where)}
      </p>
      <header>
        <h2>{words.panel.title(ringing.length)}</h2>
        <button type="button" onClick={() => setShrunk((now) => !now)}>
          {shrunk ? words.panel.grow : words.panel.shrink}
        </button>
      </header>
      <div className="calls">
        {ringing.slice(0, shrunk ? 1 : mostDrawn).map(({ alert, stored }) => (
          <article key={alert.id} className={`call kind-${alert.kind}`} data-call={alert.id}>
            <div className="place">{alert.place?.text ?? words.board.unknownPlace}</div>
            <div className="what">
              <span>{text(alert.title)}</span>
              <Marks alert={alert} stored={stored} />
              {alert.count > 1 && (
                <strong className="count">
                  {alert.kind.endsWith('sos')
                    ? words.panel.pressed(alert.count)
                    : words.panel.raised(alert.count)}
                </strong>
              )}
            </div>
            <WaitingClock since={alert.receivedAt} big />
            {!shrunk && <HouseholdCard place={alert.place} />}
            <div className="actions">
              <TakeButton alert={alert} stored={stored} taken={() => open(alert.id)} />
              <button type="button" onClick={() => open(alert.id)}>
                {words.panel.details}
              </button>
            </div>
          </article>
        ))}
      </div>
      {ringing.length > mostDrawn && !shrunk && (
        <footer>{words.panel.more(ringing.length - mostDrawn)}</footer>
      )}
    </aside>
  );
};
