import type { Call } from '../../../src/model/call.ts';
import { spanText } from '../board/deadline.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { recordingAddress } from '../server/gateway.ts';
import { useSpeech } from '../words/words.tsx';
import { mayHear, spokenMs } from './recordings.ts';

/** The recording of a call, to be played by those who may hear it; nothing of it is fetched before, for the journal notes every playback. */
export const Recording = ({ call }: { readonly call: Call }) => {
  const { words } = useSpeech();
  const { user } = useFeedState();
  const ms = spokenMs(call);
  const said = words.detail.recording(ms === null ? '' : spanText(ms, words.age));
  return (
    <div className="recording" data-recording={call.id}>
      <span>{said}</span>
      {mayHear(user, call) ? (
        <>
          {/* biome-ignore lint/a11y/useMediaCaption: nobody has written down what was said. */}
          <audio controls preload="none" src={recordingAddress(call.id)} aria-label={said} />
          <small className="quiet">{words.detail.recordingNoted}</small>
        </>
      ) : (
        <small className="quiet">{words.detail.recordingFor}</small>
      )}
    </div>
  );
};
