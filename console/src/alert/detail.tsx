import { useEffect, useRef, useState } from 'react';
import { mayBeShelved } from '../../../src/model/alert.ts';
import type { Place } from '../../../src/model/place.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { deviceHref } from '../address.ts';
import { stateWord } from '../board/state-word.ts';
import { TendClock, WaitingClock } from '../board/waiting-clock.tsx';
import { CallLine } from '../call/call-line.tsx';
import { useFeedState } from '../feed/live-feed.ts';
import { usePart } from '../server/use-part.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { DeviceName } from './device-name.tsx';
import type { Draft } from './drafts.ts';
import { Comment, Dispatch, Finish, type SavedNote, Shelf } from './handling.tsx';
import { FirstWords, Hazards, HomeHistory, HomeValues, hazardsBeside, RepeatCaller } from './home.tsx';
import { HouseholdCard } from './household-card.tsx';
import { Marks } from './marks.tsx';
import { PersonSelect } from './person-select.tsx';
import { PriorityShape } from './priority-shape.tsx';
import { TakeButton } from './take-button.tsx';
import { EvidenceList, Timeline } from './timeline.tsx';
import { type Details, useDetail } from './use-detail.ts';
import { useDraft } from './use-draft.ts';
import { useFirstPictureDone } from './use-first-picture-done.ts';
import { useHome } from './use-home.ts';
import { type Operation, useOperation } from './use-operation.ts';
import './detail.css';

/** Take, acknowledge, let go, reset, hand over: what changes who has it. */
const Holding = (props: {
  readonly details: Details;
  readonly operation: Operation;
  readonly draft: Draft;
  readonly put: (change: Partial<Draft>) => void;
}) => {
  const { words } = useSpeech();
  const { operation, draft, put } = props;
  const { alert } = props.details;
  const busy = operation.sending !== null;
  const held = alert.claimedBy !== undefined;
  const simple = (verb: 'acknowledge' | 'claim' | 'release' | 'reset', word: string) => (
    <button type="button" data-verb={verb} disabled={busy} onClick={() => void operation.send(verb, {})}>
      {operation.sending === verb ? words.sending : word}
    </button>
  );
  const { heir } = draft;
  return (
    <div className="holding">
      {!alert.acknowledged && <TakeButton id={alert.id} />}
      {!alert.acknowledged && simple('acknowledge', words.detail.acknowledge)}
      {alert.acknowledged && !held && simple('claim', words.detail.claim)}
      {alert.latching &&
        !alert.active &&
        !alert.reset &&
        alert.rule !== null &&
        simple('reset', words.detail.reset)}
      {held && (
        <span className="hand-over">
          <PersonSelect
            value={draft.heir}
            label={words.detail.handOverTo}
            choose={(user) => put({ heir: user })}
          />
          <button
            type="button"
            disabled={busy || heir === ''}
            onClick={() =>
              void operation.send('hand-over', { to: heir }).then((done) => {
                if (done) put({ heir: '' });
              })
            }
          >
            {words.detail.handOver}
          </button>
        </span>
      )}
      {held && simple('release', words.detail.release)}
    </div>
  );
};

const Facts = ({ details }: { readonly details: Details }) => {
  const { words } = useSpeech();
  const times = useTimes();
  const { alert } = details;
  return (
    <dl className="facts">
      <div>
        <dt>{words.detail.device}</dt>
        <dd className="place-links">
          {alert.devices.map((device, index) => (
            <span key={device}>
              {index > 0 && ', '}
              <a href={deviceHref(device)}>
                <DeviceName id={device} />
              </a>
            </span>
          ))}
        </dd>
      </div>
      <div>
        <dt>{words.detail.received}</dt>
        <dd>{times.second(alert.receivedAt)}</dd>
      </div>
      {alert.deviceTime !== undefined && Math.abs(alert.deviceTime - alert.receivedAt) > 5_000 && (
        <div>
          <dt>{words.detail.deviceTime}</dt>
          <dd>{times.second(alert.deviceTime)}</dd>
        </div>
      )}
      <div>
        <dt>{words.board.state}</dt>
        <dd>
          {words.state[alert.state]}
          {alert.rule !== null && ` · ${alert.active ? words.detail.active : words.detail.over}`}
        </dd>
      </div>
      {alert.rule && (
        <div>
          <dt>{words.detail.rule}</dt>
          <dd>{alert.rule.id}</dd>
        </div>
      )}
    </dl>
  );
};

const loadSmallMap = () => import('../places/small-map.tsx');

/** Where the place stands, once that part of the page is here; without it the address must do. */
const MapPiece = ({ place }: { readonly place: Place }) => {
  const part = usePart(loadSmallMap);
  return typeof part === 'string' ? null : <part.SmallMap place={place} />;
};

