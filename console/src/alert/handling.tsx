import { type KeyboardEvent, useState } from 'react';
import { type Alert, personKinds } from '../../../src/model/alert.ts';
import type { TimelineEntry } from '../../../src/model/change.ts';
import { helpers } from '../../../src/model/operation.ts';
import { needsReach, type Reached } from '../../../src/model/reach.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useStreetZone } from '../time/street-zone.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import type { Dictionary } from '../words/zh.ts';
import { type Draft, forgetDraft } from './drafts.ts';
import { outcomesOf } from './outcomes.ts';
import { reachedBy } from './reach.ts';
import { Script } from './script.tsx';
import type { PutDraft } from './use-draft.ts';
import type { Operation } from './use-operation.ts';

type Handling = {
  readonly operation: Operation;
  readonly draft: Draft;
  readonly put: PutDraft;
};

/** The note that was saved last here, and when (epoch ms, the gateway's). */
export type SavedNote = { readonly at: number; readonly note: string };

type Noting = Handling & {
  readonly alert: Alert;
  /** Null once something is typed again. */
  readonly saved: SavedNote | null;
  readonly tellSaved: (note: string | null) => void;
};

const inThreeLines = ['says', 'condition', 'agreed'] as const;
const noteFields = ['note', ...inThreeLines] as const;

/** What stands in the fields of the note, as it is saved; '' = nothing. */
const noteOf = (draft: Draft, alert: Alert, { detail: { talk }, marks }: Dictionary): string =>
  personKinds.has(alert.kind)
    ? inThreeLines
        .filter((line) => draft[line].trim() !== '')
        .map((line) => `${talk[line]}${marks.colon}${draft[line].trim()}`)
        .join('\n')
    : draft.note.trim();

/** Saves the note; answers whether nothing of it is unsaved now. */
const saveNote = async (
  { operation, draft, put, alert, tellSaved }: Noting,
  words: Dictionary,
): Promise<boolean> => {
  const note = noteOf(draft, alert, words);
  if (note === '') return true;
  if (!(await operation.send('comment', { note }))) return false;
  // What was typed meanwhile stays.
  put((now) =>
    Object.fromEntries(noteFields.filter((field) => now[field] === draft[field]).map((field) => [field, ''])),
  );
  tellSaved(note);
  return true;
};

/** A note on the alert; of a talk with a person in three lines, so that nothing is forgotten. */
export const Comment = (props: Noting) => {
  const { operation, draft, alert, saved } = props;
  const { words } = useSpeech();
  const times = useTimes();
  const { talk } = words.detail;
  const talks = personKinds.has(alert.kind);
  const note = noteOf(draft, alert, words);
  const save = (): Promise<boolean> => saveNote(props, words);
  const type = (change: Partial<Draft>): void => {
    props.tellSaved(null);
    props.put(change);
  };
  const saveOn = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
  };
  return (
    <section className="comment">
      <h3>{words.detail.comment}</h3>
      {talks ? (
        inThreeLines.map((line) => (
          <label key={line} className="talk-line">
            <span>{talk[line]}</span>
            <textarea
              name={line}
              rows={1}
              maxLength={600}
              value={draft[line]}
              placeholder={talk.hint[line]}
              onChange={(event) => type({ [line]: event.target.value })}
              onKeyDown={saveOn}
            />
          </label>
        ))
      ) : (
        <textarea
          name="note"
          rows={3}
          maxLength={2000}
          value={draft.note}
          placeholder={words.detail.commentPlaceholder}
          aria-label={words.detail.comment}
          onChange={(event) => type({ note: event.target.value })}
          onKeyDown={saveOn}
        />
      )}
      <button
        type="button"
        data-save
        disabled={note === '' || operation.sending !== null}
        onClick={() => void save()}
      >
        {operation.sending === 'comment' ? words.sending : words.detail.save}
      </button>
      <div className="saved" role="status">
        {saved !== null && (
          <>
            <strong>
              <i aria-hidden="true">✓</i> {words.detail.saved(times.minute(saved.at))}
            </strong>
            <blockquote>{saved.note}</blockquote>
          </>
        )}
      </div>
    </section>
  );
};

type Helper = (typeof helpers)[number];
const steps = ['asked', 'confirmed', 'arrived'] as const;
type Step = (typeof steps)[number];

/** When each kind of help was asked, on the way and there, by the timeline: the last time of each. */
const helpSoFar = (timeline: readonly TimelineEntry[]): ReadonlyMap<string, number> =>
  new Map(
    timeline.flatMap(({ event, at, data }): readonly (readonly [string, number])[] => {
      if (typeof data.who !== 'string') return [];
      if (event === 'arrived') return [[`${data.who} arrived`, at]];
      if (event !== 'dispatched') return [];
      return [[`${data.who} ${data.confirmed === true ? 'confirmed' : 'asked'}`, at]];
    }),
  );

