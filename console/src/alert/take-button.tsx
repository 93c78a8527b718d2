import type { Alert } from '../../../src/model/alert.ts';
import { useSpeech } from '../words/words.tsx';
import { useOperation } from './use-operation.ts';

/** The one big button: takes the alert; says who was faster, or why it could not be done. */
export const TakeButton = ({
  alert,
  stored,
  taken,
}: {
  readonly alert: Alert;
  readonly stored: boolean;
  readonly taken?: () => void;
}) => {
  const { words } = useSpeech();
  const { sending, refused, send } = useOperation(alert.id);
  const take = async (): Promise<void> => {
    if (await send('take', {})) taken?.();
  };
  return (
    <span className="take">
      <button
        type="button"
        className="main"
        disabled={sending !== null || !stored}
        data-take={alert.id}
        onClick={() => void take()}
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
