import { describe, expect, test } from 'vitest';
import { commonMeasurementNames } from '../../devices/common-measurements.ts';
import { deviceTypes } from '../../devices/index.ts';
import type { DeviceType, Incident, Measurement } from '../../src/model/device-type.ts';
import { eventNames, type Value } from '../../src/model/reading.ts';
import { seeded } from './random.ts';

const incidents: readonly Incident[] = [
  'fire',
  'gas-leak',
  'co',
  'water-leak',
  'overload',
  'power-cut',
  'low-battery',
];
const monday = Date.UTC(2026, 10, 23);
const hour = 3_600_000;
const week = 7 * 24 * hour;

/** What a device says over a simulated week, an incident beginning in its middle. */
const live = (
  type: DeviceType,
  seed: number,
  incident: Incident | null,
  everyMs = Math.max(type.reportEveryMs, hour / 4),
) => {
  const random = seeded(seed);
  const said: { readonly at: number; readonly values: Readonly<Record<string, Value>> }[] = [];
  let previous: Readonly<Record<string, Value>> = {};
  const since = monday + week / 2;
  for (let at = monday; at < monday + week; at += everyMs) {
    const happening = incident !== null && at >= since ? { name: incident, since } : null;
    previous = type.simulate({ at, random, previous, incident: happening });
    said.push({ at, values: previous });
  }
  return said;
};

/** Whether a value is one that the measurement can have. */
const fits = (declared: Measurement | undefined, value: Value): boolean => {
  if (declared?.kind === 'number')
    return typeof value === 'number' && value >= declared.min && value <= declared.max;
  if (declared?.kind === 'text') return typeof value === 'string' && declared.values.includes(value);
  return declared?.kind === 'flag' && typeof value === 'boolean';
};

/** The names of the contract's table: devices written by others rely on them. */
const table: Readonly<Record<string, readonly string[]>> = {
  'smoke-alarm': ['smoke', 'temperature', 'smoke_density'],
  'gas-detector': ['gas', 'gas_lel', 'valve'],
  'co-detector': ['co_alarm', 'co'],
  'air-monitor': ['pm25', 'pm10', 'co2', 'tvoc', 'hcho', 'temperature', 'humidity'],
  'call-button': [],
  'water-monitor': [
    'water_leak',
    'water_total',
    'water_flow',
    'water_pressure',
    'turbidity',
    'free_chlorine',
    'ph',
  ],
  'circuit-monitor': [
    'residual_current',
    'cable_temperature',
    'voltage',
    'current',
    'power',
    'energy',
    'arc',
  ],
  'motion-sensor': ['motion'],
  'door-sensor': ['open'],
  'fall-detector': ['fall'],
  siren: [],
  screen: [],
  hub: [],
};

test('the street has every device type that others rely on, with its measurements', () => {
  for (const [name, measurements] of Object.entries(table)) {
    expect(Object.keys(deviceTypes.get(name)?.measurements ?? {}), name).toEqual(
      expect.arrayContaining([...measurements]),
    );
  }
});

