import { z } from 'zod';
import type { AlertKind, Evidence, Priority } from './alert.ts';
import type { Device } from './device.ts';
import { placeKinds } from './place.ts';
import type { EventName, Reading, Value } from './reading.ts';
import type { Text } from './text.ts';

/** What a rule raises when its condition holds. */
export type RaisedAlert = {
  readonly kind: AlertKind;
  readonly test: boolean;
  readonly title: Text;
};

/** One level of a rule, from the mildest up: its own parameters, delays (ms) and priority, all on the same alert. `title` stands in for the rule's. */
export type RuleLevel = {
  readonly params: Readonly<Record<string, unknown>>;
  readonly priority: Priority;
  readonly latching: boolean;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly title: Text | null;
};

/** Other limits for one device, or for all of a place: the parameters of each level as they are there; `off`: the rule does not count there. The narrowest that fits is used. */
export type RuleLimits = {
  readonly where: { readonly device: string } | { readonly place: string };
  readonly off: boolean;
  readonly params: readonly Readonly<Record<string, unknown>>[];
};

/** The hours in which a rule counts, by the clock of the street. `days`: 1 = Monday … 7 = Sunday, of the moment at which the span begins; `from` and `to`: minutes after midnight, a span over midnight where `to` is not later; `inside` false: it counts at all other times. */
export type Hours = {
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly inside: boolean;
};

/** A rule of the rulebook, whatever its kind. `version` changes with its content; `types` are the device types it concerns (none for a combination, which concerns other rules). */
export type Rule = {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly types: readonly string[];
  readonly levels: readonly RuleLevel[];
  /** Acknowledged and still active after this long (ms): unacknowledged again. */
  readonly reAlarmAfterMs: number | null;
  readonly alert: RaisedAlert;
  /** Whether an operator may shelve what it raises. */
  readonly shelvable: boolean;
  readonly hours: Hours | null;
  readonly limits: readonly RuleLimits[];
  /** The rules whose alerts this one's explains, while it is active: of a hub its children's, of a place those that lie in it, of any device its own. They are suppressed by design. */
  readonly explains: readonly string[];
  /** A combination's alert is an incident: it groups the alerts that make it up, and each goes on ringing by itself. */
  readonly groups: boolean;
};

/** What the engine knows of a device. */
export type Observed = Pick<Device, 'id' | 'type' | 'hub' | 'place'>;

/** Which condition of a rule, on what: `branch` counts the rule's conditions from 0; `subject` is a device's id, or `place:<id>` for a combination within a place. `version` changes with what the condition asks; what was kept for another version means nothing any more. */
export type BranchKey = {
  readonly rule: string;
  readonly version: string;
  readonly branch: number;
  readonly subject: string;
};

/** A delay that is running: the condition `holds` (or no longer does) since `since`, and takes effect at `deadline` (epoch ms). Kept in the journal's tables so that it survives a restart. */
export type Delay = BranchKey & {
  /** The device that set it running. */
  readonly device: string;
  readonly holds: boolean;
  readonly since: number;
  readonly deadline: number;
  /** The link is up again, and ends the delay if it still stands then (epoch ms); without it the link is down. */
  readonly standsAt?: number;
  readonly evidence: Evidence;
};

/** JSON that a condition over a span of time remembers. */
export type Memory =
  | null
  | boolean
  | number
  | string
  | readonly Memory[]
  | { readonly [key: string]: Memory };

/** What such a condition remembers of a subject, kept like a delay. */
export type Remembered = BranchKey & { readonly memory: Memory };

/** Where a finding belongs: `key` is the subject under which alerts join; `device` the one that brought it about. */
export type Subject = { readonly key: string; readonly device: string; readonly place: Device['place'] };

/** What the engine finds. `level`: of (rule, subject) the branches in the bit mask `holding` now hold (0 = none), which makes it `level` (0 = not active; 1 = the rule's mildest); to be compared with the alert book, which keeps the mask. `occurred`: an edge, which is no level. `delay` and `memory` are rows to be put (`body`) or removed (null) with whatever caused them. */
export type Finding =
  | {
      readonly what: 'level';
      readonly rule: Rule;
      readonly subject: Subject;
      readonly holding: number;
      readonly level: number;
      readonly since: number;
      readonly evidence: Evidence;
    }
  | {
      readonly what: 'occurred';
      readonly rule: Rule;
      readonly subject: Subject;
      readonly evidence: Evidence;
    }
  | { readonly what: 'delay'; readonly key: BranchKey; readonly body: Delay | null }
  | { readonly what: 'memory'; readonly key: BranchKey; readonly body: Remembered | null };

