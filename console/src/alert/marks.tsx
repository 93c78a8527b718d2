import type { Alert } from '../../../src/model/alert.ts';
import { useSpeech } from '../words/words.tsx';

/** What is unusual about an alert, in a word each. */
export const Marks = ({ alert, stored }: { readonly alert: Alert; readonly stored: boolean }) => {
  const { words } = useSpeech();
  return (
    <>
      {!stored && (
        <span className="mark loud" title={words.mark.uncommittedHint}>
          {words.mark.uncommitted}
        </span>
      )}
      {alert.test && <span className="mark">{words.mark.test}</span>}
      {alert.late && (
        <span className="mark" title={words.mark.lateHint}>
          {words.mark.late}
        </span>
      )}
      {alert.chattering === true && (
        <span className="mark" title={words.mark.chatteringHint}>
          {words.mark.chattering}
        </span>
      )}
      {alert.escalatedAt !== undefined && !alert.acknowledged && (
        <span className="mark loud">{words.mark.escalated}</span>
      )}
    </>
  );
};
