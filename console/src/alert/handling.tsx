import type { Alert } from '../../../src/model/alert.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import { helpers } from '../../../src/model/operation.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { type Draft, forgetDraft } from './drafts.ts';
import { outcomesOf } from './outcomes.ts';
import { minuteText } from './timeline.tsx';
import type { Operation } from './use-operation.ts';

type Handling = {
  readonly operation: Operation;
  readonly draft: Draft;
  readonly put: (change: Partial<Draft>) => void;
};

/** A note on the alert. */
export const Comment = ({ operation, draft, put }: Handling) => {
  const { words } = useSpeech();
  const note = draft.note.trim();
  const save = async (): Promise<void> => {
    if (note !== '' && (await operation.send('comment', { note }))) put({ note: '' });
  };
  return (
    <section className="comment">
      <h3>{words.detail.comment}</h3>
      <textarea
        name="note"
        rows={3}
        maxLength={2000}
        value={draft.note}
        placeholder={words.detail.commentPlaceholder}
        aria-label={words.detail.comment}
        onChange={(event) => put({ note: event.target.value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <button
        type="button"
        data-save
        disabled={note === '' || operation.sending !== null}
        onClick={() => void save()}
      >
        {operation.sending === 'comment' ? words.sending : words.detail.save}
      </button>
    </section>
  );
};

/** When each kind of help was asked and when it was on the way, by the timeline. */
const sentSoFar = (timeline: readonly TimelineEntry[]): ReadonlyMap<string, number> =>
  new Map(
    timeline
      .filter(({ event, data }) => event === 'dispatched' && typeof data.who === 'string')
      .map(({ at, data }) => [`${String(data.who)} ${data.confirmed === true}`, at]),
  );

/** Whom to send: asked, and on the way, each with its own button, so that a person who pressed is never told of help that has not agreed. */
export const Dispatch = (props: Handling & { readonly timeline: readonly TimelineEntry[] }) => {
  const { operation, draft, put } = props;
  const { words, language } = useSpeech();
  const sent = sentSoFar(props.timeline);
  const person = draft.person.trim();
  const send = async (who: (typeof helpers)[number], confirmed: boolean): Promise<void> => {
    const named = person === '' ? {} : { name: person, note: `${words.helper[who]} ${person}` };
    if (await operation.send('dispatch', { who, confirmed, ...named })) put({ person: '' });
  };
  return (
    <section className="dispatch">
      <h3>{words.detail.dispatch}</h3>
      <input
        value={draft.person}
        maxLength={100}
        placeholder={words.detail.person}
        aria-label={words.detail.person}
        onChange={(event) => put({ person: event.target.value })}
      />
      <ul>
        {helpers.map((who) => (
          <li key={who}>
            <span>{words.helper[who]}</span>
            {[false, true].map((confirmed) => {
              const at = sent.get(`${who} ${confirmed}`);
              return (
                <button
                  key={String(confirmed)}
                  type="button"
                  data-dispatch={who}
                  data-confirmed={confirmed}
                  className={at === undefined ? '' : 'done'}
                  disabled={operation.sending !== null}
                  onClick={() => void send(who, confirmed)}
                >
                  {confirmed ? words.detail.confirmed : words.detail.asked}
                  {at !== undefined && <small> ✓ {minuteText(at, language)}</small>}
                </button>
              );
            })}
          </li>
        ))}
      </ul>
    </section>
  );
};

const shelfTimes = [
  ['half-hour', 30 * 60_000],
  ['two-hours', 2 * 3_600_000],
  ['eight-hours', 8 * 3_600_000],
] as const;

// The two clocks are known to agree to within a moment only, and 8 h is the most that the gateway takes.
const clockDoubtMs = 10_000;

/** Set aside with a reason and an end, or taken back before it. */
export const Shelf = (props: Handling & { readonly alert: Alert }) => {
  const { operation, draft, put, alert } = props;
  const { words, language } = useSpeech();
  const { clockOffsetMs, names } = useFeedState();
  const nameOf = (id: string): string => names.get(id) ?? id;
  const reason = draft.shelfReason.trim();
  const busy = operation.sending !== null;
  const shelve = async (ms: number): Promise<void> => {
    const until = Math.round(Date.now() + clockOffsetMs + ms - clockDoubtMs);
    if (await operation.send('shelve', { note: reason, until, once: draft.shelfOnce }))
      put({ shelfReason: '', shelfOnce: false });
  };
  return (
    <section className="dispatch" data-shelf>
      <h3>{words.detail.shelf}</h3>
      {alert.shelvedUntil === undefined ? (
        <>
          <input
            value={draft.shelfReason}
            maxLength={2000}
            placeholder={words.detail.shelfReason}
            aria-label={words.detail.shelfReason}
            onChange={(event) => put({ shelfReason: event.target.value })}
          />
          <label className="once">
            <input
              type="checkbox"
              checked={draft.shelfOnce}
              onChange={(event) => put({ shelfOnce: event.target.checked })}
            />
            {words.detail.shelfOnce}
          </label>
          <div>
            {shelfTimes.map(([name, ms]) => (
              <button
                key={name}
                type="button"
                data-shelve={name}
                disabled={reason === '' || busy}
                onClick={() => void shelve(ms)}
              >
                {words.detail.shelfTime[name]}
              </button>
            ))}
          </div>
        </>
      ) : (
        <>
          <p className="quiet">
            {words.detail.shelvedUntil(
              minuteText(alert.shelvedUntil, language),
              nameOf(alert.shelvedBy ?? ''),
            )}
          </p>
          <button
            type="button"
            data-verb="unshelve"
            disabled={busy}
            onClick={() => void operation.send('unshelve', {})}
          >
            {operation.sending === 'unshelve' ? words.sending : words.detail.unshelve}
          </button>
        </>
      )}
    </section>
  );
};

/** How it ended: one of the dispositions that fit its kind, which only a person can say. */
export const Finish = (props: Handling & { readonly alert: Alert }) => {
  const { operation, draft, put, alert } = props;
  const { active } = alert;
  const { words } = useSpeech();
  const { disposition } = draft;
  const close = async (): Promise<void> => {
    if (disposition === null) return;
    const note = draft.closeNote.trim();
    if (await operation.send('close', { disposition, ...(note === '' ? {} : { note }) }))
      forgetDraft(alert.id);
  };
  return (
    <section className="finish">
      <h3>{words.detail.finish}</h3>
      {active && <p className="quiet">{words.detail.stillActive}</p>}
      <div className="choices">
        {outcomesOf(alert.kind).map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="disposition"
              data-disposition={one}
              checked={disposition === one}
              disabled={active}
              onChange={() => put({ disposition: one })}
            />
            {words.disposition[one]}
          </label>
        ))}
      </div>
      <div className="last">
        <input
          value={draft.closeNote}
          maxLength={2000}
          disabled={active}
          placeholder={words.detail.closeNote}
          aria-label={words.detail.closeNote}
          onChange={(event) => put({ closeNote: event.target.value })}
        />
        <button
          type="button"
          className="main"
          data-close
          disabled={disposition === null || active || operation.sending !== null}
          onClick={() => void close()}
        >
          {operation.sending === 'close' ? words.sending : words.detail.closeNow}
        </button>
      </div>
    </section>
  );
};
