import { type Alert, priorities } from '../../../src/model/alert.ts';
import type { Edges } from './span.ts';

/** A mark over a chart: one alert, or several that would lie on one another, the most urgent first; `at` is when the first of them was raised, `until` when the last was over (null = not yet); `place` is where the mark stands, 0..1. */
export type AlertMark = {
  readonly place: number;
  readonly at: number;
  readonly until: number | null;
  readonly alerts: readonly Alert[];
};

const urgency = ({ priority }: Alert): number => priorities.indexOf(priority);

/** When it was no longer so: returned, or closed. Of an event, which is never so for a time, the moment itself. */
const overAt = (alert: Alert): number | null => {
  if (alert.active) return null;
  return alert.returnedAt ?? (alert.rule === null ? alert.raisedAt : (alert.closedAt ?? alert.lastAt));
};

/** The marks of these alerts in a picture `width` px wide; those nearer than `apartPx` to the one before share a mark. An alert that was raised before the span and lasts into it stands at its beginning. */
export const marksOf = (
  alerts: readonly Alert[],
  { from, to }: Edges,
  width: number,
  apartPx: number,
): readonly AlertMark[] => {
  const shown = alerts
    .filter((alert) => alert.raisedAt < to && (alert.raisedAt >= from || (overAt(alert) ?? to) > from))
    .sort((a, b) => a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1));
  const marks: AlertMark[] = [];
  for (const alert of shown) {
    const place = Math.max(0, (alert.raisedAt - from) / (to - from));
    const over = overAt(alert);
    const before = marks.at(-1);
    if (before !== undefined && (place - before.place) * width < apartPx)
      marks[marks.length - 1] = {
        ...before,
        until: before.until === null || over === null ? null : Math.max(before.until, over),
        alerts: [...before.alerts, alert].sort((a, b) => urgency(a) - urgency(b) || b.raisedAt - a.raisedAt),
      };
    else marks.push({ place, at: alert.raisedAt, until: over, alerts: [alert] });
  }
  return marks;
};
