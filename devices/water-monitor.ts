import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { between, bustle, drift, lastNumber, radio, round, struck } from './daily-life.ts';

const reportEveryMs = 300_000;

/** A meter on the tap water with a leak sensor and a look at the water's quality; a 4G terminal. */
export const waterMonitor: DeviceType = {
  name: 'water-monitor',
  label: { zh: '用水监测仪', en: 'Water monitor' },
  measurements: measuring({
    water_leak: { kind: 'flag', label: { zh: '漏水', en: 'Water leak' } },
    water_total: {
      kind: 'number',
      unit: 'm³',
      min: 0,
      max: 10_000_000,
      label: { zh: '累计用水', en: 'Water used' },
    },
    water_flow: { kind: 'number', unit: 'L/min', min: -1000, max: 10_000, label: { zh: '流量', en: 'Flow' } },
    water_pressure: {
      kind: 'number',
      unit: 'MPa',
      min: -0.2,
      max: 25,
      label: { zh: '水压', en: 'Pressure' },
    },
    turbidity: { kind: 'number', unit: 'NTU', min: 0, max: 10_000, label: { zh: '浊度', en: 'Turbidity' } },
    free_chlorine: {
      kind: 'number',
      unit: 'mg/L',
      min: 0,
      max: 100,
      label: { zh: '余氯', en: 'Free chlorine' },
    },
    ph: { kind: 'number', unit: '', min: 0, max: 14, label: { zh: 'pH 值', en: 'pH' } },
  }),
  events: [...commonEvents, ...supplyEvents],
  power: 'cellular',
  reportEveryMs,
  simulate: (moment) => {
    const { at, random, previous } = moment;
    const leak = struck(moment, 'water-leak', 0);
    const running = random() < 0.35 * bustle(at);
    const flow = (running ? between(random, 2, 9) : 0) + (leak ? between(random, 10, 14) : 0);
    const total = lastNumber(previous, 'water_total') ?? between(random, 50, 900);
    return {
      water_leak: struck(moment, 'water-leak', 60_000),
      water_total: round(total + (flow * reportEveryMs) / 60_000 / 1000, 4, 0, 10_000_000),
      water_flow: round(flow, 2, 0, 10_000),
      water_pressure: round(0.28 - 0.004 * flow + between(random, -0.01, 0.01), 3, 0, 25),
      turbidity: round(drift(moment, 'turbidity', 0.3 + between(random, -0.08, 0.08)), 2, 0, 10_000),
      free_chlorine: round(drift(moment, 'free_chlorine', 0.35 + between(random, -0.06, 0.06)), 2, 0, 100),
      ph: round(drift(moment, 'ph', 7.3 + between(random, -0.15, 0.15)), 2, 0, 14),
      ...radio(moment),
    };
  },
};
