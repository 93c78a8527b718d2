import { mayActAs } from '../../../src/model/user.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { useOperation } from './use-operation.ts';

/** The one big button: takes the alert; says who was faster, or why it could not be done. `armed` false: it has only just come under the hand, and a click meant for something else does nothing. */
export const TakeButton = (props: {
  readonly id: string;
  readonly armed?: boolean;
  readonly taken?: () => void;
}) => {
  const { words } = useSpeech();
  const { user } = useFeedState();
  const { sending, refused, send } = useOperation(props.id);
  if (user !== null && !mayActAs(user.role, 'operator')) return null;
  const take = async (): Promise<void> => {
    if (props.armed !== false && (await send('take', {}))) props.taken?.();
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
      {refused !== null && (
        <span className="refused" role="alert">
          {refused}
        </span>
      )}
    </span>
  );
};
