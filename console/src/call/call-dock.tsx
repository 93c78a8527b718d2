import { useMemo, useState } from 'react';
import type { Call } from '../../../src/model/call.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { spanText } from '../board/deadline.ts';
import { useClock } from '../feed/clock.ts';
import type { BrokenCall } from '../feed/feed-state.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { commandCall } from '../server/gateway.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import { BrokenCallNotice } from './broken-call.tsx';
import { CallBar } from './call-bar.tsx';
import { useLegs } from './call-desk.ts';
import { waitText } from './call-line.tsx';
import { useMicrophoneFault } from './known-microphone.ts';
import { useCallCommand } from './use-call-command.ts';
import { callsOf, hungUpByKey, isSpoken, waitingBeside } from './waiting.ts';
import './call.css';

/** How many of those who wait have a row of their own. */
const rowsOfWaiting = 3;

const WaitingCall = (props: { readonly call: Call; readonly openAlert: (id: string) => void }) => {
  const { call } = props;
  const speech = useSpeech();
  const { words } = speech;
  const times = useTimes();
  const { user } = useFeedState();
  const { sending, refused, run } = useCallCommand();
  const { legs } = useLegs();
  const span = useClock((now) => spanText(now - (call.ringingAt ?? call.requestedAt), words.age));
  const { alert } = call;
  return (
    <section className="call-bar rings" data-waiting-call={call.id} aria-label={words.call.news.rings}>
      <div className="line">
        <b className="state">
          <i aria-hidden="true">☎</i> {words.call.state.rings}
        </b>
        <span className="who">
          <strong>{call.place?.text ?? call.device}</strong>
          <span>{waitText(call, speech, times)}</span>
        </span>
        <span className="span">{span}</span>
        <span className="spring" />
        {refused !== null && (
          <span className="trouble" role="alert">
            {refused}
          </span>
        )}
        {legs.some(({ part }) => part === 'speak') && <small>{words.call.holdsOther}</small>}
        {(user === null || mayActAs(user.role, 'operator')) && (
          <button
            type="button"
            className="main"
            data-answer={call.id}
            disabled={sending !== null}
            onClick={() =>
              void run('answer', (at) => commandCall(call.id, 'answer', at)).then((done) => {
                if (done && alert !== undefined) props.openAlert(alert);
              })
            }
          >
            {sending === null ? words.call.answer : words.sending}
          </button>
        )}
        {alert !== undefined && (
          <button type="button" onClick={() => props.openAlert(alert)}>
            {words.call.alert}
          </button>
        )}
      </div>
    </section>
  );
};

/** The calls of this seat, under the strip on every page, beside what rings and never over it: those it is in, those of its own that broke, and those that wait although no emergency stands for them on the screen. */
export const CallDock = ({ openAlert }: { readonly openAlert: (id: string) => void }) => {
  const { words } = useSpeech();
  const { calls, alerts, user, brokenCalls } = useFeedState();
  const [dismissed, setDismissed] = useState<ReadonlySet<BrokenCall>>(new Set());
  const fault = useMicrophoneFault();
  const { legs, active, elsewhere } = useLegs();
  const waiting = useMemo(() => waitingBeside(calls, alerts), [calls, alerts]);
  const mine = callsOf(calls, user?.id ?? null);
  const keyed = hungUpByKey(mine, active);
  const listened = [...calls.values()].filter(
    (call) => !mine.includes(call) && legs.some((leg) => leg.call === call.id && leg.line !== 'lost'),
  );
  const broken = [...brokenCalls.values()].filter(
    (one) =>
      !dismissed.has(one) &&
      (one.call.alert === undefined || alerts.has(one.call.alert)) &&
      // Whoever was cut off may have called anew, and been answered.
      ![...calls.values()].some((call) => call.device === one.call.device && isSpoken(call)),
  );
  if (mine.length + listened.length + waiting.length + broken.length === 0) return null;
  return (
    <aside className="call-dock" data-call-dock>
      {mine.some(({ id }) => elsewhere.includes(id)) && (
        <p className="in-another-window" role="status" data-elsewhere>
          <i aria-hidden="true">→</i> {words.call.elsewhere}
        </p>
      )}
      {[...mine, ...listened].map((call) => (
        <CallBar
          key={call.id}
          call={call}
          leg={legs.find((leg) => leg.call === call.id) ?? null}
          keyed={call.id === keyed}
          openAlert={openAlert}
        />
      ))}
      {broken.map((one) => (
        <BrokenCallNotice
          key={one.call.id}
          broken={one}
          openAlert={openAlert}
          dismiss={() => setDismissed(new Set([...dismissed, one]))}
        />
      ))}
      {waiting.length > 0 && mine.length === 0 && fault !== null && (
        <p className="more-waiting" data-no-microphone={fault}>
          <i aria-hidden="true">✕</i> {words.call.noMicrophone.full}
        </p>
      )}
      {waiting.slice(0, rowsOfWaiting).map((call) => (
        <WaitingCall key={call.id} call={call} openAlert={openAlert} />
      ))}
      {waiting.length > rowsOfWaiting && (
        <p className="more-waiting">{words.call.more(waiting.length - rowsOfWaiting)}</p>
      )}
      <p className="unseen" aria-live="assertive">
        {waiting.length > 0 && words.call.waiting(waiting.length)}
      </p>
    </aside>
  );
};
