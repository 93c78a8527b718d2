import { type Alert, isEmergency } from '../model/alert.ts';
import type { LifeEvent } from './alert-life.ts';
import type { AlertRecord, Ladder } from './ports.ts';

/** Deadlines of an emergency, in ms. Delivery: 10 s, three tries (after the timing of GB/T 26875.3); the rest is our own choice. */
export type LadderTimes = {
  readonly announceAfterMs: number;
  readonly announcements: number;
  readonly escalateAfterMs: number;
  readonly tendWithinMs: number;
};

/** The defaults: 10 s, 3 times, siren and webhook at 30 s, rings again 60 s after it was taken and left alone. */
export const defaultLadderTimes: LadderTimes = {
  announceAfterMs: 10_000,
  announcements: 3,
  escalateAfterMs: 30_000,
  tendWithinMs: 60_000,
};

const still: Ladder = {
  announceAt: null,
  announcements: 0,
  escalateAt: null,
  tendBy: null,
  reAlarmAt: null,
  helpAnnounced: false,
};

/** Whether the alert must sound somewhere: an emergency that nobody has taken or acknowledged and that nothing covers. */
export const rings = (alert: Alert): boolean =>
  isEmergency(alert) &&
  (alert.state === 'unacknowledged' ||
    alert.state === 'latched-unacknowledged' ||
    alert.state === 'returned-unacknowledged');

/** The ladder of a new alert, or of one that begins to ring again at `from` (epoch ms). */
const ringing = (from: number, times: LadderTimes, helpAnnounced: boolean): Ladder => ({
  ...still,
  announceAt: from + times.announceAfterMs,
  escalateAt: from + times.escalateAfterMs,
  helpAnnounced,
});

const acknowledgedAndHolding = (alert: Alert): boolean => alert.active && alert.acknowledged;

/** The ladder after `step` has turned `before` into `alert`. */
export const climb = (
  before: AlertRecord | null,
  alert: Alert,
  step: LifeEvent,
  times: LadderTimes,
  reAlarmAfterMs: number | null,
): Ladder => {
  const ladder = before?.ladder ?? still;
  const startsAnew = before === null || step.event === 'raised-again' || !rings(before.alert);
  if (rings(alert)) {
    if (startsAnew)
      return ringing(
        step.event === 'raised-again' ? step.receivedAt : step.at,
        times,
        ladder.helpAnnounced && step.event !== 'raised-again',
      );
    if (step.event === 'shown') return { ...ladder, announceAt: null };
    if (step.event === 're-announced') {
      const announcements = ladder.announcements + 1;
      return {
        ...ladder,
        announcements,
        announceAt: announcements < times.announcements ? step.at + times.announceAfterMs : null,
      };
    }
    if (step.event === 'escalated') return { ...ladder, escalateAt: null };
    return ladder;
  }
  const reAlarmAt =
    reAlarmAfterMs !== null && acknowledgedAndHolding(alert)
      ? (ladder.reAlarmAt ?? step.at + reAlarmAfterMs)
      : null;
  const calm: Ladder = { ...ladder, announceAt: null, escalateAt: null, reAlarmAt };
  if (step.event === 'taken' || step.event === 'acknowledged' || step.event === 'handed-over') {
    return isEmergency(alert) && alert.state !== 'closed'
      ? { ...calm, tendBy: step.at + times.tendWithinMs }
      : calm;
  }
  if (
    step.event === 'commented' ||
    step.event === 'dispatched' ||
    alert.state === 'closed' ||
    alert.state === 'out-of-service'
  ) {
    return { ...calm, tendBy: null };
  }
  return calm;
};

/** What the ladder says must happen now, one thing at a time; null = nothing yet. With no console on line (`watched` false) announcing again would reach nobody: it escalates instead. */
export const dueStep = (record: AlertRecord, now: number, watched: boolean): LifeEvent | null => {
  const { announceAt, escalateAt, tendBy, reAlarmAt } = record.ladder;
  if (tendBy !== null && tendBy <= now) return { event: 'untended', at: now };
  if (reAlarmAt !== null && reAlarmAt <= now) return { event: 're-alarmed', at: now };
  const unheard = announceAt !== null && announceAt <= now && !watched;
  if (escalateAt !== null && (escalateAt <= now || unheard)) return { event: 'escalated', at: now };
  if (announceAt !== null && announceAt <= now) return { event: 're-announced', at: now };
  return null;
};

/** When the ladder next has something to say (epoch ms); null = never. */
export const nextDeadline = ({ announceAt, escalateAt, tendBy, reAlarmAt }: Ladder): number | null => {
  let next: number | null = null;
  for (const at of [announceAt, escalateAt, tendBy, reAlarmAt])
    if (at !== null && (next === null || at < next)) next = at;
  return next;
};
