import {
  type Alert,
  type AlertKind,
  type Disposition,
  type Evidence,
  isEmergency,
  stateOf,
} from '../model/alert.ts';
import type { AlertEvent } from '../model/change.ts';
import type { Refusal } from '../model/fault.ts';

/** How many pieces of evidence an alert keeps: the first, and the newest. */
const evidenceKept = 20;

/** Something that befalls an alert, at `at` (epoch ms). */
export type LifeEvent = { readonly at: number } & (
  | {
      readonly event: 'raised-again';
      readonly receivedAt: number;
      readonly holds: boolean;
      readonly late: boolean;
      readonly evidence: Evidence;
    }
  | {
      readonly event:
        | 'returned'
        | 're-announced'
        | 'escalated'
        | 'untended'
        | 're-alarmed'
        | 'cancel-requested'
        | 'out-of-service'
        | 'in-service';
    }
  | { readonly event: 'notified' | 'notify-failed' | 'siren-answered' }
  | {
      readonly event:
        | 'shown'
        | 'acknowledged'
        | 'claimed'
        | 'released'
        | 'taken'
        | 'reset'
        | 'commented'
        | 'dispatched';
      readonly by: string;
    }
  | { readonly event: 'handed-over'; readonly by: string; readonly to: string }
  | { readonly event: 'closed'; readonly by: string; readonly disposition: Disposition }
);

/** What comes of an event: the alert afterwards (the same object where nothing changed), and under what name it is recorded (null: not worth a line); or why not. */
export type LifeStep =
  | { readonly ok: true; readonly alert: Alert; readonly happened: AlertEvent | null }
  | { readonly ok: false; readonly refusal: Refusal };

/** The kinds that stand for a person who asked to be heard: nothing but a disposition ends them, and no repair of a device covers them. */
export const personKinds: ReadonlySet<AlertKind> = new Set(['sos', 'unregistered-sos', 'call-request']);

const refuse = (code: Refusal['code'], message: string, details?: Refusal['details']): LifeStep => ({
  ok: false,
  refusal: details === undefined ? { code, message } : { code, message, details },
});

const nothing = (alert: Alert): LifeStep => ({ ok: true, alert, happened: null });

/** Derives the state from the facts, closes what is acknowledged and over, and raises the version where state, priority or holder changed (`always` where the change must be seen anew, as a further press must). */
const settle = (before: Alert, facts: Alert, at: number, happened: AlertEvent, always = false): LifeStep => {
  const over =
    !facts.active && (!facts.latching || facts.reset) && facts.acknowledged && facts.closedAt === undefined;
  const ended: Alert = over ? { ...facts, closedAt: at, disposition: 'returned' } : facts;
  const state = stateOf(ended, at);
  const changed =
    always ||
    state !== before.state ||
    ended.priority !== before.priority ||
    ended.claimedBy !== before.claimedBy;
  return { ok: true, alert: { ...ended, state, version: before.version + (changed ? 1 : 0) }, happened };
};

/** Waiting for somebody again: nobody has it, nobody has acknowledged it. The timeline keeps who had. */
const waitingAgain = (alert: Alert): Alert => {
  const { claimedBy: _holder, takenAt: _taken, acknowledgedAt: _at, acknowledgedBy: _by, ...rest } = alert;
  return { ...rest, acknowledged: false };
};

const acknowledgedBy = (alert: Alert, by: string, at: number): Alert =>
  alert.acknowledged ? alert : { ...alert, acknowledged: true, acknowledgedAt: at, acknowledgedBy: by };

const claimedByOther = (alert: Alert, by: string): LifeStep | null =>
  alert.claimedBy !== undefined && alert.claimedBy !== by
    ? refuse('already-claimed', `${alert.claimedBy} has taken it already`, {
        alert: alert.id,
        claimedBy: alert.claimedBy,
      })
    : null;