/** Whom to send: asked, on the way, and there, each with its own button, so that a person who pressed is never told of help that has not agreed; behind each name what to say and whom to call. */
export const Dispatch = (
  props: Handling & { readonly alert: Alert; readonly timeline: readonly TimelineEntry[] },
) => {
  const { operation, draft, put, alert } = props;
  const { words } = useSpeech();
  const times = useTimes();
  const [script, setScript] = useState<Helper | null>(null);
  const done = helpSoFar(props.timeline);
  const person = draft.person.trim();
  const send = async (who: Helper, step: Step): Promise<void> => {
    const named = person === '' ? {} : { name: person, note: `${words.helper[who]} ${person}` };
    const sent =
      step === 'arrived'
        ? await operation.send('arrived', { who, ...named })
        : await operation.send('dispatch', { who, confirmed: step === 'confirmed', ...named });
    if (sent) put({ person: '' });
  };
  const said: Readonly<Record<Step, string>> = {
    asked: words.detail.asked,
    confirmed: words.detail.confirmed,
    arrived: words.script.arrived,
  };
  const informedAt = alert.familyInformedAt;
  return (
    <section className="dispatch">
      <h3>{words.detail.dispatch}</h3>
      <ul className="help">
        {helpers.map((who) => (
          <li key={who}>
            <button
              type="button"
              className="name"
              data-script={who}
              aria-expanded={script === who}
              onClick={() => setScript(script === who ? null : who)}
            >
              {words.helper[who]} <i aria-hidden="true">{script === who ? '▾' : '▸'}</i>
            </button>
            {steps.map((step) => {
              const at = done.get(`${who} ${step}`);
              return (
                <button
                  key={step}
                  type="button"
                  data-dispatch={who}
                  data-step={step}
                  className={at === undefined ? '' : 'done'}
                  disabled={operation.sending !== null}
                  onClick={() => void send(who, step)}
                >
                  {said[step]}
                  {at !== undefined && <small> ✓ {times.minute(at)}</small>}
                </button>
              );
            })}
            {who === 'family' && (
              <button
                type="button"
                data-verb="family-informed"
                className={informedAt === undefined ? 'informed' : 'informed done'}
                disabled={operation.sending !== null}
                onClick={() => void operation.send('family-informed', {})}
              >
                {words.script.informed}
                {informedAt !== undefined && <small> ✓ {times.minute(informedAt)}</small>}
              </button>
            )}
            {script === who && <Script who={who} alert={alert} />}
          </li>
        ))}
      </ul>
      <input
        value={draft.person}
        maxLength={100}
        placeholder={words.detail.person}
        aria-label={words.detail.person}
        onChange={(event) => put({ person: event.target.value })}
      />
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
  const { words } = useSpeech();
  const times = useTimes();
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
            {words.detail.shelvedUntil(times.minute(alert.shelvedUntil), nameOf(alert.shelvedBy ?? ''))}
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

/** Whether the person was spoken with or seen, by whom and when: nobody who called for help is filed away unseen. */
const ReachQuestion = (props: Handling & { readonly disabled: boolean }) => {
  const { draft, put, disabled } = props;
  const { words } = useSpeech();
  const { reach } = words.detail;
  return (
    <fieldset className="reach">
      <legend>{reach.question}</legend>
      {(['spoke', 'seen'] as const).map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="reached"
            data-reached={one}
            checked={draft.reached === one}
            disabled={disabled}
            onChange={() => put({ reached: one })}
          />
          {reach[one]}
        </label>
      ))}
      {draft.reached === 'seen' && (
        <div className="seen">
          <input
            value={draft.seenBy}
            maxLength={60}
            disabled={disabled}
            placeholder={reach.by}
            aria-label={reach.by}
            onChange={(event) => put({ seenBy: event.target.value })}
          />
          <input
            type="time"
            value={draft.seenAt}
            disabled={disabled}
            aria-label={reach.at}
            onChange={(event) => put({ seenAt: event.target.value })}
          />
        </div>
      )}
      <p className="quiet">{reach.why}</p>
    </fieldset>
  );
};

/** How it ended: one of the dispositions that fit its kind, which only a person can say. */
export const Finish = (props: Noting) => {
  const { operation, draft, put, alert } = props;
  const [unsaved, setUnsaved] = useState(false);
  const { active } = alert;
  const { words } = useSpeech();
  const { clockOffsetMs } = useFeedState();
  const zone = useStreetZone();
  const { disposition } = draft;
  const asksReach = needsReach(alert.kind, disposition);
  const reached = (): Reached | null => reachedBy(draft, Date.now() + clockOffsetMs, zone);
  const unreached = asksReach && reached() === null;
  const close = async (): Promise<void> => {
    if (disposition === null || unreached) return;
    setUnsaved(false);
    if (!(await saveNote(props, words))) {
      setUnsaved(true);
      return;
    }
    const how = asksReach ? reached() : null;
    const note = draft.closeNote.trim();
    const said = { ...(how === null ? {} : { reached: how }), ...(note === '' ? {} : { note }) };
    if (await operation.send('close', { disposition, ...said })) forgetDraft(sessionStorage, alert.id);
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
      {asksReach && disposition !== null && (
        <ReachQuestion operation={operation} draft={draft} put={put} disabled={active} />
      )}
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
          disabled={disposition === null || unreached || active || operation.sending !== null}
          onClick={() => void close()}
        >
          {operation.sending === 'close' ? words.sending : words.detail.closeNow}
        </button>
      </div>
      {unsaved && operation.refused !== null && (
        <p className="refused" data-unsaved>
          {words.detail.unsaved} {operation.refused}
        </p>
      )}
    </section>
  );
};
