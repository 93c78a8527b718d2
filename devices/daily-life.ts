import type { Incident, SimulatedMoment } from '../src/model/device-type.ts';
import type { Value } from '../src/model/reading.ts';

/** The hour of the day in Shanghai, 0 ≤ h < 24, of a moment (epoch ms); the simulated street lives there. */
export const hourOf = (at: number): number => (((at / 3_600_000 + 8) % 24) + 24) % 24;

/** How near the hour is to `peak`: 1 at the peak, falling to 0 at `width` hours from it, round the clock. */
export const nearHour = (at: number, peak: number, width: number): number => {
  const apart = Math.abs(hourOf(at) - peak);
  const distance = Math.min(apart, 24 - apart);
  return distance >= width ? 0 : (1 + Math.cos((Math.PI * distance) / width)) / 2;
};

/** How busy a home is at this moment, 0..1: asleep at night, up in the morning, noon, and a long evening. */
export const bustle = (at: number): number =>
  Math.min(1, 0.05 + 0.7 * nearHour(at, 7, 2.5) + 0.5 * nearHour(at, 12, 2) + 0.9 * nearHour(at, 19, 4));

/** A number between `low` and `high`. */
export const between = (random: () => number, low: number, high: number): number =>
  low + (high - low) * random();

/** `value` with so many decimals, held within `low`..`high`. */
export const round = (value: number, decimals: number, low: number, high: number): number => {
  const scale = 10 ** decimals;
  return Math.round(Math.min(high, Math.max(low, value)) * scale) / scale;
};

/** What was said last of a measurement, if it was a number. */
export const lastNumber = (previous: Readonly<Record<string, Value>>, measurement: string): number | null => {
  const value = previous[measurement];
  return typeof value === 'number' ? value : null;
};

/** A value that moves a fifth of the way from what was said last to where it is drawn, so that curves have no steps. */
export const drift = (moment: SimulatedMoment, measurement: string, towards: number): number => {
  const last = lastNumber(moment.previous, measurement);
  return last === null ? towards : last + (towards - last) * 0.2;
};

/** How far an incident has come, 0..1 over `fullAfterMs`; 0 where that incident is not happening. */
export const progress = (moment: SimulatedMoment, name: Incident, fullAfterMs: number): number => {
  if (moment.incident === null || moment.incident.name !== name) return 0;
  return Math.min(1, Math.max(0, (moment.at - moment.incident.since) / fullAfterMs));
};

/** Whether an incident has been going on for at least `afterMs`. */
export const struck = (moment: SimulatedMoment, name: Incident, afterMs: number): boolean =>
  moment.incident !== null && moment.incident.name === name && moment.at - moment.incident.since >= afterMs;

/** What a battery device says of its battery and its link: slowly emptying, and nearly empty under the incident `low-battery`. */
export const batteryLife = (moment: SimulatedMoment): Readonly<Record<string, Value>> => {
  const last = lastNumber(moment.previous, 'battery') ?? between(moment.random, 60, 100);
  // A new battery is put in once the old one is no good for a year's simulation any more.
  const drained = last < 30 ? 100 : last - between(moment.random, 0, 0.01);
  const battery = struck(moment, 'low-battery', 0) ? between(moment.random, 7, 9) : drained;
  return {
    battery: round(battery, 2, 0, 100),
    battery_low: battery < 10,
    ...radio(moment),
  };
};

/** What a device says of its radio link. */
export const radio = (moment: SimulatedMoment): Readonly<Record<string, Value>> => ({
  rssi: round(between(moment.random, -88, -62), 0, -200, 50),
  link_quality: round(between(moment.random, 90, 200), 0, 0, 255),
});
