import { useEffect, useRef } from 'react';
import type { Alert } from '../../../src/model/alert.ts';
import { useSpeech } from '../words/words.tsx';

/** Keeps whoever logs out while emergencies are in their hands, and says what can be done with them; the keyboard is on staying. */
export const LeaveSheet = (props: {
  readonly held: readonly Alert[];
  readonly stay: () => void;
  /** Go to where a shift is handed over. */
  readonly handOver: () => void;
  /** Give all of them back, so that they ring, and go. */
  readonly giveBack: () => void;
}) => {
  const { words, text } = useSpeech();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div
      className="sheet"
      role="alertdialog"
      aria-modal="true"
      aria-label={words.leave.title(props.held.length)}
    >
      <h2>{words.leave.title(props.held.length)}</h2>
      <p>{words.leave.why}</p>
      <ul>
        {props.held.slice(0, 8).map((alert) => (
          <li key={alert.id}>
            <strong>{alert.place?.text ?? words.board.unknownPlace}</strong> {text(alert.title)}
          </li>
        ))}
      </ul>
      <p className="choice">
        <button ref={button} type="button" className="main" onClick={props.stay}>
          {words.leave.stay}
        </button>
        <button type="button" data-hand-over onClick={props.handOver}>
          {words.leave.handOver}
        </button>
        <button type="button" data-give-back onClick={props.giveBack}>
          {words.leave.giveBack}
        </button>
      </p>
    </div>
  );
};

/** Tells whoever wanted to go that the gateway has not let them: nobody thinks that a seat is free that is not. `why` in words. */
export const StillHere = (props: {
  readonly why: string;
  readonly stay: () => void;
  readonly again: () => void;
}) => {
  const { words } = useSpeech();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div className="sheet" role="alertdialog" aria-modal="true" aria-label={words.leave.failed}>
      <h2>{words.leave.failed}</h2>
      <p>{words.leave.failedWhy(props.why)}</p>
      <p className="choice">
        <button type="button" className="main" onClick={props.again}>
          {words.leave.again}
        </button>
        <button ref={button} type="button" onClick={props.stay}>
          {words.leave.stay}
        </button>
      </p>
    </div>
  );
};