/** One alert with everything that happened to it, and everything that can be done. */
export const Detail = (props: {
  readonly id: string;
  readonly close: () => void;
  readonly open: (id: string) => void;
  /** It is back after a reload, and nobody has asked for the keyboard to be here. */
  readonly restored?: boolean;
}) => {
  const { id, close, open } = props;
  const { words, text } = useSpeech();
  const details = useDetail(id);
  const operation = useOperation(id);
  const { user, names, alerts, clockOffsetMs } = useFeedState();
  const shown = typeof details === 'string' ? null : details.alert;
  const home = useHome(shown?.place ?? null, shown?.device ?? '');
  const [draft, put] = useDraft(id);
  const firstDone = useFirstPictureDone();
  const [saved, setSaved] = useState<SavedNote | null>(null);
  const pane = useRef<HTMLElement>(null);
  const quiet = useRef(props.restored === true);
  useEffect(() => {
    // Whoever is typing goes on typing.
    if (quiet.current) return;
    if (document.activeElement?.matches('input, textarea, select') !== true) pane.current?.focus();
  }, []);
  const ended = typeof details !== 'string' && details.alert.state === 'closed';
  // What was being filled in is gone, and what came of it stands at the top.
  useEffect(() => {
    if (ended) pane.current?.scrollTo({ top: 0 });
  }, [ended]);
  const shut = (
    <button type="button" className="shut" onClick={close}>
      {words.detail.close}
    </button>
  );
  if (typeof details === 'string') {
    return (
      <section ref={pane} className="detail" tabIndex={-1}>
        <header>
          <h2>{details === 'loading' ? words.detail.loading : words.detail.notFound}</h2>
          {shut}
        </header>
      </section>
    );
  }
  const { alert, timeline, stored, explanation } = details;
  const closed = alert.state === 'closed';
  const mayAct = user === null || mayActAs(user.role, 'operator');
  const word = stateWord(alert);
  const handling = { operation, draft, put };
  const noting = {
    ...handling,
    alert,
    saved,
    tellSaved: (note: string | null) =>
      setSaved(note === null ? null : { at: Date.now() + clockOffsetMs, note }),
  };
  return (
    <section
      ref={pane}
      className="detail"
      tabIndex={-1}
      data-detail={id}
      data-state={alert.state}
      aria-label={text(alert.title)}
    >
      <header className={alert.priority}>
        <div>
          <p className="line">
            <span className="priority">
              <PriorityShape priority={alert.priority} /> {words.priority[alert.priority]}
            </span>
            <strong>{text(alert.title)}</strong>
            {alert.count > 1 && <span>{words.board.count(alert.count)}</span>}
            <Marks alert={alert} stored={stored} />
          </p>
          <h2>{alert.place?.text ?? words.board.unknownPlace}</h2>
          <p className="line">
            <span className={`word ${word}`}>{words.word[word]}</span>
            {alert.claimedBy !== undefined && <span>{names.get(alert.claimedBy) ?? alert.claimedBy}</span>}
            {!closed && <WaitingClock alert={{ receivedAt: alert.receivedAt }} />}
          </p>
        </div>
        {shut}
      </header>
      {operation.refused !== null && (
        <p className="refused" role="alert">
          {operation.refused}
        </p>
      )}
      {closed ? (
        <p className="ended" role="status" data-ended>
          <i aria-hidden="true">✓</i>{' '}
          {words.detail.closedAs(
            alert.disposition === undefined ? '' : wordFor(words.disposition, alert.disposition),
          )}
        </p>
      ) : (
        <TendClock alert={alert} full />
      )}
      {!closed && (
        <>
          <Hazards alert={alert} open={open} />
          <FirstWords
            kinds={new Set([alert.kind, ...hazardsBeside(alert, alerts).map(({ kind }) => kind)])}
          />
          <CallLine alert={alert} pager={home.pager} />
        </>
      )}
      <div className="columns">
        <div>
          <HouseholdCard place={alert.place} />
          <RepeatCaller alert={alert} home={home} />
          {!closed && mayAct && (
            <>
              {!alert.acknowledged && <Holding details={details} {...handling} />}
              {firstDone && (
                <>
                  <Comment {...noting} />
                  <Dispatch {...handling} alert={alert} timeline={timeline} />
                  {alert.acknowledged && <Holding details={details} {...handling} />}
                  {(mayBeShelved(alert) || alert.shelvedUntil !== undefined) && (
                    <Shelf {...handling} alert={alert} />
                  )}
                  <Finish {...noting} />
                </>
              )}
            </>
          )}
        </div>
        {firstDone && (
          <div>
            {explanation !== null && <p data-explanation>{text(explanation)}</p>}
            <HomeValues home={home} />
            {alert.place !== null && <MapPiece place={alert.place} />}
            <h3>{words.detail.timeline}</h3>
            <Timeline alert={id} entries={timeline} />
            <h3>{words.detail.evidence}</h3>
            <EvidenceList evidence={alert.evidence} />
            <HomeHistory alert={alert} home={home} open={open} />
            <Facts details={details} />
          </div>
        )}
      </div>
    </section>
  );
};
