import { useEffect, useRef, useState } from 'react';
import { type Disposition, dispositions } from '../../../src/model/alert.ts';
import { helpers } from '../../../src/model/operation.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { type AlertDetail, readAlert } from '../server/gateway.ts';
import { useSpeech, wordFor } from '../words/words.tsx';
import { HouseholdCard } from './household-card.tsx';
import { Marks } from './marks.tsx';
import { TakeButton } from './take-button.tsx';
import { type Operation, useOperation } from './use-operation.ts';

const clockText = (at: number, language: string): string =>
  new Date(at).toLocaleTimeString(language === 'zh' ? 'zh-CN' : 'en-GB', { hour12: false });

/** Reads the alert again with every change of it on the feed. */
const useDetail = (id: string): AlertDetail | 'loading' | 'missing' => {
  const { touched } = useFeedState();
  const seq = touched.get(id) ?? 0;
  const [detail, setDetail] = useState<AlertDetail | 'loading' | 'missing'>('loading');
  // biome-ignore lint/correctness/useExhaustiveDependencies: seq is what says that there is something new to read
  useEffect(() => {
    let left = false;
    void readAlert(id).then((answer) => {
      if (left) return;
      if (answer.ok) setDetail(answer.value);
      else if (answer.code === 'not-found') setDetail('missing');
    });
    return () => {
      left = true;
    };
  }, [id, seq]);
  return detail;
};

const actorText = (words: ReturnType<typeof useSpeech>['words'], actor: string): string => {
  if (actor.startsWith('user:')) return actor.slice(5);
  return actor.startsWith('device:') ? words.actor.device(actor.slice(7)) : words.actor.system;
};

const Dispatch = ({ operation }: { readonly operation: Operation }) => {
  const { words } = useSpeech();
  const [name, setName] = useState('');
  const [confirmed, setConfirmed] = useState(true);
  return (
    <fieldset className="dispatch">
      <legend>{words.detail.dispatch}</legend>
      <label>
        <input type="radio" checked={confirmed} onChange={() => setConfirmed(true)} />{' '}
        {words.detail.confirmed}
      </label>
      <label>
        <input type="radio" checked={!confirmed} onChange={() => setConfirmed(false)} /> {words.detail.asked}
      </label>
      <input
        value={name}
        maxLength={100}
        placeholder={words.detail.person}
        aria-label={words.detail.person}
        onChange={(event) => setName(event.target.value)}
      />
      <div className="choices">
        {helpers.map((who) => (
          <button
            key={who}
            type="button"
            data-dispatch={who}
            disabled={operation.sending !== null}
            onClick={() =>
              void operation.send('dispatch', {
                who,
                confirmed,
                ...(name.trim() === '' ? {} : { name: name.trim() }),
              })
            }
          >
            {words.helper[who]}
          </button>
        ))}
      </div>
    </fieldset>
  );
};

const Comment = ({ operation }: { readonly operation: Operation }) => {
  const { words } = useSpeech();
  const [note, setNote] = useState('');
  const save = async (): Promise<void> => {
    if (note.trim() !== '' && (await operation.send('comment', { note: note.trim() }))) setNote('');
  };
  return (
    <fieldset>
      <legend>{words.detail.comment}</legend>
      <textarea
        name="note"
        rows={3}
        maxLength={2000}
        value={note}
        placeholder={words.detail.commentPlaceholder}
        aria-label={words.detail.comment}
        onChange={(event) => setNote(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && event.ctrlKey) void save();
        }}
      />
      <button
        type="button"
        data-save
        disabled={note.trim() === '' || operation.sending !== null}
        onClick={() => void save()}
      >
        {words.detail.save}
      </button>
    </fieldset>
  );
};

const Finish = ({ operation, active }: { readonly operation: Operation; readonly active: boolean }) => {
  const { words } = useSpeech();
  const [disposition, setDisposition] = useState<Disposition | null>(null);
  const choices = dispositions.filter((one) => one !== 'returned');
  return (
    <fieldset>
      <legend>{words.detail.finish}</legend>
      {active && <p className="quiet">{words.detail.stillActive}</p>}
      <div className="choices">
        {choices.map((one) => (
          <button
            key={one}
            type="button"
            data-disposition={one}
            aria-pressed={disposition === one}
            disabled={active}
            onClick={() => setDisposition(one)}
          >
            {words.disposition[one]}
          </button>
        ))}
      </div>
      <button
        type="button"
        className="main"
        data-close
        disabled={disposition === null || active || operation.sending !== null}
        onClick={() => {
          if (disposition !== null && disposition !== 'returned')
            void operation.send('close', { disposition });
        }}
      >
        {words.detail.closeNow}
      </button>
    </fieldset>
  );
};

