import { mayActAs } from '../../../src/model/user.ts';
import { useCallOf, useLegs } from '../call/call-desk.ts';
import { rings } from '../call/waiting.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { useOperation } from './use-operation.ts';

/** The one big button: takes the alert and answers its call where one rings; says who was faster, or why it could not be done. `armed` false: it has only just come under the hand, and a click meant for something else does nothing. */
export const TakeButton = (props: {
  readonly id: string;
  readonly armed?: boolean;
  readonly taken?: () => void;
}) => {
  const { words } = useSpeech();
  const { user, console } = useFeedState();
  const call = useCallOf(props.id);
  const { legs } = useLegs();
  const { sending, refused, send } = useOperation(props.id);
  if (user !== null && !mayActAs(user.role, 'operator')) return null;
  const take = async (): Promise<void> => {
    if (props.armed === false) return;
    // Answered here, and not at another page of the same person.
    const here = call !== null && rings(call) && console !== null ? { console } : {};
    if (await send('take', here)) props.taken?.();
  };
  return (
    <span className="take">
      <button
        type="button"
        className="main"
        disabled={sending !== null}
        aria-disabled={props.armed === false}
        data-take={props.id}
        onClick={(event) => {
          event.stopPropagation();
          void take();
        }}
      >
        {sending === null ? words.board.take : words.sending}
      </button>
      {call !== null && rings(call) && legs.some(({ part }) => part === 'speak') && (
        <small className="holds">{words.call.holdsOther}</small>
      )}
      {refused !== null && (
        <span className="refused" role="alert">
          {refused}
        </span>
      )}
    </span>
  );
};