describe.each([...deviceTypes])('the device type %s', (name, type) => {
  test('is registered under its own name, in kebab-case, with labels in both languages', () => {
    expect(type.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    for (const label of [
      type.label,
      ...Object.values(type.measurements).map((measurement) => measurement.label),
    ]) {
      expect(label.zh.trim()).not.toBe('');
      expect(label.en).toMatch(/^[A-Z][\x20-\x7e]*$|^pH$/);
    }
  });

  test('measures what every device measures, under snake_case names and within ranges that have room', () => {
    expect(Object.keys(type.measurements)).toEqual(expect.arrayContaining([...commonMeasurementNames]));
    for (const [measurement, declared] of Object.entries(type.measurements)) {
      expect(measurement).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      if (declared.kind === 'number') expect(declared.min).toBeLessThan(declared.max);
      if (declared.kind === 'text') expect(new Set(declared.values).size).toBeGreaterThan(1);
    }
    expect(type.measurements.constructor).toBeUndefined();
  });

  test('may say that it is tested, tampered with or broken, and only what a device may say', () => {
    expect(type.events).toEqual(expect.arrayContaining(['test', 'tamper', 'fault']));
    expect(eventNames).toEqual(expect.arrayContaining([...type.events]));
    expect(new Set(type.events).size).toBe(type.events.length);
    if (type.power === 'battery') expect(type.events).not.toContain('power-lost');
  });

  test('reports often enough not to be taken for silent', () => {
    const silentAfterMs = { mains: hour / 6, cellular: hour / 4, battery: 25 * hour }[type.power];
    expect(type.reportEveryMs).toBeGreaterThanOrEqual(1000);
    expect(type.reportEveryMs).toBeLessThan(silentAfterMs);
  });

  test.each([null, ...incidents])(
    'says only what it can measure through a week with the incident %s',
    (incident) => {
      const wrong: string[] = [];
      for (const { at, values } of live(type, 7, incident)) {
        for (const [measurement, value] of Object.entries(values)) {
          if (!fits(type.measurements[measurement], value)) {
            wrong.push(`${measurement} = ${value} at ${new Date(at).toISOString()}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test('lives the same week for the same seed', () => {
    expect(live(type, 3, 'fire')).toEqual(live(type, 3, 'fire'));
  });

  test('raises none of its own hazards on a week without incidents', () => {
    const hazards = [
      'smoke',
      'gas',
      'co_alarm',
      'water_leak',
      'arc',
      'fall',
      'tamper',
      'fault',
      'battery_low',
    ];
    const raised = live(type, 11, null).flatMap(({ values }) =>
      hazards.filter((hazard) => values[hazard] === true),
    );
    expect(raised).toEqual([]);
  });
});

describe('an incident shows where it must', () => {
  const said = (name: string, incident: Incident, minutes: number): Readonly<Record<string, Value>> => {
    const type = deviceTypes.get(name);
    if (type === undefined) throw new Error(`no ${name}`);
    const random = seeded(5);
    let previous: Readonly<Record<string, Value>> = {};
    for (let at = monday; at <= monday + minutes * 60_000; at += 30_000) {
      previous = type.simulate({ at, random, previous, incident: { name: incident, since: monday } });
    }
    return previous;
  };

  test('a fire raises smoke, its density and the heat', () => {
    const { smoke, smoke_density, temperature } = said('smoke-alarm', 'fire', 4);
    expect(smoke).toBe(true);
    expect(smoke_density).toBeGreaterThan(40);
    expect(temperature).toBeGreaterThan(60);
  });

  test('a gas leak rises slowly, past the low limit before the detector sounds and shuts the valve', () => {
    expect(said('gas-detector', 'gas-leak', 2)).toMatchObject({ gas: false, valve: 'open' });
    expect(said('gas-detector', 'gas-leak', 7)).toMatchObject({
      gas: false,
      gas_lel: expect.closeTo(14.5, -1),
    });
    expect(said('gas-detector', 'gas-leak', 15)).toMatchObject({ gas: true, valve: 'closed' });
  });

  test('carbon monoxide, a leak, an overload, a power cut and an empty battery', () => {
    expect(said('co-detector', 'co', 30)).toMatchObject({ co_alarm: true });
    expect(said('water-monitor', 'water-leak', 2)).toMatchObject({ water_leak: true });
    expect(said('circuit-monitor', 'overload', 15).residual_current).toBeGreaterThan(500);
    expect(said('circuit-monitor', 'power-cut', 1)).toMatchObject({ voltage: 0, current: 0, power: 0 });
    expect(said('call-button', 'low-battery', 1)).toMatchObject({ battery_low: true });
  });

  test('people are at home in the evening: more power is used at eight than at three in the night', () => {
    const type = deviceTypes.get('circuit-monitor');
    const days = type ? live(type, 2, null, hour) : [];
    const mean = (localHour: number): number => {
      const found = days.filter(({ at }) => new Date(at + 8 * hour).getUTCHours() === localHour);
      return found.reduce((sum, { values }) => sum + Number(values.power), 0) / found.length;
    };
    expect(mean(20)).toBeGreaterThan(2 * mean(3));
  });
});
