import { z } from 'zod';
import { Place } from './place.ts';
import { Value } from './reading.ts';
import { Id, Moment, Text } from './text.ts';

/** Life now; hazard; fault, silence or tampering; information. */
export const priorities = ['critical', 'high', 'medium', 'low'] as const;
export type Priority = (typeof priorities)[number];

/** What the duty room calls it. */
export const alertKinds = [
  'sos',
  'call-request',
  'smoke',
  'gas',
  'co',
  'air',
  'water',
  'electrical',
  'silent',
  'battery',
  'tamper',
  'fault',
  'inactivity',
  'unregistered-sos',
  'system',
  'not-understood',
] as const;
export type AlertKind = (typeof alertKinds)[number];

/** The kinds that are sent to the consoles even while the store cannot commit. */
export const emergencyKinds: ReadonlySet<AlertKind> = new Set([
  'sos',
  'smoke',
  'gas',
  'co',
  'unregistered-sos',
]);

/** How an alert ended. `returned` is given by the gateway alone, to an alert that was acknowledged and whose condition is over. */
export const dispositions = [
  'true-emergency',
  'assistance-given',
  'service-request',
  'pressed-by-mistake',
  'false-cooking',
  'false-steam',
  'false-dust',
  'test',
  'device-fault',
  'returned',
] as const;
export type Disposition = (typeof dispositions)[number];

/** The states of an alert, in the order of precedence: the first that applies is its state. */
export const alertStates = [
  'closed',
  'out-of-service',
  'suppressed',
  'shelved',
  'unacknowledged',
  'acknowledged',
  'latched-unacknowledged',
  'latched-acknowledged',
  'returned-unacknowledged',
] as const;
export type AlertState = (typeof alertStates)[number];

/** Why an alert was raised: a reading, an event, or a silence, with the limit it was held against. */
export const Evidence = z.object({
  at: Moment,
  receivedAt: Moment,
  /** Since when it had been so. */
  since: Moment.optional(),
  measurement: z.string().optional(),
  value: Value.optional(),
  unit: z.string().optional(),
  limit: Value.optional(),
  event: z.string().optional(),
  note: z.string().max(4096).optional(),
  /** The id of the message in quarantine that could not be understood. */
  quarantine: z.string().optional(),
});
export type Evidence = Readonly<z.infer<typeof Evidence>>;

/** Facts kept of an alert, from which its state is derived. */
export const AlertFacts = z.object({
  /** The condition holds now; an event such as a press is never active. */
  active: z.boolean(),
  acknowledged: z.boolean(),
  /** Stays until a person resets or closes it. */
  latching: z.boolean(),
  reset: z.boolean(),
  shelvedUntil: Moment.optional(),
  suppressedBy: z.string().optional(),
  outOfService: z.boolean(),
  closedAt: Moment.optional(),
});
export type AlertFacts = Readonly<z.infer<typeof AlertFacts>>;

/** The state that follows from the facts at `now` (epoch ms). An alert that is neither active nor latched and acknowledged has no state of its own: the alert book closes it in the same step. */
export const stateOf = (facts: AlertFacts, now: number): AlertState => {
  if (facts.closedAt !== undefined) return 'closed';
  if (facts.outOfService) return 'out-of-service';
  if (facts.suppressedBy !== undefined) return 'suppressed';
  if (facts.shelvedUntil !== undefined && facts.shelvedUntil > now) return 'shelved';
  if (facts.active) return facts.acknowledged ? 'acknowledged' : 'unacknowledged';
  if (facts.latching && !facts.reset)
    return facts.acknowledged ? 'latched-acknowledged' : 'latched-unacknowledged';
  return facts.acknowledged ? 'closed' : 'returned-unacknowledged';
};

