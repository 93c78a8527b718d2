import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type CallState, endedStates } from '../../../src/model/call.ts';
import { fetchNames, fetchVisitor, forgetVisitor } from './demo-server.ts';
import { type Handset, openHandset } from './handset.ts';
import type { Visitor } from './visitor.ts';
import { lightOf, loudspeakerOf, type Words } from './words.ts';

/** The time (epoch ms), once a second. */
const useNow = (): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
};

const mqttAddress = (): string => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`;

const isOver = (call: CallState | 'asked'): boolean => call !== 'asked' && endedStates.has(call);

/** The pager in a visitor's hand, once the demonstration has given one out; says so where it does not. */
export const PagerPage = ({ words }: { readonly words: Words }) => {
  const [given, setGiven] = useState<{ visitor: Visitor; handset: Handset } | 'none' | null>(null);
  const [round, setRound] = useState(0);
  const loudspeaker = useRef<HTMLAudioElement>(null);
  const asked = useRef(-1);
  useEffect(() => {
    // One handset a round: a second connection of the same pager would throw the first one out.
    if (asked.current === round) return;
    asked.current = round;
    void fetchVisitor().then((visitor) => {
      if (visitor === null || loudspeaker.current === null) setGiven('none');
      else setGiven({ visitor, handset: openHandset(visitor, mqttAddress(), loudspeaker.current) });
    });
  }, [round]);
  const again = (): void => {
    forgetVisitor();
    setGiven(null);
    setRound(round + 1);
  };
  return (
    <main>
      {/* biome-ignore lint/a11y/useMediaCaption: it is a person who speaks, now */}
      <audio ref={loudspeaker} autoPlay />
      {given === 'none' ? (
        <div className="gone" role="alert">
          <p>{words.noPager}</p>
          <button type="button" className="quiet" onClick={again}>
            {words.again}
          </button>
        </div>
      ) : given === null ? (
        <p className="waits">{words.line.connecting}</p>
      ) : (
        <HandsetPage key={given.visitor.id} {...given} words={words} onRefused={again} />
      )}
    </main>
  );
};

const HandsetPage = ({
  visitor,
  handset,
  words,
  onRefused,
}: {
  readonly visitor: Visitor;
  readonly handset: Handset;
  readonly words: Words;
  readonly onRefused: () => void;
}) => {
  const view = useSyncExternalStore(handset.watch, handset.view);
  const now = useNow();
  const [names, setNames] = useState<Readonly<Record<string, string>>>({});
  const { acceptedBy } = view;
  useEffect(() => {
    if (acceptedBy !== null) void fetchNames().then(setNames);
  }, [acceptedBy]);
  // What the gateway knew it may have forgotten since: the demonstration's data go with it.
  useEffect(() => {
    if (view.line === 'refused' && view.press === 'none') onRefused();
  }, [view.line, view.press, onRefused]);
  const inCall = view.call !== null && !isOver(view.call);
  const talks = view.call === 'answered' || view.call === 'connected';
  const name = acceptedBy === null ? null : (names[acceptedBy] ?? null);
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <p>{visitor.place.text}</p>
      </header>
      {view.line === 'up' ? null : (
        <p className="line" role="alert">
          {words.line[view.line]}
          {view.line === 'refused' ? (
            <button type="button" className="quiet" onClick={onRefused}>
              {words.again}
            </button>
          ) : null}
        </p>
      )}
      <button type="button" className="press" onClick={handset.press}>
        {view.press === 'none' ? words.press : words.pressAgain}
      </button>
      <dl aria-live="polite">
        <div className={`light ${view.press === 'sending' ? 'sending' : view.shows}`}>
          <dt>{words.light}</dt>
          <dd>{lightOf(view, words, name)}</dd>
        </div>
        <div className={`loudspeaker ${talks ? 'talks' : inCall ? 'rings' : 'rests'}`}>
          <dt>{words.loudspeaker}</dt>
          <dd>{loudspeakerOf(view, words, now)}</dd>
        </div>
      </dl>
      {inCall ? (
        <button type="button" className="quiet" onClick={handset.hangUp}>
          {talks ? words.hangUp : words.withdraw}
        </button>
      ) : null}
      {view.microphone === 'unasked' || view.microphone === 'open' ? null : (
        <p className="microphone" role="status">
          {words.microphone[view.microphone]}
        </p>
      )}
      <footer>{words.demo}</footer>
    </>
  );
};
