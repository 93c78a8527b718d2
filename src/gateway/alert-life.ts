import {
  type Alert,
  type Disposition,
  type Evidence,
  mayBeShelved,
  mayBeSuppressed,
  mustBeAnswered,
  personKinds,
  priorities,
  stateOf,
} from '../model/alert.ts';
import type { AlertEvent } from '../model/change.ts';
import type { Refusal } from '../model/fault.ts';
import type { Place } from '../model/place.ts';
import { filesAwayUnseen, type Reached } from '../model/reach.ts';
import type { Text } from '../model/text.ts';
import type { Standing } from './ports.ts';

/** How many pieces of evidence an alert keeps: the first, and the newest. */
const evidenceKept = 20;

/** A detection: `standing` is what its level makes of the alert; `test`: a rehearsal, or under a test mode. */
type Detection = {
  readonly receivedAt: number;
  readonly late: boolean;
  readonly test: boolean;
  readonly standing: Standing;
  readonly evidence: Evidence;
  /** An operator speaks with the person who pressed: nobody else has to hear of it. */
  readonly spokenWith?: boolean;
};

/** What an alert of a name that nobody had registered becomes with the registration. */
export type Registered = Pick<Alert, 'device' | 'kind' | 'title'>;

/** Something that befalls an alert, at `at` (epoch ms). */
export type LifeEvent = { readonly at: number } & (
  | ({ readonly event: 'raised-again'; readonly holds: boolean } & Detection)
  | ({ readonly event: 'raised-higher' } & Detection)
  | { readonly event: 'lowered'; readonly standing: Standing }
  | {
      readonly event:
        | 'returned'
        | 're-announced'
        | 'escalated'
        | 'untended'
        | 're-alarmed'
        | 'cancel-requested'
        | 'out-of-service'
        | 'in-service'
        | 'unsuppressed'
        | 'test-ended';
    }
  | { readonly event: 'notified' | 'notify-failed' | 'siren-answered' }
  | { readonly event: 'suppressed'; readonly suppressedBy: string }
  | { readonly event: 'grouped'; readonly devices: readonly string[] }
  | { readonly event: 'joined-incident'; readonly incident: string }
  /** Its device is somewhere else than was thought, or (`as`) was registered meanwhile. */
  | { readonly event: 'moved'; readonly place: Place | null; readonly as?: Registered }
  | {
      readonly event:
        | 'shown'
        | 'acknowledged'
        | 'claimed'
        | 'released'
        | 'taken'
        | 'reset'
        | 'commented'
        | 'dispatched'
        | 'arrived'
        | 'family-informed'
        /** The holder did something for another alert of the same home. */
        | 'home-tended';
      readonly by: string;
    }
  | { readonly event: 'handed-over'; readonly by: string; readonly to: string }
  /** `watched`: somebody on line may answer it. */
  | { readonly event: 'call-requested'; readonly watched: boolean }
  /** `by`: who speaks. */
  | { readonly event: 'call-answered' | 'voice-connected'; readonly by: string }
  /** `again`: whoever is in the room has to hear of it. */
  | { readonly event: 'call-missed' | 'call-lost' | 'call-failed'; readonly again: boolean }
  | { readonly event: 'call-ended' }
  /** `reached`: how the person who called was reached. */
  | {
      readonly event: 'closed';
      readonly by: string;
      readonly disposition: Disposition;
      readonly reached?: Reached | undefined;
    }
  | { readonly event: 'shelved'; readonly by: string; readonly until: number; readonly once: boolean }
  /** Without `by`: its time is over. */
  | { readonly event: 'unshelved'; readonly by?: string }
);

/** What comes of an event: the alert afterwards (the same object where nothing changed), and under what name it is recorded (null: not worth a line); or why not. */
export type LifeStep =
  | { readonly ok: true; readonly alert: Alert; readonly happened: AlertEvent | null }
  | { readonly ok: false; readonly refusal: Refusal };

/** Whether two texts say the same. */
export const sameText = (a: Text, b: Text): boolean => a.zh === b.zh && a.en === b.en;

/** Whether priority `a` is more urgent than `b`. */
export const moreUrgent = (a: Alert['priority'], b: Alert['priority']): boolean =>
  priorities.indexOf(a) < priorities.indexOf(b);

