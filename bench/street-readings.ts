import type { Reading } from '../src/model/reading.ts';
import type { ReadingRow } from '../src/store/readings/block.ts';
import { dayMs } from '../src/store/readings/day-files.ts';

/** A device of the made-up street and the one measurement that it sends. */
export type Series = { readonly device: string; readonly type: string; readonly measurement: string };

/** A series as it goes on: `next` gives so many readings from a moment (epoch ms) on, as rows of the store. */
export type Source = Series & { readonly next: (from: number, readings: number) => ReadingRow[] };

/** The same numbers from 0 to 1 for the same seed, always (mulberry32). */
const chanceOf = (seed: number): (() => number) => {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** How high a day is at a moment: −1 in the small hours, 1 in the afternoon. */
const waveAt = (at: number): number => Math.sin((at / dayMs - 0.375) * 2 * Math.PI);

/** In steps of 0.1 °C: a wave of the day, a slow drift, and the noise of the sensor. */
const temperatures = (chance: () => number): ((at: number) => number) => {
  let drift = (chance() - 0.5) * 30;
  const usual = 190 + chance() * 50;
  return (at) => {
    drift = drift * 0.9995 + (chance() - 0.5) * 0.9;
    return Math.round(usual + 25 * waveAt(at) + drift + (chance() - 0.5) * 1.2) / 10;
  };
};

/** Whole ppm: what people breathe out by day, and a sensor that trembles. */
const carbonDioxide = (chance: () => number): ((at: number) => number) => {
  let drift = 0;
  return (at) => {
    drift = drift * 0.999 + (chance() - 0.5) * 12;
    return Math.max(390, Math.round(620 + 160 * waveAt(at) + drift + (chance() - 0.5) * 8));
  };
};

const hourMs = 3_600_000;
const metersBeganAt = Date.UTC(2020, 0);
const usualKilowatts = 0.9;

/** A meter that counts up in steps of 0.01 kWh. */
const energies = (chance: () => number): ((at: number) => number) => {
  let hundredths = chance() * 1_000_000;
  let before = metersBeganAt;
  return (at) => {
    const inUse = at - before > dayMs ? 1 : (1 + 0.6 * waveAt(at)) * (0.5 + chance());
    hundredths += (100 * usualKilowatts * inUse * (at - before)) / hourMs;
    before = at;
    return Math.floor(hundredths) / 100;
  };
};

const kinds = [
  { type: 'air-monitor', prefix: 'air-t', measurement: 'temperature', values: temperatures },
  { type: 'air-monitor', prefix: 'air-c', measurement: 'co2', values: carbonDioxide },
  { type: 'circuit-monitor', prefix: 'meter', measurement: 'energy', values: energies },
] as const;

const kindOf = (index: number) => kinds[index % kinds.length] ?? kinds[0];

/** The devices of the street, a third of them each for temperatures, carbon dioxide and a meter of electricity. */
export const makeStreet = (devices: number): readonly Series[] =>
  Array.from({ length: devices }, (_, index) => {
    const { type, prefix, measurement } = kindOf(index);
    return { device: `${prefix}-${index}`, type, measurement };
  });

// A phase below this and a jitter below the rest of the shortest interval keep the readings of a day within it.
const latestPhaseMs = 9_000;
const wayMs = (chance: () => number): number => 8 + Math.floor(chance() * chance() * 400);

/** The street's readings, the same at every call: each device sends one every `everyMs` (10 s or more). Two in four say no time and count from their receipt; one in four has a clock that is believed; one in four a clock that is hours off, which is kept beside the time of receipt. */
export const openStreet = (devices: number, everyMs: number): readonly Source[] =>
  makeStreet(devices).map((series, index) => {
    const chance = chanceOf(index);
    const valueAt = kindOf(index).values(chance);
    const phase = Math.floor(chance() * latestPhaseMs);
    const clockOffMs = Math.floor((chance() - 0.5) * 40 * hourMs);
    const clock = index % 4 === 2 ? 'believed' : index % 4 === 3 ? 'wrong' : 'none';
    const next = (from: number, readings: number): ReadingRow[] => {
      const rows = new Array<ReadingRow>(readings);
      for (let row = 0; row < readings; row += 1) {
        const measuredAt = from + row * everyMs + phase + Math.floor(chance() * 30);
        const receivedAt = measuredAt + wayMs(chance);
        const at = clock === 'believed' ? measuredAt : receivedAt;
        rows[row] = {
          at,
          value: valueAt(at),
          flag: 0,
          receivedAt,
          deviceAt: clock === 'wrong' ? measuredAt + clockOffMs : null,
        };
      }
      return rows;
    };
    return { ...series, next };
  });

/** A row of the store as the reading it was. */
export const readingOf = ({ device, measurement }: Series, row: ReadingRow): Reading => ({
  device,
  measurement,
  value: row.value,
  at: row.at,
  receivedAt: row.receivedAt,
  ...(row.deviceAt === null ? {} : { deviceAt: row.deviceAt }),
});

/** A row of the store as a line for InfluxDB, its time in ms. InfluxDB is told neither of the receipt nor of a wrong clock. */
export const lineOf = ({ device, measurement }: Series, { at, value }: ReadingRow): string =>
  `${measurement},device=${device} value=${value} ${at}`;
