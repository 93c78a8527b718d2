import type { EventName, Value } from './reading.ts';
import type { Text } from './text.ts';

/** What a device type declares of one measurement. A number outside `min`..`max` cannot be right: it is refused and the message kept in quarantine. */
export type Measurement =
  | {
      readonly kind: 'number';
      readonly unit: string;
      readonly min: number;
      readonly max: number;
      readonly label: Text;
    }
  | { readonly kind: 'flag'; readonly label: Text }
  | { readonly kind: 'text'; readonly values: readonly string[]; readonly label: Text };

/** How a device gets its power and its line, which decides how long it may be silent: mains, battery (sleeps between messages), or a 4G terminal of its own. */
export type PowerSource = 'mains' | 'battery' | 'cellular';

/** Things that can befall a simulated home. */
export type Incident = 'fire' | 'gas-leak' | 'co' | 'water-leak' | 'overload' | 'power-cut' | 'low-battery';

/** What a simulated device knows when it is asked for its next values. `random` gives numbers in [0, 1) from the run's seed; `previous` is what it said last; `incident` is what befalls the home and since when (epoch ms). */
export type SimulatedMoment = {
  readonly at: number;
  readonly random: () => number;
  readonly previous: Readonly<Record<string, Value>>;
  readonly incident: { readonly name: Incident; readonly since: number } | null;
};

/** One kind of device, declared once: decoding, rules, console and simulator all read this. */
export type DeviceType = {
  readonly name: string;
  readonly label: Text;
  /** Everything it may report, the measurements common to every type included. */
  readonly measurements: Readonly<Record<string, Measurement>>;
  readonly events: readonly EventName[];
  readonly power: PowerSource;
  /** A person can be spoken with over it: it can be called back. */
  readonly voice?: true;
  /** How often it normally reports, in ms. */
  readonly reportEveryMs: number;
  /** What it would report at this moment; pure. */
  readonly simulate: (moment: SimulatedMoment) => Readonly<Record<string, Value>>;
};

/** The types by name. */
export type DeviceTypes = ReadonlyMap<string, DeviceType>;
