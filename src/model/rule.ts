import type { AlertKind, Evidence, Priority } from './alert.ts';
import type { Device } from './device.ts';
import type { EventName, Reading, Value } from './reading.ts';
import type { Text } from './text.ts';

/** What a rule raises when its condition holds. */
export type RaisedAlert = {
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly latching: boolean;
  readonly test: boolean;
  readonly title: Text;
};

/** A rule of the rulebook, whatever its kind. `version` changes with its content; delays in ms; `types` are the device types it concerns. */
export type Rule = {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly types: readonly string[];
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Acknowledged and still active after this long: unacknowledged again. */
  readonly reAlarmAfterMs: number | null;
  readonly params: Readonly<Record<string, unknown>>;
  readonly alert: RaisedAlert;
};

/** What the engine knows of a device. */
export type Observed = Pick<Device, 'id' | 'type' | 'hub'>;

/** A delay that is running: the condition `holds` (or no longer does) since `since`, and takes effect at `deadline` (epoch ms). Kept in the journal so that it survives a restart. */
export type Delay = {
  readonly rule: string;
  readonly device: string;
  readonly holds: boolean;
  readonly since: number;
  readonly deadline: number;
  readonly evidence: Evidence;
};

/** What the engine finds. `holds`: the level of (rule, device) is now this, to be compared with the alert book. `occurred`: an edge, which is no level. `delay-started` and `delay-ended` are to be journalled with whatever caused them. */
export type Finding =
  | {
      readonly what: 'holds' | 'clears';
      readonly rule: Rule;
      readonly device: string;
      readonly since: number;
      readonly evidence: Evidence;
    }
  | { readonly what: 'occurred'; readonly rule: Rule; readonly device: string; readonly evidence: Evidence }
  | { readonly what: 'delay-started'; readonly delay: Delay }
  | { readonly what: 'delay-ended'; readonly rule: string; readonly device: string };

/** What the engine asks of its surroundings: whether the alert book has an active alert of this rule and device (the one home of that fact), and when a device was last heard and how its link stands. */
export type Surroundings = {
  readonly isActive: (rule: string, device: string) => boolean;
};

/** The rule engine. Synchronous; the clock comes in with every call. Findings come back in the order in which they arose. */
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
  /** A reading that came too late or out of order to be a level "now": `holds` for each rule of an emergency kind whose condition it alone meets, whatever the delays, unless that is active already. Changes nothing in the engine. */
  readonly late: (device: Observed, reading: Reading) => readonly Finding[];
  /** The wall clock was set forward (or back, negative) by so many ms: running delays and watches move along, so that nothing fires for it. Answers the moved delays as `delay-started`. */
  readonly shift: (byMs: number) => readonly Finding[];
  /** A device joins the street (or comes back at a start, when `lastHeardAt` is when it was last heard, moved forward by the time the gateway itself was away). Its silence counts not before `notBefore` (epoch ms), the grace after a start. */
  readonly watch: (device: Observed, lastHeardAt: number, notBefore: number) => void;
  /** A device leaves: its delays end. */
  readonly forget: (device: string) => readonly Finding[];
  /** Everything whose time has come. */
  readonly tick: (now: number) => readonly Finding[];
  /** Running delays again after a restart; one whose rule is gone is reported as ended. */
  readonly resume: (delays: readonly Delay[]) => readonly Finding[];
  /** Another rulebook, at once: running delays of rules that are unchanged go on. */
  readonly adopt: (rules: readonly Rule[]) => readonly Finding[];
};

/** Limits are values of the measurement itself. */
export type Limit = Value;
