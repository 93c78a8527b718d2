import type { Alert } from '../../../src/model/alert.ts';
import type { Call } from '../../../src/model/call.ts';
import { mayActAs } from '../../../src/model/user.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { commandCall, placeCall } from '../server/gateway.ts';
import type { Times } from '../time/say-times.ts';
import { useTimes } from '../time/use-times.ts';
import { wordFor } from '../words/word-for.ts';
import { type Speech, useSpeech } from '../words/words.tsx';
import { useCallOf, useLegs } from './call-desk.ts';
import { useCallCommand } from './use-call-command.ts';
import { isCalling, isMissed, rings } from './waiting.ts';

/** How the voice of an alert stands, in a sentence. `urgent`: somebody waits, or was not reached. */
export type CallNews = { readonly text: string; readonly urgent: boolean };

/** What is to be said of a call that rings: the first time, unanswered for long, or again because it broke. */
export const waitText = (call: Call, { words }: Speech, times: Times): string => {
  const { news } = words.call;
  if (call.rings > 1) return news.again(times.minute(call.ringingAt ?? call.requestedAt));
  return isMissed(call) ? news.missed : news.rings;
};

const newsOf = (
  call: Call,
  speech: Speech,
  times: Times,
  nameOf: (id: string) => string,
): CallNews | null => {
  const { words } = speech;
  const { news, reason } = words.call;
  const why = call.reason === undefined ? '' : words.marks.colon + wordFor(reason, call.reason);
  if (rings(call)) return { text: waitText(call, speech, times), urgent: true };
  const who = nameOf(call.answeredBy ?? '');
  if (isCalling(call)) return { text: words.call.callsNow(who), urgent: false };
  switch (call.state) {
    case 'failed':
      return { text: news.failed + why, urgent: true };
    case 'cancelled':
    case 'declined':
    case 'ended':
      return { text: news[call.state] + why, urgent: false };
    case 'answered':
    case 'connected':
      return { text: words.call.speaks(who), urgent: false };
    default:
      return null;
  }
};

/** What is to be said of the call of an alert: of the one under way, else of the last one that is over; null where there was none. */
export const useCallNews = (alert: string): CallNews | null => {
  const speech = useSpeech();
  const times = useTimes();
  const { overCalls, names } = useFeedState();
  const call = useCallOf(alert) ?? overCalls.get(alert) ?? null;
  return call === null ? null : newsOf(call, speech, times, (id) => names.get(id) ?? id);
};

/** The voice of an alert: how its call stands, and answering it, calling back, or listening in. `pager`: the device of the home through which somebody can be called; null = there is none. */
export const CallLine = (props: { readonly alert: Alert; readonly pager: string | null }) => {
  const { alert, pager } = props;
  const { words } = useSpeech();
  const { user } = useFeedState();
  const call = useCallOf(alert.id);
  const news = useCallNews(alert.id);
  const { legs } = useLegs();
  const { sending, refused, run } = useCallCommand();
  const mayAct = user === null || mayActAs(user.role, 'operator');
  const leads = user !== null && mayActAs(user.role, 'supervisor');
  const busy = sending !== null;
  if (news === null && (pager === null || !mayAct)) return null;
  const isAnothers =
    call !== null && call.answeredBy !== undefined && call.answeredBy !== user?.id && !isCalling(call);
  return (
    <div className="call-line" data-call-line>
      {news !== null && (
        <span className={news.urgent ? 'news urgent' : 'news'} role="status">
          <i aria-hidden="true">☎</i> {news.text}
        </span>
      )}
      {mayAct && call !== null && rings(call) && (
        <button
          type="button"
          className="main"
          data-answer={call.id}
          disabled={busy}
          onClick={() => void run('answer', (at) => commandCall(call.id, 'answer', at))}
        >
          {busy ? words.sending : words.call.answer}
        </button>
      )}
      {mayAct && call === null && pager !== null && (
        <button
          type="button"
          data-call-back={pager}
          disabled={busy}
          onClick={() => void run('place', (at) => placeCall(pager, alert.id, at))}
        >
          <i aria-hidden="true">☎</i> {busy ? words.sending : words.call.callBack}
        </button>
      )}
      {leads && isAnothers && !legs.some((leg) => leg.call === call.id) && (
        <button
          type="button"
          data-listen={call.id}
          disabled={busy}
          onClick={() => void run('listen', (at) => commandCall(call.id, 'listen', at))}
        >
          {words.call.listenIn}
        </button>
      )}
      {refused !== null && (
        <span className="refused" role="alert">
          {refused}
        </span>
      )}
    </div>
  );
};
