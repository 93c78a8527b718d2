import { useEffect, useMemo, useState } from 'react';
import { type Alert, isEmergency, priorities } from '../../../src/model/alert.ts';
import { liesWithin, type Place } from '../../../src/model/place.ts';
import { Marks } from '../alert/marks.tsx';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { ageText } from '../board/deadline.ts';
import { byUrgency, isRinging, isWaiting, sectionOf } from '../board/order.ts';
import { stateWord } from '../board/state-word.ts';
import { WaitingClock } from '../board/waiting-clock.tsx';
import { useClock } from '../feed/clock.ts';
import { countCalling, floodHere, openAlerts, type Shown } from '../feed/feed-state.ts';
import { feedHealth } from '../feed/health.ts';
import { FeedProvider, type LiveFeed, startFeed, useFeedState, useLine } from '../feed/live-feed.ts';
import { Counts } from '../places/counts.tsx';
import { usePlaces } from '../places/use-places.ts';
import { askSession } from '../server/gateway.ts';
import { useSession } from '../session/session.ts';
import { useSessionLine } from '../session/use-session-line.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import './wall.css';

/** How many emergencies are drawn large; what is beyond is counted. */
const largeAtMost = 6;
/** Beyond so many they stand closer, so that none of them falls off the foot of the screen. */
const roomyUpTo = 3;
const inHandAtMost = 6;

const TimeOfDay = () => {
  const times = useTimes();
  const at = useClock((now) => Math.floor(now / 60_000)) * 60_000;
  return (
    <time className="time" dateTime={times.full(at)}>
      <b>{times.minute(at)}</b>
      <span>{times.longDay(at)}</span>
    </time>
  );
};

const Trust = () => {
  const { words } = useSpeech();
  const line = useLine();
  const { ended } = useSession();
  const health = useClock(() => feedHealth(line, Date.now()));
  const age = useClock(() => ageText(Date.now() - line.heardAt, words.age));
  if (ended)
    return (
      <p className={`trust ${health}`} role="status" data-banner="ended">
        {words.login.expiredTitle}
      </p>
    );
  if (health === 'live') return <p className="trust good">● {words.strip.newest(age)}</p>;
  return (
    <p className={`trust ${health}`} role="alert" data-banner={health}>
      {health === 'blind'
        ? words.banner.blind(age)
        : line.open
          ? words.banner.stale(age)
          : words.banner.closed(age)}
    </p>
  );
};

const Ringing = ({ shown: { alert, stored } }: { readonly shown: Shown }) => {
  const { words, text } = useSpeech();
  return (
    <li className={`large ${alert.priority}`} data-alert={alert.id}>
      <PriorityShape priority={alert.priority} />
      <div>
        <strong>{alert.place?.text ?? words.board.unknownPlace}</strong>
        <p>
          {text(alert.title)} <Marks alert={alert} stored={stored} />
        </p>
      </div>
      <WaitingClock alert={alert} rings />
    </li>
  );
};

const InHand = ({ alert }: { readonly alert: Alert }) => {
  const { words, text } = useSpeech();
  const word = stateWord(alert);
  return (
    <li data-alert={alert.id}>
      <b className={`word ${word}`}>{words.word[word]}</b>
      <span>{alert.place?.text ?? words.board.unknownPlace}</span>
      <span className="quiet">{text(alert.title)}</span>
      <WaitingClock alert={alert} />
    </li>
  );
};

/** What calls nobody just now, in numbers. */
const Aside = ({ alerts }: { readonly alerts: readonly Alert[] }) => {
  const { words } = useSpeech();
  const aside = alerts.filter((alert) => sectionOf(alert) === 'aside');
  if (aside.length === 0) return null;
  return (
    <p className="aside">
      {words.section.aside} <Counts alerts={aside} />
    </p>
  );
};

const buildingsOf = (places: readonly Place[]): ReadonlyMap<string, readonly Place[]> =>
  Map.groupBy(
    places
      .filter(({ path }) => path.at(-1)?.kind === 'building')
      .sort((a, b) => a.text.localeCompare(b.text, 'zh', { numeric: true })),
    ({ path }) => path.find(({ kind }) => kind === 'community')?.name ?? '',
  );

