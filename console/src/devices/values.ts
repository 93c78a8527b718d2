import type { Latest, Value } from '../../../src/model/reading.ts';
import { wordFor } from '../words/word-for.ts';
import type { Dictionary } from '../words/zh.ts';

/** Units of the measurements by name; a unit of its own for none. */
const units: Readonly<Record<string, string>> = {
  temperature: '°C',
  cable_temperature: '°C',
  smoke_density: '%',
  gas_lel: '%LEL',
  co: 'ppm',
  co2: 'ppm',
  pm25: 'µg/m³',
  pm10: 'µg/m³',
  tvoc: 'mg/m³',
  hcho: 'mg/m³',
  free_chlorine: 'mg/L',
  humidity: '%',
  water_total: 'm³',
  water_flow: 'L/min',
  water_pressure: 'MPa',
  turbidity: 'NTU',
  residual_current: 'mA',
  voltage: 'V',
  current: 'A',
  power: 'W',
  energy: 'kWh',
  battery: '%',
  rssi: 'dBm',
};

// What is the same for every device and says little about the home comes last.
const ofEveryDevice: ReadonlySet<string> = new Set([
  'battery',
  'battery_low',
  'rssi',
  'link_quality',
  'tamper',
  'fault',
]);

// Somebody walks about, a door stands open: everyday life.
const everyday: ReadonlySet<string> = new Set(['motion', 'open']);

/** Whether a measurement says something of the home, and not only of the device: not its battery or its signal. */
export const isOfHome = (measurement: string): boolean => !ofEveryDevice.has(measurement);

/** Whether a flag that is so is nothing out of the ordinary. */
export const isEveryday = (measurement: string): boolean => everyday.has(measurement);

/** The measurements of a device, what tells most of the home first; otherwise in the order in which its type declares them. */
export const inOrder = (
  measurements: readonly string[],
  declared: readonly string[] = [],
): readonly string[] => {
  const place = (name: string): number =>
    declared.includes(name) ? declared.indexOf(name) : declared.length;
  return [...measurements].sort(
    (a, b) => Number(ofEveryDevice.has(a)) - Number(ofEveryDevice.has(b)) || place(a) - place(b),
  );
};

/** The unit of a measurement by its name; '' where it has none. */
export const unitOf = (measurement: string): string => units[measurement] ?? '';

/** A number to four figures; a larger one to the whole number, so that a meter is not rounded. */
const figure = (value: number): string =>
  String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));

/** A value in the words of the seat, with its unit. */
export const valueText = (value: Value, unit: string, words: Dictionary): string => {
  if (typeof value === 'boolean') return value ? words.devices.yes : words.devices.no;
  const said = typeof value === 'number' ? figure(value) : wordFor(words.value, value);
  return unit === '' ? said : `${said} ${unit}`;
};

/** A value as a person reads it. Flags that are so are `loud`, unless they belong to everyday life; flags that are not are left out of a list. */
export type ReadableValue = { readonly name: string; readonly text: string; readonly loud: boolean };

/** The newest values of a device, most telling first. */
export const readableValues = (
  latest: Readonly<Record<string, Latest>>,
  words: Dictionary,
): readonly ReadableValue[] =>
  inOrder(Object.keys(latest)).flatMap((name): readonly ReadableValue[] => {
    const value = latest[name]?.value;
    if (value === undefined) return [];
    const label = wordFor(words.measurement, name);
    if (typeof value === 'boolean') return value ? [{ name, text: label, loud: !isEveryday(name) }] : [];
    return [{ name, text: `${label} ${valueText(value, unitOf(name), words)}`, loud: false }];
  });