/** An alert as everybody outside sees it. `device` raised it; `devices` are all it concerns, those it explains or groups included; `incident` is the alert that groups this one; `chattering`: it came and went three times within a minute; `shelvable` is false where its rule forbids shelving it. Times in epoch ms; deadlines run on `receivedAt`. `takeBy`: told outside the room then unless somebody takes it; of one wait the first such deadline stands, also once it is missed. `tendBy`: rings again then unless whoever took it has done something. `voiceRequestedAt`: when a call with the person was first tried, from either side. `version` rises with every change of state, priority or holder. */
export const Alert = z.object({
  id: Id,
  version: z.number().int().positive(),
  rule: z.object({ id: Id, version: z.string() }).nullable(),
  kind: z.enum(alertKinds),
  device: z.string(),
  devices: z.array(z.string()),
  place: Place.nullable(),
  priority: z.enum(priorities),
  state: z.enum(alertStates),
  active: z.boolean(),
  acknowledged: z.boolean(),
  latching: z.boolean(),
  reset: z.boolean(),
  outOfService: z.boolean(),
  suppressedBy: z.string().optional(),
  count: z.number().int().positive(),
  raisedAt: Moment,
  lastAt: Moment,
  receivedAt: Moment,
  committedAt: Moment.optional(),
  deviceTime: Moment.optional(),
  firstShownAt: Moment.optional(),
  takeBy: Moment.optional(),
  takenAt: Moment.optional(),
  tendBy: Moment.optional(),
  claimedBy: z.string().optional(),
  acknowledgedAt: Moment.optional(),
  acknowledgedBy: z.string().optional(),
  voiceRequestedAt: Moment.optional(),
  voiceConnectedAt: Moment.optional(),
  familyInformedAt: Moment.optional(),
  dispatchedAt: Moment.optional(),
  onSiteAt: Moment.optional(),
  returnedAt: Moment.optional(),
  shelvedUntil: Moment.optional(),
  shelvedBy: z.string().optional(),
  shelvedOnce: z.boolean().optional(),
  shelvable: z.boolean().optional(),
  incident: z.string().optional(),
  chattering: z.boolean().optional(),
  escalatedAt: Moment.optional(),
  closedAt: Moment.optional(),
  disposition: z.enum(dispositions).optional(),
  test: z.boolean(),
  late: z.boolean(),
  title: Text,
  evidence: z.array(Evidence),
});
export type Alert = Readonly<z.infer<typeof Alert>>;

/** The kinds that stand for a person who asked to be heard: nothing but a disposition ends them, and no repair, test mode, shelf or other alert covers them. */
export const personKinds: ReadonlySet<AlertKind> = new Set(['sos', 'unregistered-sos', 'call-request']);

/** The kinds that no operator may set aside, whatever their rule says. */
const neverShelved: ReadonlySet<AlertKind> = new Set([...personKinds, 'smoke', 'co']);

/** Whether an operator may shelve this alert as it is now. */
export const mayBeShelved = (
  alert: Pick<Alert, 'kind' | 'priority'> & { readonly shelvable?: boolean | undefined },
): boolean =>
  alert.shelvable !== false &&
  !neverShelved.has(alert.kind) &&
  !(alert.kind === 'gas' && alert.priority === 'critical');

/** The longest time on the shelf (ms). */
export const longestShelfMs = 8 * 3_600_000;

/** Whether another alert may explain this one away: never one of life and limb. */
export const mayBeSuppressed = ({ kind }: Pick<Alert, 'kind'>): boolean =>
  !emergencyKinds.has(kind) && !personKinds.has(kind);

/** Whether this alert is a real emergency, not a test: it sounds at the consoles even while the store cannot commit. */
export const isEmergency = (alert: Pick<Alert, 'kind' | 'test'>): boolean =>
  emergencyKinds.has(alert.kind) && !alert.test;

/** Whether somebody must answer this alert within the times of the ladder, or others are told: a real emergency, or a person who asks to speak with the duty room; no test. */
export const mustBeAnswered = ({ kind, test }: Pick<Alert, 'kind' | 'test'>): boolean =>
  (emergencyKinds.has(kind) || personKinds.has(kind)) && !test;