/** The life of an alert: pure, and total over every state and every event. */
export const live = (alert: Alert, step: LifeEvent): LifeStep => {
  if (alert.state === 'closed') {
    return 'by' in step && step.event !== 'shown'
      ? refuse('already-closed', 'the alert is closed', { alert: alert.id })
      : nothing(alert);
  }
  const { at } = step;
  switch (step.event) {
    case 'raised-again': {
      if (step.holds && alert.active) return nothing(alert);
      const { returnedAt: _returned, ...rest } = waitingAgain(alert);
      const kept = [
        ...alert.evidence.slice(0, 1),
        ...alert.evidence.slice(1).slice(2 - evidenceKept),
        step.evidence,
      ];
      const again: Alert = {
        ...rest,
        active: step.holds,
        reset: false,
        count: alert.count + 1,
        lastAt: at,
        late: alert.late || step.late,
        evidence: kept,
      };
      return settle(alert, again, at, 'raised-again', true);
    }
    case 'returned':
      return alert.active
        ? settle(alert, { ...alert, active: false, returnedAt: at }, at, 'returned')
        : nothing(alert);
    case 'acknowledged':
      return alert.acknowledged
        ? nothing(alert)
        : settle(alert, acknowledgedBy(alert, step.by, at), at, 'acknowledged');
    case 'claimed':
      if (alert.claimedBy === step.by) return nothing(alert);
      return claimedByOther(alert, step.by) ?? settle(alert, { ...alert, claimedBy: step.by }, at, 'claimed');
    case 'taken':
      if (alert.claimedBy === step.by && alert.acknowledged) return nothing(alert);
      return (
        claimedByOther(alert, step.by) ??
        settle(alert, { ...acknowledgedBy(alert, step.by, at), claimedBy: step.by, takenAt: at }, at, 'taken')
      );
    case 'released': {
      if (alert.claimedBy === undefined) return refuse('not-claimed', 'nobody has it', { alert: alert.id });
      // An emergency that nobody has any more must ring; anything else only loses its holder.
      if (isEmergency(alert)) return settle(alert, waitingAgain(alert), at, 'released');
      const { claimedBy: _holder, takenAt: _taken, ...free } = alert;
      return settle(alert, free, at, 'released');
    }
    case 'handed-over':
      if (alert.claimedBy === undefined) return refuse('not-claimed', 'nobody has it', { alert: alert.id });
      return alert.claimedBy === step.to
        ? nothing(alert)
        : settle(alert, { ...alert, claimedBy: step.to }, at, 'handed-over');
    case 'reset':
      if (alert.active) return refuse('still-active', 'the condition still holds', { alert: alert.id });
      if (!alert.latching)
        return refuse('not-latching', 'only a latching alert is reset', { alert: alert.id });
      if (personKinds.has(alert.kind)) {
        return refuse('needs-disposition', 'a call for help ends with what was done: close it', {
          alert: alert.id,
        });
      }
      return alert.reset ? nothing(alert) : settle(alert, { ...alert, reset: true }, at, 'reset');
    case 'closed':
      if (alert.active) return refuse('still-active', 'the condition still holds', { alert: alert.id });
      return settle(
        alert,
        { ...acknowledgedBy(alert, step.by, at), closedAt: at, disposition: step.disposition },
        at,
        'closed',
      );
    case 'dispatched':
      return settle(alert, { ...alert, dispatchedAt: alert.dispatchedAt ?? at }, at, 'dispatched');
    case 'shown':
      return settle(
        alert,
        alert.firstShownAt === undefined ? { ...alert, firstShownAt: at } : alert,
        at,
        'shown',
      );
    case 'escalated':
      return settle(alert, { ...alert, escalatedAt: at }, at, 'escalated');
    case 'untended':
    case 're-alarmed':
      return alert.acknowledged ? settle(alert, waitingAgain(alert), at, step.event) : nothing(alert);
    case 'out-of-service':
      return alert.outOfService || personKinds.has(alert.kind)
        ? nothing(alert)
        : settle(alert, { ...alert, outOfService: true }, at, 'out-of-service');
    case 'in-service':
      return alert.outOfService
        ? settle(alert, waitingAgain({ ...alert, outOfService: false }), at, 'in-service')
        : nothing(alert);
    case 'commented':
    case 'cancel-requested':
    case 're-announced':
    case 'notified':
    case 'notify-failed':
    case 'siren-answered':
      return settle(alert, alert, at, step.event);
  }
};
