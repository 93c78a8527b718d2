import { useClock } from '../feed/clock.ts';
import { useSpeech } from '../words/words.tsx';
import { deadlinesMs, spanText, standing } from './deadline.ts';

const looks = ['', '', 'late', 'breach'] as const;

/** How long it has been since `since` (epoch ms). With `deadlines`, against the three marks: a bar in thirds, and in words the next mark or by how much the last is passed, so that colour is never alone. */
export const WaitingClock = (props: { readonly since: number; readonly deadlines?: boolean }) => {
  const { words } = useSpeech();
  const span = useClock((now) => spanText(now - props.since));
  const passed = useClock((now) => (props.deadlines ? standing(now - props.since).passed : 0));
  const filled = useClock((now) =>
    props.deadlines ? Math.round(standing(now - props.since).filled * 60) / 60 : 0,
  );
  const over = useClock((now) => spanText(now - props.since - deadlinesMs[2]));
  if (!props.deadlines) {
    return (
      <span className="clock calm">
        <span className="span">{span}</span>
      </span>
    );
  }
  const next = deadlinesMs[passed];
  return (
    <span className={`clock ${looks[passed] ?? ''}`} data-passed={passed}>
      <span className="span">{span}</span>
      <span className="bar" aria-hidden="true">
        <i style={{ width: `${filled * 100}%` }} />
        <b />
        <b />
      </span>
      <small className="hint">
        {next === undefined ? words.board.breach(over) : words.board.next(spanText(next))}
      </small>
    </span>
  );
};