const refuse = (code: Refusal['code'], message: string, details?: Refusal['details']): LifeStep => ({
  ok: false,
  refusal: details === undefined ? { code, message } : { code, message, details },
});

const nothing = (alert: Alert): LifeStep => ({ ok: true, alert, happened: null });

/** Derives the state from the facts, closes what is acknowledged and over, and raises the version where state, priority or holder changed (`always` where the change must be seen anew, as a further press must). */
const settle = (before: Alert, facts: Alert, at: number, happened: AlertEvent, always = false): LifeStep => {
  // What is on a shelf stays there until its time is over, so that what flaps joins it instead of ringing anew.
  const over =
    !facts.active &&
    (!facts.latching || facts.reset) &&
    facts.acknowledged &&
    facts.shelvedUntil === undefined &&
    facts.closedAt === undefined;
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

const offTheShelf = (alert: Alert): Alert => {
  const { shelvedUntil: _until, shelvedBy: _by, shelvedOnce: _once, ...rest } = alert;
  return rest;
};

/** No longer covered by a shelf or another alert: what holds waits for somebody anew, what is over closes. */
const comeBack = (before: Alert, facts: Alert, at: number, happened: AlertEvent): LifeStep => {
  if (facts.active) return settle(before, waitingAgain(facts), at, happened, true);
  if (facts.latching && !facts.reset) return settle(before, facts, at, happened, true);
  return settle(before, { ...facts, closedAt: at, disposition: 'returned' }, at, happened);
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

/** The priority and title of a level; a latching alert that nobody has acknowledged keeps the higher priority it had, and one that was ever latching stays so. */
const levelled = (alert: Alert, { priority, latching, title }: Standing): Alert => {
  const keeps = alert.latching && !alert.acknowledged && moreUrgent(alert.priority, priority);
  return {
    ...alert,
    latching: alert.latching || latching,
    ...(keeps ? {} : { priority, title }),
  };
};

/** Detected anew, or at a higher level: it waits for somebody, whoever had it, unless that one speaks with the person already, and leaves a shelf on which it may not lie any more. A real detection makes a test real. */
const detectedAnew = (alert: Alert, step: Detection & { readonly at: number }): Alert => {
  const higher = levelled(alert, step.standing);
  const risen = step.spokenWith === true && alert.acknowledged ? higher : waitingAgain(higher);
  return {
    ...(mayBeShelved(risen) ? risen : offTheShelf(risen)),
    reset: false,
    lastAt: step.at,
    late: alert.late || step.late,
    test: alert.test && step.test,
    evidence: [
      ...alert.evidence.slice(0, 1),
      ...alert.evidence.slice(1).slice(2 - evidenceKept),
      step.evidence,
    ],
  };
};

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
      if (step.holds && alert.active)
        return step.test ? nothing(alert) : live(alert, { event: 'test-ended', at });
      const { returnedAt: _returned, ...rest } = detectedAnew(alert, step);
      const again: Alert = { ...rest, active: step.holds, count: alert.count + 1 };
      return settle(alert, again, at, 'raised-again', true);
    }
    case 'raised-higher':
      return alert.active
        ? settle(alert, detectedAnew(alert, step), at, 'raised-higher', true)
        : nothing(alert);
    case 'lowered': {
      if (!alert.active) return nothing(alert);
      const lower = levelled(alert, step.standing);
      return lower.priority === alert.priority && lower.title === alert.title
        ? nothing(alert)
        : settle(alert, lower, at, 'lowered');
    }
    case 'returned': {
      if (!alert.active) return nothing(alert);
      const over: Alert = { ...alert, active: false, returnedAt: at };
      return settle(alert, alert.shelvedOnce === true ? offTheShelf(over) : over, at, 'returned');
    }
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
      // What must be answered and nobody has any more must ring; anything else only loses its holder.
      if (mustBeAnswered(alert)) return settle(alert, waitingAgain(alert), at, 'released');
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
      return alert.reset
        ? nothing(alert)
        : settle(alert, offTheShelf({ ...alert, reset: true }), at, 'reset');
    case 'closed':
      if (alert.active) return refuse('still-active', 'the condition still holds', { alert: alert.id });
      if (step.reached === undefined && filesAwayUnseen(alert, step.disposition)) {
        return refuse(
          'nobody-reached',
          'no call with the person came about and nobody arrived: say in `reached` who spoke with them or saw them, and when',
          { alert: alert.id, voiceRequestedAt: alert.voiceRequestedAt },
        );
      }
      return settle(
        alert,
        { ...acknowledgedBy(alert, step.by, at), closedAt: at, disposition: step.disposition },
        at,
        'closed',
      );
    case 'dispatched':
      return settle(alert, { ...alert, dispatchedAt: alert.dispatchedAt ?? at }, at, 'dispatched');
    case 'arrived':
      return settle(alert, { ...alert, onSiteAt: alert.onSiteAt ?? at }, at, 'arrived');
    case 'family-informed':
      return settle(
        alert,
        { ...alert, familyInformedAt: alert.familyInformedAt ?? at },
        at,
        'family-informed',
      );
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
    case 'shelved':
      if (!mayBeShelved(alert)) {
        return refuse('not-shelvable', `an alert of kind ${alert.kind} cannot be shelved`, {
          alert: alert.id,
        });
      }
      return settle(
        alert,
        {
          ...offTheShelf(acknowledgedBy(alert, step.by, at)),
          shelvedUntil: step.until,
          shelvedBy: step.by,
          ...(step.once ? { shelvedOnce: true } : {}),
        },
        at,
        'shelved',
      );
    case 'unshelved':
      if (alert.shelvedUntil === undefined) {
        return step.by === undefined
          ? nothing(alert)
          : refuse('not-shelved', 'the alert is not on a shelf', { alert: alert.id });
      }
      return comeBack(alert, offTheShelf(alert), at, 'unshelved');
    case 'suppressed':
      return alert.suppressedBy === step.suppressedBy || !mayBeSuppressed(alert)
        ? nothing(alert)
        : settle(alert, { ...alert, suppressedBy: step.suppressedBy }, at, 'suppressed');
    case 'unsuppressed': {
      if (alert.suppressedBy === undefined) return nothing(alert);
      const { suppressedBy: _explained, ...rest } = alert;
      // On a shelf it goes on lying there until that has its end.
      return alert.shelvedUntil === undefined
        ? comeBack(alert, rest, at, 'unsuppressed')
        : settle(alert, rest, at, 'unsuppressed');
    }
    case 'test-ended':
      return alert.test && alert.active
        ? settle(alert, waitingAgain({ ...alert, test: false }), at, 'test-ended', true)
        : nothing(alert);
    case 'grouped':
      return step.devices.every((device) => alert.devices.includes(device))
        ? nothing(alert)
        : settle(
            alert,
            { ...alert, devices: [...new Set([...alert.devices, ...step.devices])] },
            at,
            'grouped',
          );
    case 'joined-incident':
      return alert.incident === step.incident || alert.id === step.incident
        ? nothing(alert)
        : settle(alert, { ...alert, incident: step.incident }, at, 'joined-incident');
    case 'moved': {
      const { device = alert.device } = step.as ?? {};
      const devices = alert.devices.map((known) => (known === alert.device ? device : known));
      const there: Alert = { ...alert, ...step.as, devices, place: step.place };
      // Whoever had it may have sent somebody to the wrong door, and the right room may not know of it at all.
      return settle(alert, mustBeAnswered(there) ? waitingAgain(there) : there, at, 'moved', true);
    }
    case 'call-requested':
      // With nobody there to hear the call, the alert has to bring somebody.
      return settle(
        alert,
        {
          ...(step.watched || !mustBeAnswered(alert) ? alert : waitingAgain(alert)),
          voiceRequestedAt: alert.voiceRequestedAt ?? at,
        },
        at,
        'call-requested',
      );
    case 'voice-connected':
      return settle(alert, { ...alert, voiceConnectedAt: alert.voiceConnectedAt ?? at }, at, step.event);
    case 'call-missed':
    case 'call-lost':
    case 'call-failed':
      return settle(alert, step.again && mustBeAnswered(alert) ? waitingAgain(alert) : alert, at, step.event);
    case 'call-answered':
    case 'call-ended':
    case 'commented':
    case 'home-tended':
    case 'cancel-requested':
    case 're-announced':
    case 'notified':
    case 'notify-failed':
    case 'siren-answered':
      return settle(alert, alert, at, step.event);
  }
};
