import { useEffect, useState } from 'react';
import type { Call } from '../../../src/model/call.ts';
import { useHousehold } from '../alert/household-book.ts';
import { PersonSelect } from '../alert/person-select.tsx';
import { spanText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { commandCall, handOverCall } from '../server/gateway.ts';
import { useSpeech } from '../words/words.tsx';
import { useCallDesk, useLegs } from './call-desk.ts';
import type { LegFacts } from './leg.ts';
import { Meter } from './meter.tsx';
import { type Trouble, troublesOf } from './troubles.ts';
import { useCallCommand } from './use-call-command.ts';
import { isCalling } from './waiting.ts';

/** How long a first press of "hang up" waits for the second, in ms. */
const sureForMs = 4_000;

/** Faults of the microphone that trying again may mend. */
const mendable: ReadonlySet<Trouble> = new Set(['denied', 'none', 'busy']);

/** Where the call is, who lives there, and what must be known before the next word. */
const Who = ({ call }: { readonly call: Call }) => {
  const { words } = useSpeech();
  const known = useHousehold(call.place);
  const card = known.is === 'known' ? known.card : null;
  return (
    <span className="who">
      <strong>{call.place?.text ?? call.device}</strong>
      {card !== null && <span>{card.residents.map(({ name }) => name).join(' ')}</span>}
      {card?.warnings.map((warning) => (
        <b key={warning} className="flag">
          {words.warning[warning]}
        </b>
      ))}
    </span>
  );
};

/** Hangs up at the second press within 4 s: a call with somebody in need does not end by a slip. A press that was made before the question could be read, while the page stood still or as the second half of a double click, does not answer it. */
const HangUp = (props: { readonly keyed: boolean; readonly busy: boolean; readonly hangUp: () => void }) => {
  const { words } = useSpeech();
  const [sure, setSure] = useState(false);
  // When the question was drawn (ms, as events are stamped); null = not yet.
  const [askedAt, setAskedAt] = useState<number | null>(null);
  useEffect(() => {
    if (!sure) return setAskedAt(null);
    const frame = requestAnimationFrame(() => setAskedAt(performance.now()));
    const timer = setTimeout(() => setSure(false), sureForMs);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [sure]);
  return (
    <button
      type="button"
      className={sure ? 'hang-up sure' : 'hang-up'}
      data-hang-up={props.keyed}
      data-asked-at={askedAt ?? undefined}
      title={words.call.hangUpHint}
      disabled={props.busy}
      onKeyDown={(event) => {
        // One that is held down would be the first press and the second.
        if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
      }}
      onClick={(event) => {
        if (!sure) return setSure(true);
        if (askedAt === null || event.timeStamp < askedAt || event.detail > 1) return;
        props.hangUp();
        setSure(false);
      }}
    >
      {sure ? words.call.hangUpSure : words.call.hangUp} {props.keyed && <kbd>h</kbd>}
    </button>
  );
};

/** One call of this seat: who and where, how long, whether it is heard and recorded, who listens in, and what can be done with it. What it says of the call is committed; what it says of the sound is this page's own. */
export const CallBar = (props: {
  readonly call: Call;
  readonly leg: LegFacts | null;
  /** The key for hanging up ends this one. */
  readonly keyed: boolean;
  readonly openAlert: (id: string) => void;
}) => {
  const { call, leg } = props;
  const { words } = useSpeech();
  const { names } = useFeedState();
  const line = useLine();
  const desk = useCallDesk();
  const state = useLegs();
  const command = useCallCommand();
  const [heir, setHeir] = useState<string | null>(null);
  const nameOf = (id: string): string => names.get(id) ?? id;
  const since = call.connectedAt ?? call.answeredAt ?? call.requestedAt;
  const span = useClock((now) => spanText(now - since, words.age));
  const active = leg !== null && state.active === call.id;
  const listens = leg?.part === 'listen';
  const muted = active && state.muted;
  const held = leg !== null && !active;
  const word = listens
    ? 'listening'
    : isCalling(call)
      ? 'calling'
      : leg === null && state.elsewhere.includes(call.id)
        ? 'elsewhere'
        : held
          ? 'held'
          : leg !== null && call.state === 'connected'
            ? 'connected'
            : 'answered';
  const busy = command.sending !== null;
  const { alert } = call;
  const problems = troublesOf(call, leg, state);
  return (
    <section
      className={`call-bar ${word}${muted ? ' is-muted' : ''}`}
      aria-label={`${words.call.bar} ${call.place?.text ?? call.device}`}
      data-call-bar={call.id}
      data-call-state={call.state}
    >
      <div className="line">
        <b className="state" role="status">
          <i aria-hidden="true">☎</i> {words.call.state[word]}
        </b>
        <Who call={call} />
        <span className="span">{span}</span>
        {active && (
          <>
            {!listens && <Meter label={words.call.me} read={() => desk.levels(call.id).mine} />}
            <Meter label={words.call.other} read={() => desk.levels(call.id).theirs} />
          </>
        )}
        {/* Without the line nobody knows. */}
        {line.open && (
          <small className={call.recordingAt === undefined ? 'quiet' : 'recorded'}>
            {call.recordingAt === undefined ? words.call.notRecorded : `● ${words.call.recording}`}
          </small>
        )}
        <span className="spring" />
        {held && (
          <button
            type="button"
            className={leg.waits ? 'main' : undefined}
            data-switch-to={call.id}
            onClick={() => desk.switchTo(call.id)}
          >
            {words.call.switchTo}
          </button>
        )}
        {active && !listens && (
          <button type="button" data-mute aria-pressed={muted} onClick={() => desk.mute(!muted)}>
            {muted ? words.call.unmute : words.call.mute} <kbd>u</kbd>
          </button>
        )}
        {!listens && !isCalling(call) && (
          <button
            type="button"
            data-transfer
            aria-expanded={heir !== null}
            onClick={() => setHeir(heir === null ? '' : null)}
          >
            {words.call.handOver}
          </button>
        )}
        {listens ? (
          <button
            type="button"
            disabled={busy}
            onClick={() => void command.run('leave', (at) => commandCall(call.id, 'leave', at))}
          >
            {words.call.leave}
          </button>
        ) : (
          <HangUp
            keyed={props.keyed}
            busy={busy}
            hangUp={() => void command.run('hang-up', (at) => commandCall(call.id, 'hang-up', at))}
          />
        )}
        {alert !== undefined && (
          <button type="button" onClick={() => props.openAlert(alert)}>
            {words.call.alert}
          </button>
        )}
      </div>
      {leg !== null && leg.from !== null && (
        <p
          className={leg.waits ? 'told arrived' : 'told'}
          role={leg.waits ? 'alert' : 'status'}
          data-handed-over={leg.from}
        >
          <i aria-hidden="true">{leg.waits ? '▲' : '→'}</i>{' '}
          {words.call.handedOver(nameOf(leg.from), call.place?.text ?? call.device)}
          {leg.waits && words.call.handedOverWaits}
        </p>
      )}
      {call.listeners.length > 0 && !listens && (
        <p className="told">{call.listeners.map((id) => words.call.listening(nameOf(id))).join(' · ')}</p>
      )}
      {listens && call.answeredBy !== undefined && (
        <p className="told">{words.call.speaks(nameOf(call.answeredBy))}</p>
      )}
      {state.microphone === 'opening' && active && <p className="told">{words.call.opening}</p>}
      {muted && (
        <p className="muted-now" role="alert">
          <i aria-hidden="true">✕</i> {words.call.mutedNow}
        </p>
      )}
      {problems.map((trouble) => (
        <p key={trouble} className="trouble" role="alert" data-trouble={trouble}>
          {words.call.trouble[trouble]}
          {trouble === 'replaced' && state.label !== '' && `${words.marks.colon}${state.label}`}{' '}
          {mendable.has(trouble) && (
            <button type="button" onClick={desk.tryMicrophone}>
              {words.call.retry}
            </button>
          )}
        </p>
      ))}
      {heir !== null && (
        <p className="transfer">
          <PersonSelect value={heir} label={words.call.handOverTo} choose={setHeir} />
          <button
            type="button"
            className="main"
            disabled={heir === '' || busy}
            onClick={() =>
              void command
                .run('hand-over', (at) => handOverCall(call.id, heir, at))
                .then((done) => {
                  if (done) setHeir(null);
                })
            }
          >
            {busy ? words.sending : words.call.handOverNow}
          </button>
        </p>
      )}
      {command.refused !== null && (
        <p className="trouble" role="alert">
          {command.refused}
        </p>
      )}
    </section>
  );
};
