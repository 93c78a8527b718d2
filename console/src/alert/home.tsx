import { type Alert, type AlertKind, personKinds } from '../../../src/model/alert.ts';
import { ageText } from '../board/deadline.ts';
import { deviceWord } from '../devices/device-word.ts';
import { readableValues } from '../devices/values.ts';
import { useClock } from '../feed/clock.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { useSpeech } from '../words/words.tsx';
import { callsBefore, type Home } from './use-home.ts';

const hazards: ReadonlySet<AlertKind> = new Set(['smoke', 'gas', 'co']);

/** Smoke, gas or carbon monoxide in the home of an alert, by other alerts that are open. */
export const hazardsBeside = (alert: Alert, alerts: ReadonlyMap<string, Alert>): readonly Alert[] =>
  alert.place === null
    ? []
    : [...alerts.values()].filter(
        (other) =>
          other.id !== alert.id &&
          !other.test &&
          hazards.has(other.kind) &&
          other.place?.id === alert.place?.id,
      );

/** Smoke, gas or carbon monoxide in the home of another alert: in red, and a way there. Whoever sends somebody must know. */
export const Hazards = (props: { readonly alert: Alert; readonly open: (id: string) => void }) => {
  const { alert } = props;
  const { words, text } = useSpeech();
  const { alerts } = useFeedState();
  const here = hazardsBeside(alert, alerts);
  return (
    <>
      {[...new Set(here.map(({ kind }) => kind))].map((kind) => {
        const ofKind = here.filter((other) => other.kind === kind);
        const first = ofKind[0];
        return (
          <p key={kind} className="hazard" role="alert" data-hazard={kind}>
            <span>
              <i aria-hidden="true">▲</i> {words.home.hazard(wordFor(words.kind, kind))}
              <small>
                {ofKind
                  .map(({ title, active }) =>
                    active ? text(title) : `${text(title)} · ${words.detail.over}`,
                  )
                  .join('; ')}
              </small>
            </span>
            {first !== undefined && (
              <button type="button" onClick={() => props.open(first.id)}>
                {words.board.open}
              </button>
            )}
          </p>
        );
      })}
    </>
  );
};

/** What is said first where gas or carbon monoxide may be: before any question. */
export const FirstWords = ({ kinds }: { readonly kinds: ReadonlySet<AlertKind> }) => {
  const { words } = useSpeech();
  const said = kinds.has('gas')
    ? words.home.firstWords.gas
    : kinds.has('co')
      ? words.home.firstWords.co
      : kinds.has('smoke')
        ? words.home.firstWords.smoke
        : null;
  return said === null ? null : (
    <p className="first-words" data-first-words>
      <strong>{words.home.sayFirst}</strong>
      <q>{said}</q>
    </p>
  );
};

/** How often they called in the last 30 days, and who spoke with them last. */
export const RepeatCaller = ({ alert, home }: { readonly alert: Alert; readonly home: Home }) => {
  const { words } = useSpeech();
  const times = useTimes();
  const { names } = useFeedState();
  if (home.alerts === null || !personKinds.has(alert.kind)) return null;
  const { count, last } = callsBefore(home.alerts, alert);
  if (last === null) return <p className="quiet">{words.home.firstCall}</p>;
  const who = last.claimedBy ?? last.acknowledgedBy;
  return (
    <p className="repeat" data-repeat={count}>
      <strong>{words.home.calledBefore(count)}</strong>{' '}
      {words.home.lastCall(
        times.second(last.receivedAt),
        who === undefined ? words.board.nobody : (names.get(who) ?? who),
      )}
      {last.disposition !== undefined && ` · ${wordFor(words.disposition, last.disposition)}`}
    </p>
  );
};

/** The newest values of every sensor of the home, each with its age. */
export const HomeValues = ({ home }: { readonly home: Home }) => {
  const { words } = useSpeech();
  const minute = useClock((now) => Math.floor(now / 10_000));
  if (home.devices === null) return null;
  const now = minute * 10_000 + 10_000;
  return (
    <section className="home-values">
      <h3>{words.home.values}</h3>
      <ul>
        {home.devices.map((device) => {
          const values = readableValues(device.latest, words);
          return (
            <li key={device.id} data-home-device={device.id}>
              <span className="name">{deviceWord(device, words)}</span>
              <span className="values">
                {values.map(({ name, text, loud }) => (
                  <span key={name} className={loud ? 'value loud' : 'value'}>
                    {text}
                  </span>
                ))}
                {values.length === 0 && <span className="quiet">{words.home.nothing}</span>}
              </span>
              <small className={device.link === 'offline' ? 'bad' : 'quiet'}>
                {device.link === 'offline' && `${words.devices.offline} · `}
                {device.lastSeenAt === null
                  ? words.devices.never
                  : words.device.ago(ageText(now - device.lastSeenAt, words.age))}
              </small>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

/** How many of the last alerts of a home are listed. */
const listed = 6;

/** The last alerts of the home, newest first. */
export const HomeHistory = (props: {
  readonly alert: Alert;
  readonly home: Home;
  readonly open: (id: string) => void;
}) => {
  const { words, text } = useSpeech();
  const times = useTimes();
  const past = (props.home.alerts ?? []).filter(({ id }) => id !== props.alert.id);
  if (past.length === 0) return null;
  return (
    <section className="home-history">
      <h3>{words.home.history(past.length)}</h3>
      <ul>
        {past.slice(0, listed).map((alert) => (
          <li key={alert.id}>
            <time>{times.second(alert.receivedAt)}</time>
            <button type="button" className="plain" onClick={() => props.open(alert.id)}>
              {text(alert.title)}
            </button>
            <span className="quiet">
              {alert.disposition === undefined
                ? words.state[alert.state]
                : wordFor(words.disposition, alert.disposition)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};