/** An alert that is active, as a combination sees it: of which rule, on which device, where. */
export type Active = {
  readonly alert: string;
  readonly rule: string;
  readonly subject: string;
  readonly device: string;
  readonly place: Device['place'];
};

/** What the engine asks of its surroundings, each fact in its one home. */
export type Surroundings = {
  /** The alert book: which branches of (rule, subject) hold, as a bit mask; 0 = the alert is not active, or there is none. */
  readonly holding: (rule: string, subject: string) => number;
  /** The alert book: the active alerts of these rules, everywhere or within a place. */
  readonly active: (rules: readonly string[], within?: string) => readonly Active[];
  /** The device book: the newest value of a measurement. */
  readonly latest: (
    device: string,
    measurement: string,
  ) => { readonly value: Value; readonly at: number } | null;
  /** The household book: whether nobody is at home there now, so that stillness means nothing. */
  readonly away: (device: Observed, now: number) => boolean;
};

/** The rule engine. Synchronous; the clock comes in with every call. Findings come back in the order in which they arose, and are taken up before the next call. */
export type Engine = {
  /** A reading takes effect as a level "now". The caller decides what is too late or out of order to count. */
  readonly reading: (device: Observed, reading: Reading, now: number) => readonly Finding[];
  readonly event: (
    device: Observed,
    event: { readonly event: EventName; readonly at: number; readonly receivedAt: number },
    now: number,
  ) => readonly Finding[];
  /** The device was heard (any message), or its link changed. Cheap: it is called for every message. */
  readonly heard: (device: Observed, now: number) => readonly Finding[];
  readonly link: (device: Observed, state: 'online' | 'offline', now: number) => readonly Finding[];
  /** A reading that came too late or out of order to be a level "now". It counts for conditions over a span of time, at its own time, and raises the emergencies whose condition it alone meets, whatever their delays. */
  readonly late: (device: Observed, reading: Reading, now: number) => readonly Finding[];
  /** An alert of this rule became active on this device, or ceased to be: combinations are looked at again. */
  readonly turned: (rule: string, device: Observed, now: number) => readonly Finding[];
  /** Somebody went away from these devices' home, or is back: what was remembered of its stillness begins anew. */
  readonly presence: (devices: readonly Observed[], now: number) => readonly Finding[];
  /** The wall clock was set forward (or back, negative) by so many ms: what is running or remembered moves along, so that nothing fires for it. */
  readonly shift: (byMs: number, now: number) => readonly Finding[];
  /** A device joins the street, or is now another (its place, say), or comes back at a start, when `lastHeardAt` is when it was last heard, moved forward by the time the gateway itself was away. Its silence counts not before `notBefore` (epoch ms), the grace after a start. */
  readonly watch: (
    device: Observed,
    lastHeardAt: number,
    notBefore: number,
    now: number,
  ) => readonly Finding[];
  /** A device leaves: its delays and what was remembered of it end. */
  readonly forget: (device: string) => readonly Finding[];
  /** Everything whose time has come. */
  readonly tick: (now: number) => readonly Finding[];
  /** What was running and remembered before a restart goes on; what belongs to a rule that is gone or changed ends. To be called once, after `watch` of every device. */
  readonly resume: (
    delays: readonly Delay[],
    memories: readonly Remembered[],
    now: number,
  ) => readonly Finding[];
  /** Another rulebook, at once. Rules that are unchanged go on as they were; changed and new ones are held against the newest values; alerts of rules that are gone are for the caller to end. */
  readonly adopt: (rules: readonly Rule[], now: number) => readonly Finding[];
};

/** The width of a combination: one device, or all of a place of this kind. */
export const Reach = z.enum(['device', ...placeKinds]);
export type Reach = z.infer<typeof Reach>;
