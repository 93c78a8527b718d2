import type { Latest } from '../../../src/model/reading.ts';
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
const last: ReadonlySet<string> = new Set([
  'battery',
  'battery_low',
  'rssi',
  'link_quality',
  'tamper',
  'fault',
]);

// Somebody walks about, a door stands open: everyday life.
const everyday: ReadonlySet<string> = new Set(['motion', 'open']);

/** A value as a person reads it. Flags that are so are `loud`, unless they belong to everyday life; flags that are not are left out of a list. */
export type ReadableValue = { readonly name: string; readonly text: string; readonly loud: boolean };

/** The newest values of a device, most telling first. */
export const readableValues = (
  latest: Readonly<Record<string, Latest>>,
  words: Dictionary,
): readonly ReadableValue[] =>
  Object.entries(latest)
    .sort(([a], [b]) => Number(last.has(a)) - Number(last.has(b)))
    .flatMap(([name, { value }]): readonly ReadableValue[] => {
      const label = wordFor(words.measurement, name);
      if (typeof value === 'boolean') return value ? [{ name, text: label, loud: !everyday.has(name) }] : [];
      const said =
        typeof value === 'number' ? String(Number(value.toPrecision(4))) : wordFor(words.value, value);
      return [
        { name, text: `${label} ${said}${units[name] === undefined ? '' : ` ${units[name]}`}`, loud: false },
      ];
    });