/** One alert with everything that happened to it, and everything that can be done. */
export const Detail = ({ id, close }: { readonly id: string; readonly close: () => void }) => {
  const { words, text, language } = useSpeech();
  const detail = useDetail(id);
  const operation = useOperation(id);
  const [heir, setHeir] = useState('');
  const heading = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another alert is another dialog
  useEffect(() => heading.current?.focus(), [id]);
  if (typeof detail === 'string') {
    return (
      <section className="detail">
        <button type="button" onClick={close}>
          {words.detail.close}
        </button>
        <p>{detail === 'loading' ? words.detail.loading : words.detail.notFound}</p>
      </section>
    );
  }
  const closed = detail.state === 'closed';
  const busy = operation.sending !== null;
  return (
    <section className="detail" data-detail={id} data-state={detail.state} aria-label={text(detail.title)}>
      <header>
        <h2 ref={heading} tabIndex={-1}>
          {detail.place?.text ?? words.board.unknownPlace}
        </h2>
        <button type="button" onClick={close}>
          {words.detail.close}
        </button>
      </header>
      <p className="what">
        <strong>{text(detail.title)}</strong> · {words.state[detail.state]}
        {detail.claimedBy !== undefined && ` · ${detail.claimedBy}`} <Marks alert={detail} stored />
      </p>
      {operation.refused !== null && (
        <p className="refused" role="alert">
          {operation.refused}
        </p>
      )}
      <div className="columns">
        <div>
          <HouseholdCard place={detail.place} />
          {closed ? (
            <p>
              {words.detail.closedAs(
                detail.disposition === undefined ? '' : words.disposition[detail.disposition],
              )}
            </p>
          ) : (
            <>
              <div className="actions">
                {detail.acknowledged ? null : <TakeButton alert={detail} stored />}
                {detail.claimedBy !== undefined && (
                  <button type="button" disabled={busy} onClick={() => void operation.send('release', {})}>
                    {words.detail.release}
                  </button>
                )}
                {!detail.acknowledged && (
                  <button
                    type="button"
                    disabled={busy}
                    onClick={() => void operation.send('acknowledge', {})}
                  >
                    {words.detail.acknowledge}
                  </button>
                )}
                {detail.latching && !detail.active && !detail.reset && detail.rule !== null && (
                  <button type="button" disabled={busy} onClick={() => void operation.send('reset', {})}>
                    {words.detail.reset}
                  </button>
                )}
                {detail.claimedBy !== undefined && (
                  <span>
                    <input
                      value={heir}
                      placeholder={words.detail.handOverTo}
                      aria-label={words.detail.handOverTo}
                      onChange={(event) => setHeir(event.target.value)}
                    />
                    <button
                      type="button"
                      disabled={busy || heir.trim() === ''}
                      onClick={() => void operation.send('hand-over', { to: heir.trim() })}
                    >
                      {words.detail.handOver}
                    </button>
                  </span>
                )}
              </div>
              <Comment operation={operation} />
              <Dispatch operation={operation} />
              <Finish operation={operation} active={detail.active} />
            </>
          )}
        </div>
        <div>
          <h3>{words.detail.timeline}</h3>
          <ol className="timeline">
            {detail.timeline.map((entry) => (
              <li key={entry.seq} data-event={entry.event}>
                <time>{clockText(entry.at, language)}</time>{' '}
                <strong>{wordFor(words.timeline, entry.event)}</strong>{' '}
                <span className="quiet">{actorText(words, entry.actor)}</span>
                {typeof entry.data.who === 'string' && <span> {wordFor(words.helper, entry.data.who)}</span>}
                {entry.note !== undefined && <blockquote>{entry.note}</blockquote>}
              </li>
            ))}
          </ol>
          <h3>{words.detail.evidence}</h3>
          <ul className="evidence">
            {detail.evidence.map((piece, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: evidence is only ever appended, and two pieces may be the same
              <li key={index}>
                <time>{clockText(piece.receivedAt, language)}</time>{' '}
                {piece.event !== undefined && wordFor(words.event, piece.event)}
                {piece.measurement !== undefined &&
                  `${wordFor(words.measurement, piece.measurement)} ${String(piece.value)} ${piece.unit ?? ''}`}
                {piece.limit !== undefined && ` (${words.detail.limit} ${String(piece.limit)})`}
              </li>
            ))}
          </ul>
          <p className="quiet">
            {words.detail.device} {detail.device}
            {detail.rule !== null && ` · ${words.detail.rule} ${detail.rule.id}`}
          </p>
        </div>
      </div>
    </section>
  );
};
