import { Button, Card } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { covers } from '../../../src/model/place.ts';
import { isHandedOverByName, type Shift } from '../../../src/model/shift.ts';
import { DeskFrame } from '../desk/desk-frame.tsx';
import type { DeskPageProps } from '../desk/desk-page.ts';
import { openAlerts } from '../feed/feed-state.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useAnswer } from '../server/use-answer.ts';
import { useSoundTest } from '../strip/sound-test.tsx';
import { useTimes } from '../time/use-times.ts';
import { refusalText } from '../words/refusal.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';
import { beginShift, readBefore, readShifts } from './ask-shift.ts';
import { HandOverForm } from './hand-over-form.tsx';
import { History } from './history.tsx';
import { CriticalList, OtherItems } from './items.tsx';
import { RoomSection } from './room.tsx';
import './shift.css';
import { shiftWords } from './words.ts';

/** What is not told on the feed (repairs, tests) is asked for this often (ms). */
const askEveryMs = 10_000;

/** Asked for when the page opens, when the line is new, whenever a shift has changed, and now and then. */
const useShiftAnswers = () => {
  const { shiftsAt } = useFeedState();
  const shifts = useAnswer(readShifts);
  const before = useAnswer(readBefore);
  const { again: shiftsAgain } = shifts;
  const { again: beforeAgain } = before;
  useEffect(() => {
    if (shiftsAt === 0) return;
    shiftsAgain();
    beforeAgain();
  }, [shiftsAt, shiftsAgain, beforeAgain]);
  useEffect(() => {
    const timer = setInterval(beforeAgain, askEveryMs);
    return () => clearInterval(timer);
  }, [beforeAgain]);
  return { shifts, before };
};

const SoundState = ({ shift }: { readonly shift: Shift }) => {
  const page = usePageWords(shiftWords);
  const { names } = useFeedState();
  const times = useTimes();
  const { state, said, play, answer } = useSoundTest();
  const last = shift.soundTests.at(-1);
  const sound = last === undefined ? 'untested' : last.heard ? 'heard' : 'not-heard';
  return (
    <div className="sound-state" data-sound-state={sound}>
      <span className={sound === 'heard' ? 'good' : 'bad'}>
        {sound === 'heard' ? '♪' : '▲'} {page.sound[sound]}
      </span>
      {last !== undefined && (
        <span className="quiet">{page.soundAt(names.get(last.by) ?? last.by, times.minuteOf(last.at))}</span>
      )}
      {state === 'asking' ? (
        <>
          <Button type="primary" onClick={() => answer(true)}>
            {page.heard}
          </Button>
          <Button onClick={() => answer(false)}>{page.notHeard}</Button>
        </>
      ) : (
        <Button
          type={sound === 'heard' ? 'default' : 'primary'}
          disabled={state === 'sending'}
          onClick={play}
        >
          {page.testSound}
        </Button>
      )}
      {said !== null && !said.good && <span className="bad">{said.text}</span>}
    </div>
  );
};

const Content = ({ openAlert }: DeskPageProps) => {
  const page = usePageWords(shiftWords);
  const { words } = useSpeech();
  const times = useTimes();
  const state = useFeedState();
  const { shifts, before } = useShiftAnswers();
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const [begun, setBegun] = useState<'no' | 'asking' | { readonly refused: string }>('no');
  const { user, names, seats, alerts: stored, uncommitted } = state;
  const nameOf = (id: string): string => names.get(id) ?? id;
  const current = shifts.answer?.ok === true ? shifts.answer.value.current : null;
  const scope = current?.places ?? user?.places;
  const alerts = useMemo(
    () =>
      [...openAlerts({ alerts: stored, uncommitted }).values()]
        .map(({ alert }) => alert)
        .filter(({ place }) => covers(scope ?? [], place))
        // What comes while somebody ticks stands below what is there.
        .sort((a, b) => a.receivedAt - b.receivedAt || (a.id < b.id ? -1 : 1)),
    [stored, uncommitted, scope],
  );
  const critical = alerts.filter(isHandedOverByName);
  const left = critical.filter(({ id }) => !taken.has(id)).length;

  if (shifts.answer === null) return <p className="quiet">{page.loading}</p>;
  if (!shifts.answer.ok)
    return (
      <p className="refused" role="alert">
        {page.failed(refusalText(words, shifts.answer))} <Button onClick={shifts.again}>{page.again}</Button>
      </p>
    );
  const mine = current !== null && current.operator === user?.id;
  const isOnLine = current !== null && seats.some((seat) => seat.user === current.operator);
  const others = seats.filter((seat) => seat.user !== user?.id);

  const begin = (): void => {
    setBegun('asking');
    void beginShift().then((answer) => {
      setBegun(answer.ok ? 'no' : { refused: page.refusal[answer.code] ?? refusalText(words, answer) });
      shifts.again();
      before.again();
    });
  };

  return (
    <>
      <div className="desk-head">
        <h1>{page.title}</h1>
        <strong data-shift={current === null ? 'none' : mine ? 'mine' : 'another'}>
          {current === null
            ? page.none
            : mine
              ? page.mine(times.minuteOf(current.beganAt))
              : page.running(nameOf(current.operator), times.minuteOf(current.beganAt))}
        </strong>
        {(current === null || (!mine && !isOnLine)) && (
          <Button type="primary" loading={begun === 'asking'} onClick={begin}>
            {current === null ? page.begin : page.beginOver(nameOf(current.operator))}
          </Button>
        )}
        {current === null && <span className="quiet">{page.noneHint}</span>}
        {current !== null && !mine && isOnLine && (
          <span className="quiet">{page.othersRun(nameOf(current.operator))}</span>
        )}
        {typeof begun === 'object' && (
          <span className="refused" role="alert">
            {begun.refused}
          </span>
        )}
        {current !== null && <SoundState shift={current} />}
      </div>
      <div className="shift-columns">
        <Card title={page.before} className="items-card">
          <h3>
            {page.critical}{' '}
            {mine && critical.length > 0 && (
              <span className={left > 0 ? 'bad' : 'good'}>
                {page.taken(critical.length - left, critical.length)}
              </span>
            )}
          </h3>
          <CriticalList
            alerts={critical}
            nameOf={nameOf}
            open={openAlert}
            tick={
              mine
                ? {
                    taken,
                    put: (id, is) =>
                      setTaken((now) => new Set(is ? [...now, id] : [...now].filter((one) => one !== id))),
                  }
                : null
            }
          />
          {before.answer?.ok === true && (
            <OtherItems before={before.answer.value} alerts={alerts} nameOf={nameOf} />
          )}
        </Card>
        <div className="shift-side">
          {mine && current !== null && (
            <Card title={page.hand}>
              <HandOverForm
                key={current.id}
                shift={current}
                me={nameOf(current.operator)}
                others={others}
                taken={critical.filter(({ id }) => taken.has(id)).map(({ id }) => id)}
                left={left}
                done={() => {
                  setTaken(new Set());
                  shifts.again();
                  before.again();
                }}
              />
            </Card>
          )}
          <Card title={page.room}>
            <RoomSection />
          </Card>
        </div>
      </div>
      <h2>{page.history}</h2>
      <History shifts={shifts.answer.value.shifts} nameOf={nameOf} />
    </>
  );
};

/** The page of the shift: who answers for the room, what is handed over, both signatures, and the shifts before. */
export const DeskPage = (props: DeskPageProps) => (
  <DeskFrame>
    <main className="desk-page" data-page="shift">
      <Content {...props} />
    </main>
  </DeskFrame>
);
