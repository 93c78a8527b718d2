import { z } from 'zod';

/** One measured value. Flags are booleans, true = the thing is so; numbers are finite and in the unit their measurement declares. */
export const Value = z.union([z.number(), z.boolean(), z.string().max(256)]);
export type Value = z.infer<typeof Value>;

/** A value of one measurement of one device. `at` is when it was measured as far as we believe the device (epoch ms); `receivedAt` is when it reached us; `deviceAt` is the device's own claim where it was not believed. */
export type Reading = {
  readonly device: string;
  readonly measurement: string;
  readonly value: Value;
  readonly at: number;
  readonly receivedAt: number;
  readonly deviceAt?: number;
};

/** The two ends of a range, as a limit with two ends is written (`0.5..10`); null where `limit` is none. */
export const endsOf = (limit: Value): readonly [string, string] | null => {
  const ends = typeof limit === 'string' ? /^(-?[\d.]+?)\.\.(-?[\d.]+)$/.exec(limit) : null;
  return ends?.[1] === undefined || ends[2] === undefined ? null : [ends[1], ends[2]];
};

/** One measurement of one device, whose readings make a series in time; `unit` is null for flags and texts. */
export type Series = { readonly device: string; readonly measurement: string; readonly unit: string | null };

/** The newest value of one measurement. */
export const Latest = z.object({ value: Value, at: z.number(), receivedAt: z.number() });
export type Latest = Readonly<z.infer<typeof Latest>>;

/** The same value once the clock was set by so many ms and shows `now`: what was received at a time that is still to come was so by the clock of before. */
export const movedAlong = ({ value, at, receivedAt }: Latest, byMs: number, now: number): Latest => {
  const moved = (moment: number): number => (moment > now ? Math.min(moment + byMs, now) : moment);
  return { value, at: moved(at), receivedAt: moved(receivedAt) };
};

/** Names of the events that a device may send. */
export const eventNames = [
  'sos',
  'sos-cancel',
  'test',
  'tamper',
  'fault',
  'power-lost',
  'power-restored',
] as const;
export const EventName = z.enum(eventNames);
export type EventName = z.infer<typeof EventName>;
