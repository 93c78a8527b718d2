import type { BrokenCall } from '../feed/feed-state.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import { useLegs } from './call-desk.ts';
import { whyBroken } from './troubles.ts';
import { rings } from './waiting.ts';

/** Tells a seat that its call broke, why, and whether it rings again; it stays until somebody has read it or the call is answered anew. */
export const BrokenCallNotice = (props: {
  readonly broken: BrokenCall;
  readonly openAlert: (id: string) => void;
  readonly dismiss: () => void;
}) => {
  const { call, at } = props.broken;
  const { words } = useSpeech();
  const times = useTimes();
  const { calls } = useFeedState();
  const { voiceless } = useLegs();
  const now = calls.get(call.id);
  const said = now !== undefined && rings(now) ? words.call.broken.rings : words.call.broken.over;
  const { alert } = call;
  return (
    <section className="call-bar rings" data-broken-call={call.id} role="alert">
      <div className="line">
        <b className="state">
          <i aria-hidden="true">▲</i> {said(call.place?.text ?? call.device)}
        </b>
        <span className="trouble">{whyBroken(props.broken, voiceless, words)}</span>
        {at !== null && <time>{times.second(at)}</time>}
        <span className="spring" />
        {alert !== undefined && (
          <button type="button" onClick={() => props.openAlert(alert)}>
            {words.call.alert}
          </button>
        )}
        <button type="button" data-dismiss={call.id} onClick={props.dismiss}>
          {words.call.broken.dismiss}
        </button>
      </div>
    </section>
  );
};
