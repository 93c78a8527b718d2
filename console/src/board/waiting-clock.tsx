import type { Alert } from '../../../src/model/alert.ts';
import { useClock } from '../feed/clock.ts';
import { useSpeech } from '../words/words.tsx';
import { spanText, waitingOf } from './deadline.ts';

/** Until when whoever took it has to note or send something, counted down to the gateway's own moment; nothing where none is running. */
export const TendClock = (props: {
  readonly alert: Pick<Alert, 'tendBy'>;
  /** Says what comes otherwise. */
  readonly full?: boolean;
}) => {
  const { words } = useSpeech();
  const { tendBy } = props.alert;
  const left = useClock((now) =>
    tendBy === undefined ? '' : spanText(Math.ceil((tendBy - now) / 1000) * 1000),
  );
  return tendBy === undefined ? null : (
    <small className="hint tend" data-tend-by={tendBy}>
      {words.board.tend(left)}
      {props.full && words.board.tendOr}
    </small>
  );
};

/** How long it has been since it was received. While it `rings`, against the moment by which the gateway wants it taken: a bar, and in words that moment or by how much it is missed, so that colour is never alone. */
export const WaitingClock = (props: {
  readonly alert: Pick<Alert, 'receivedAt' | 'takeBy' | 'tendBy'>;
  readonly rings?: boolean;
}) => {
  const { words } = useSpeech();
  const { alert } = props;
  const span = useClock((now) => spanText(now - alert.receivedAt, words.age));
  const filled = useClock((now) => Math.round((waitingOf(alert, now)?.filled ?? 0) * 60) / 60);
  const over = useClock((now) => {
    const overMs = waitingOf(alert, now)?.overMs ?? null;
    return overMs === null ? '' : spanText(overMs, words.age);
  });
  const { takeBy } = alert;
  if (!props.rings || takeBy === undefined) {
    return (
      <span className={props.rings ? 'clock' : 'clock calm'}>
        <span className="span">{span}</span>
        <TendClock alert={alert} />
      </span>
    );
  }
  return (
    <span className={over === '' ? 'clock' : 'clock late'} data-late={over !== ''}>
      <span className="span">{span}</span>
      <span className="bar" aria-hidden="true">
        <i style={{ width: `${filled * 100}%` }} />
      </span>
      <small className="hint">
        {over === ''
          ? words.board.next(spanText(takeBy - alert.receivedAt, words.age))
          : words.board.breach(over)}
      </small>
    </span>
  );
};
