import { mayActAs } from '../../../src/model/user.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { placeCall } from '../server/gateway.ts';
import { useSpeech } from '../words/words.tsx';
import { useCallCommand } from './use-call-command.ts';

/** Calls a device over which a person can be spoken with; what comes of it stands in the bar of calls. */
export const CallDevice = ({ device }: { readonly device: string }) => {
  const { words } = useSpeech();
  const { user, calls } = useFeedState();
  const { sending, refused, run } = useCallCommand();
  if (user !== null && !mayActAs(user.role, 'operator')) return null;
  const busy = [...calls.values()].some((call) => call.device === device);
  return (
    <>
      <button
        type="button"
        data-call-back={device}
        disabled={busy || sending !== null}
        onClick={() => void run('place', (at) => placeCall(device, null, at))}
      >
        <i aria-hidden="true">☎</i> {sending === null ? words.call.callDevice : words.sending}
      </button>
      {refused !== null && (
        <span className="refused" role="alert">
          {refused}
        </span>
      )}
    </>
  );
};
