import type { z } from 'zod';
import type { DeviceType } from '../../model/device-type.ts';
import type { EventName, Value } from '../../model/reading.ts';

/** What a rule listens to. */
export type Concern =
  | { readonly on: 'measurement'; readonly measurement: string }
  | { readonly on: 'event'; readonly event: EventName }
  | { readonly on: 'silence'; readonly afterMs: number }
  | { readonly on: 'link' };

/** A rule's condition, ready to be asked. */
export type Condition = {
  readonly concern: Concern;
  /** Whether the condition holds at this value, given whether it held before (for the deadband); for measurements only. */
  readonly holds: (value: Value, held: boolean) => boolean;
  /** The limit that the value is held against, for the evidence. */
  readonly limit: Value | undefined;
};

/** One kind of rule: what it is told in the rulebook, what that means, and what may be wrong with it. The delays are the engine's. */
export type RuleKind = {
  readonly name: string;
  /** What stands under `when`. */
  readonly params: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly condition: (params: Readonly<Record<string, unknown>>) => Condition;
  /** What makes these parameters senseless for a device type: sentences. */
  readonly faults: (params: Readonly<Record<string, unknown>>, type: DeviceType) => readonly string[];
};

/** Declares a kind with the type of its own parameters. */
export const declareKind = <P extends Readonly<Record<string, unknown>>>(kind: {
  readonly name: string;
  readonly params: z.ZodType<P>;
  readonly condition: (params: P) => Condition;
  readonly faults: (params: P, type: DeviceType) => readonly string[];
}): RuleKind => ({
  name: kind.name,
  params: kind.params,
  // The rulebook lets only parsed parameters through, so they have the kind's own type.
  condition: (params) => kind.condition(params as P),
  faults: (params, type) => kind.faults(params as P, type),
});
