import type { z } from 'zod';
import type { DeviceType, PowerSource } from '../../model/device-type.ts';
import type { EventName, Value } from '../../model/reading.ts';

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
  | { readonly on: 'event'; readonly event: EventName }
  /** Nothing heard for so many ms, by the device's power source; null = its silence says nothing. */
  | { readonly on: 'silence'; readonly afterMs: (power: PowerSource) => number | null }
  /** The connection is down, for devices of these power sources. */
  | { readonly on: 'link'; readonly concerns: (power: PowerSource) => boolean };

/** One kind of rule: what it is told in the rulebook, what that means, and what may be wrong with it. The delays are the engine's. */
export type RuleKind = {
  readonly name: string;
  /** What stands under `when`. */
  readonly params: z.ZodType<Readonly<Record<string, unknown>>>;
  /** Whether the condition lasts, so that delays mean something; an event is over as it comes. */
  readonly lasts: boolean;
  readonly condition: (params: Readonly<Record<string, unknown>>) => Condition;
  /** What makes these parameters senseless for a device type: sentences. */
  readonly faults: (params: Readonly<Record<string, unknown>>, type: DeviceType) => readonly string[];
};

/** Declares a kind with the type of its own parameters. */
export const declareKind = <P extends Readonly<Record<string, unknown>>>(kind: {
  readonly name: string;
  readonly params: z.ZodType<P>;
  readonly lasts: boolean;
  readonly condition: (params: P) => Condition;
  readonly faults: (params: P, type: DeviceType) => readonly string[];
}): RuleKind => ({
  name: kind.name,
  params: kind.params,
  lasts: kind.lasts,
  // The rulebook lets only parsed parameters through, so they have the kind's own type.
  condition: (params) => kind.condition(params as P),
  faults: (params, type) => kind.faults(params as P, type),
});
