import { PriorityShape } from '../alert/priority-shape.tsx';
import { useTimes } from '../time/use-times.ts';
import { useSpeech } from '../words/words.tsx';
import type { AlertMark } from './alert-marks.ts';
import type { Edges } from './span.ts';

/** The alerts over a chart, each a button where it was raised, with a bar for as long as it lasted; several that would lie on one another are one button that leads closer. */
export const AlertLane = (props: {
  readonly marks: readonly AlertMark[];
  readonly span: Edges;
  readonly open: (alert: string) => void;
  readonly closer: (span: Edges) => void;
}) => {
  const { words, text } = useSpeech();
  const times = useTimes();
  const { from, to } = props.span;
  const lengthMs = to - from;
  return (
    <ul className="alert-lane" aria-label={words.chart.alerts}>
      {props.marks.map(({ place, at, until, alerts }) => {
        const [first] = alerts;
        if (first === undefined) return null;
        const when = times.inSpan(at, lengthMs);
        const lasts = Math.max(0, Math.min(1, ((until ?? to) - from) / lengthMs) - place);
        const label =
          alerts.length === 1
            ? words.chart.alertMark(words.priority[first.priority], text(first.title), when)
            : words.chart.alertMarks(alerts.length, when);
        const newest = Math.max(...alerts.map(({ raisedAt }) => raisedAt));
        return (
          <li key={first.id} className={first.priority} style={{ left: `${place * 100}%` }}>
            {/* Its width is a part of the whole lane, in which the mark has none. */}
            <i className="lasts" style={{ width: `calc(var(--lane-width) * ${lasts})` }} />
            <i className="raised" />
            <button
              type="button"
              title={label}
              aria-label={label}
              data-mark={first.id}
              onClick={() => {
                const room = Math.max(newest - at, lengthMs / 50);
                if (alerts.length === 1 || newest === at) props.open(first.id);
                else props.closer({ from: at - room / 2, to: newest + room / 2 });
              }}
            >
              <PriorityShape priority={first.priority} />
              {alerts.length > 1 && <b>{alerts.length}</b>}
            </button>
          </li>
        );
      })}
    </ul>
  );
};