const Buildings = ({ alerts }: { readonly alerts: readonly Alert[] }) => {
  const { answer } = usePlaces();
  const communities = useMemo(() => buildingsOf(answer?.ok === true ? answer.value : []), [answer]);
  const sorted = useMemo(() => [...alerts].sort(byUrgency), [alerts]);
  return (
    <div className="communities">
      {[...communities].map(([community, buildings]) => (
        <section key={community} aria-label={community}>
          {community !== '' && <h3>{community}</h3>}
          <ul>
            {buildings.map((building) => {
              const open = sorted.filter(({ place }) => place !== null && liesWithin(place, building.id));
              const [worst] = open;
              return (
                <li
                  key={building.id}
                  className={`building ${worst?.priority ?? 'calm'}${worst !== undefined && isRinging(worst) ? ' rings' : ''}`}
                  data-place={building.id}
                >
                  <b>{building.path.at(-1)?.name}</b>
                  {worst !== undefined && (
                    <span>
                      <PriorityShape priority={worst.priority} /> {open.length}
                    </span>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </div>
  );
};

/** What hangs on the wall of the duty room for everybody who comes in: where it rings, what is in hand, how each building stands. No word of who lives where, what ails them or who has a key. It asks nobody for anything and confirms nothing as shown: a wall is nobody's desk. */
const Wall = () => {
  const { words } = useSpeech();
  useSessionLine();
  const state = useFeedState();
  const { alerts: stored, uncommitted } = state;
  const open = useMemo(
    () => [...openAlerts({ alerts: stored, uncommitted }).values()],
    [stored, uncommitted],
  );
  const alerts = useMemo(() => open.map(({ alert }) => alert), [open]);
  const ringing = useMemo(
    () => open.filter(({ alert }) => isRinging(alert)).sort((a, b) => byUrgency(a.alert, b.alert)),
    [open],
  );
  const inHand = useMemo(
    () =>
      alerts
        .filter((alert) => isEmergency(alert) && !isRinging(alert) && sectionOf(alert) === 'emergency')
        .sort(byUrgency),
    [alerts],
  );
  const flood = floodHere(state);
  useEffect(() => {
    document.title = `${words.product} · ${words.wall.title}`;
  }, [words]);
  return (
    <main className={`wall${ringing.length > 0 ? ' rings' : ''}`} aria-label={words.wall.title}>
      <header>
        <h1>
          {words.product} <span className="quiet">{words.room}</span>
        </h1>
        <dl className="totals">
          {priorities.map((priority) => {
            const of = alerts.filter(
              (alert) => alert.priority === priority && sectionOf(alert) !== 'aside' && !alert.test,
            );
            return (
              <div key={priority} className={priority}>
                <dt>
                  <PriorityShape priority={priority} /> {words.priority[priority]}
                </dt>
                <dd>
                  {of.length}
                  <small>{words.board.waiting(of.filter(isWaiting).length)}</small>
                </dd>
              </div>
            );
          })}
        </dl>
        <TimeOfDay />
      </header>
      <Trust />
      {flood !== null && (
        <p className="trust" data-banner="flood">
          <span role="status">{words.banner.flood}</span> ·{' '}
          <span data-open>{words.banner.floodOpen(countCalling(alerts))}</span>
        </p>
      )}
      <div className="halves">
        <section className="emergencies" aria-label={words.section.emergency}>
          {ringing.length > 0 && (
            <ul className={ringing.length > roomyUpTo ? 'ringing many' : 'ringing'} aria-live="assertive">
              {ringing.slice(0, largeAtMost).map((shown) => (
                <Ringing key={shown.alert.id} shown={shown} />
              ))}
            </ul>
          )}
          {ringing.length > largeAtMost && (
            <p className="beyond">{words.wall.beyond(ringing.length - largeAtMost)}</p>
          )}
          {inHand.length > 0 && (
            <>
              <h2>{words.wall.inHand(inHand.length)}</h2>
              <ul className="in-hand">
                {inHand.slice(0, inHandAtMost).map((alert) => (
                  <InHand key={alert.id} alert={alert} />
                ))}
              </ul>
            </>
          )}
          {ringing.length === 0 && inHand.length === 0 && state.complete && (
            <p className="nothing-rings">{words.wall.calm}</p>
          )}
          <Aside alerts={alerts} />
        </section>
        <Buildings alerts={alerts} />
      </div>
    </main>
  );
};

/** The wall with a live feed of its own. */
export const WallPage = () => {
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    const started = startFeed(() => void askSession());
    setFeed(started);
    return () => started.stop();
  }, []);
  if (feed === null) return null;
  return (
    <FeedProvider value={feed}>
      <Wall />
    </FeedProvider>
  );
};
