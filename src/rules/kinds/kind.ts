import type { z } from 'zod';
import type { DeviceType, PowerSource } from '../../model/device-type.ts';
import type { EventName, Value } from '../../model/reading.ts';
import type { Active, Memory, Reach } from '../../model/rule.ts';
import type { Text } from '../../model/text.ts';

/** What a condition over a span of time takes in: a value of a measurement or an event, at its own time (epoch ms). */
export type Sample =
  | { readonly measurement: string; readonly value: Value; readonly at: number }
  | { readonly event: EventName; readonly at: number };

/** What such a condition says at a moment: whether it is met, the figure that decided (for the evidence, in `unit`), since when, and when time alone may change the answer (epoch ms; null = never). */
export type Verdict = {
  readonly met: boolean;
  readonly figure: Value | null;
  readonly since: number | null;
  readonly nextAt: number | null;
};

/** A condition over a span of time. Pure: what it knows is in its memory, which is small JSON, is kept across restarts, and is handed back as the same object where nothing changed. A sample may come late and out of order: it counts at its own time, or not at all where that has left the span. */
export type WindowCondition = {
  readonly on: 'window';
  readonly measurements: readonly string[];
  readonly events: readonly EventName[];
  readonly limit: Value;
  /** The figure's unit, given the measurement's. */
  readonly unit: (measured: string | undefined) => string | undefined;
  /** Whether it is about stillness, which means nothing while nobody is at home. */
  readonly restsWhileAway: boolean;
  /** The memory of a subject that is watched from `now` on; null = none until a sample comes. */
  readonly begin: (now: number) => Memory;
  readonly take: (memory: Memory, sample: Sample, now: number) => Memory;
  /** `held`: whether it was met before, for what must not flicker. */
  readonly judge: (memory: Memory, now: number, held: boolean) => Verdict;
  /** The wall clock was set by so many ms: times in the memory move along. */
  readonly shift: (memory: Memory, byMs: number) => Memory;
};

/** A rule's condition, ready to be asked; it says what the rule listens to. */
export type Condition =
  | {
      readonly on: 'measurement';
      readonly measurement: string;
      /** Whether the condition holds at this value, given whether it held before (for the deadband). A value that cannot tell leaves it as it was. */
      readonly holds: (value: Value, held: boolean) => boolean;
      /** The limit that the value is held against, for the evidence. */
      readonly limit: Value;
    }
  /** An event that is over as it comes, or, with `until`, one that lasts until another. */
  | { readonly on: 'event'; readonly event: EventName; readonly until: EventName | null }
  | WindowCondition
  /** Nothing heard for so many ms, by the device's power source; null = its silence says nothing. */
  | { readonly on: 'silence'; readonly afterMs: (power: PowerSource) => number | null }
  /** The connection is down, for devices of these power sources. */
  | { readonly on: 'link'; readonly concerns: (type: DeviceType) => boolean }
  /** Other rules' alerts within reach of each other. */
  | {
      readonly on: 'combination';
      readonly rules: readonly string[];
      readonly within: Reach;
      readonly met: (active: readonly Active[]) => boolean;
    };

/** A condition of a rule's level, with the delay that belongs to the condition itself where the kind says so (ms); otherwise the level's on-delay counts. */
export type Branch = { readonly condition: Condition; readonly onDelayMs?: number };

/** One kind of rule: what it is told in the rulebook, what that means, and what may be wrong with it. The delays are the engine's. */
export type RuleKind = {
  readonly name: string;
  readonly label: Text;
  /** What stands under `when`. A form and a sentence are drawn from what its schemas say of themselves by `meta`: each field, and each alternative of a choice, has a `label` in the console's languages, the values of an enum have `words`; `unit` is a number's (`measured` = the measurement's, `measured/min`); `about` says what a text is (a `measurement`, a `duration`, a `rule`); `exactlyOne` names fields of an object of which one is there. */
  readonly params: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Whether these parameters make a condition that lasts, so that delays mean something; an event is over as it comes. */
  readonly lasts: (params: Readonly<Record<string, unknown>>) => boolean;
  /** Whether the rule is about devices of its `types`, or about other rules. */
  readonly about: 'devices' | 'rules';
  /** A level holds while any of its branches does. */
  readonly branches: (params: Readonly<Record<string, unknown>>) => readonly Branch[];
  /** What makes these parameters senseless for a device type: sentences. */
  readonly faults: (params: Readonly<Record<string, unknown>>, type: DeviceType) => readonly string[];
};

/** Declares a kind with the type of its own parameters. */
export const declareKind = <P extends Readonly<Record<string, unknown>>>(kind: {
  readonly name: string;
  readonly label: Text;
  readonly params: z.ZodType<P>;
  readonly lasts?: (params: P) => boolean;
  readonly about?: 'devices' | 'rules';
  readonly branches: (params: P) => readonly Branch[];
  readonly faults: (params: P, type: DeviceType) => readonly string[];
}): RuleKind => ({
  name: kind.name,
  label: kind.label,
  params: kind.params,
  about: kind.about ?? 'devices',
  // The rulebook lets only parsed parameters through, so they have the kind's own type.
  lasts: (params) => kind.lasts?.(params as P) ?? true,
  branches: (params) => kind.branches(params as P),
  faults: (params, type) => kind.faults(params as P, type),
});
