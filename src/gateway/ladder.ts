import { type Alert, type AlertState, mustBeAnswered } from '../model/alert.ts';
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

/** The states in which an emergency sounds: nobody has taken or acknowledged it, and nothing covers it. The others are silent, each for its reason: `acknowledged` and `latched-acknowledged` because somebody knows; `shelved` because an operator said why and until when (never a person, smoke, CO or gas of critical priority); `suppressed` because another alert explains it (never an emergency); `out-of-service` because the device is being repaired (never a person); `closed` because it is over. */
export const ringingStates: ReadonlySet<AlertState> = new Set([
  'unacknowledged',
  'latched-unacknowledged',
  'returned-unacknowledged',
]);

/** Whether the alert must sound somewhere: an emergency, or a person who asks to speak, no test, in a ringing state. Somebody who asks to speak waits no longer than somebody who pressed: the same deadlines hold. */
export const rings = (alert: Alert): boolean => mustBeAnswered(alert) && ringingStates.has(alert.state);

/** The ladder of a new alert, or of one that begins to ring again at `from` (epoch ms). */
const ringing = (from: number, times: LadderTimes, helpAnnounced: boolean): Ladder => ({
  ...still,
  announceAt: from + times.announceAfterMs,
  escalateAt: from + times.escalateAfterMs,
  helpAnnounced,
});

/** What was detected now begins to ring from when it was received; all else from when it happened. */
const detected = (step: LifeEvent): step is LifeEvent & { readonly receivedAt: number } =>
  step.event === 'raised-again' || step.event === 'raised-higher';

/** Who did something for an alert with this step, and when; null = it shows nothing of the kind. */
export const tending = (step: LifeEvent): NonNullable<Ladder['tended']> | null =>
  step.event === 'commented' ||
  step.event === 'home-tended' ||
  step.event === 'dispatched' ||
  step.event === 'voice-connected' ||
  step.event === 'arrived' ||
  step.event === 'family-informed'
    ? { by: step.by, at: step.at }
    : null;

const helpIsUnderWay = ({ dispatchedAt, onSiteAt }: Alert, since: number): boolean =>
  dispatchedAt !== undefined && onSiteAt === undefined && dispatchedAt >= since;

/** Whether whoever has it now has nothing to show first: somebody was sent and nothing new was detected since, or the same operator has just spoken with the person, written a note, sent somebody or told what came of it. What they did for another alert of `home` that they hold counts where this one was known by then. */
const isTended = (
  alert: Alert,
  { tended }: Ladder,
  home: readonly AlertRecord[],
  at: number,
  withinMs: number,
): boolean => {
  const { claimedBy, lastAt } = alert;
  const isFresh = (did: Ladder['tended'], since: number): boolean =>
    did !== undefined && did.by === claimedBy && did.at >= Math.max(since, at - withinMs);
  if (helpIsUnderWay(alert, lastAt) || isFresh(tended, 0)) return true;
  return home.some(
    ({ alert: other, ladder }) =>
      claimedBy !== undefined &&
      other.claimedBy === claimedBy &&
      (helpIsUnderWay(other, lastAt) || isFresh(ladder.tended, lastAt)),
  );
};

const inHand = (alert: Alert): boolean =>
  alert.state === 'acknowledged' || alert.state === 'latched-acknowledged';

/** A call that nobody is there to hear: others are told now, unless they have been. */
const unheard = (step: LifeEvent, before: AlertRecord | null, climbed: Ladder): Ladder => {
  if (step.event !== 'call-requested' || step.watched) return climbed;
  const told = before !== null && rings(before.alert) && before.ladder.escalateAt === null;
  return told ? climbed : { ...climbed, escalateAt: step.at };
};

/** The ladder after `step` has turned `before` into `alert`; `home` answers the other open alerts of the same home. */
export const climb = (
  before: AlertRecord | null,
  alert: Alert,
  step: LifeEvent,
  times: LadderTimes,
  reAlarmAfterMs: number | null,
  home: () => readonly AlertRecord[] = () => [],
): Ladder => {
  const ladder = before?.ladder ?? still;
  const startsAnew = before === null || detected(step) || step.event === 'moved' || !rings(before.alert);
  const tended = tending(step);
  if (rings(alert)) {
    if (startsAnew) {
      const anew = ringing(
        detected(step) ? step.receivedAt : step.at,
        times,
        ladder.helpAnnounced && step.event !== 'raised-again',
      );
      // Neither who presses again and again nor an address put right puts off the moment at which others are told.
      return unheard(
        step,
        before,
        before !== null && rings(before.alert) && ladder.escalateAt !== null
          ? { ...anew, escalateAt: ladder.escalateAt }
          : anew,
      );
    }
    if (step.event === 'call-requested') return unheard(step, before, ladder);
    if (tended !== null) return { ...ladder, tended };
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
    reAlarmAfterMs !== null && alert.state === 'acknowledged'
      ? (ladder.reAlarmAt ?? step.at + reAlarmAfterMs)
      : null;
  const calm: Ladder = { ...ladder, announceAt: null, escalateAt: null, reAlarmAt };
  if (step.event === 'taken' || step.event === 'acknowledged' || step.event === 'handed-over') {
    if (!mustBeAnswered(alert) || !inHand(alert)) return calm;
    // Whoever inherits it goes on from what was done for it.
    const wasTended = before !== null && inHand(before.alert) && ladder.tendBy === null;
    const { tendWithinMs } = times;
    const calmOn = wasTended || isTended(alert, ladder, home(), step.at, tendWithinMs);
    return { ...calm, tendBy: calmOn ? null : step.at + tendWithinMs };
  }
  if (tended !== null) return { ...calm, tendBy: null, tended };
  if (!inHand(alert)) return { ...calm, tendBy: null };
  return calm;
};

/** What must happen now, by the ladder or because a shelf has its end, one thing at a time; null = nothing yet. With nobody on line who may answer it (`watched` false) announcing again would reach nobody: it escalates instead. */
export const dueStep = (record: AlertRecord, now: number, watched: boolean): LifeEvent | null => {
  const { announceAt, escalateAt, tendBy, reAlarmAt } = record.ladder;
  const { shelvedUntil } = record.alert;
  if (shelvedUntil !== undefined && shelvedUntil <= now) return { event: 'unshelved', at: now };
  if (tendBy !== null && tendBy <= now) return { event: 'untended', at: now };
  if (reAlarmAt !== null && reAlarmAt <= now) return { event: 're-alarmed', at: now };
  const unheard = announceAt !== null && announceAt <= now && !watched;
  if (escalateAt !== null && (escalateAt <= now || unheard)) return { event: 'escalated', at: now };
  if (announceAt !== null && announceAt <= now) return { event: 're-announced', at: now };
  return null;
};

/** When something next must happen to an alert (epoch ms); null = never. */
export const nextDeadline = ({
  alert,
  ladder: { announceAt, escalateAt, tendBy, reAlarmAt },
}: Pick<AlertRecord, 'alert' | 'ladder'>): number | null => {
  let next: number | null = null;
  for (const at of [announceAt, escalateAt, tendBy, reAlarmAt, alert.shelvedUntil ?? null])
    if (at !== null && (next === null || at < next)) next = at;
  return next;
};
