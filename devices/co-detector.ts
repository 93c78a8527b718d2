import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { between, nearHour, progress, round, struck } from './daily-life.ts';

/** A carbon monoxide detector near the water heater, on the mains. */
export const coDetector: DeviceType = {
  name: 'co-detector',
  label: { zh: '一氧化碳探测器', en: 'CO detector' },
  measurements: measuring({
    co_alarm: { kind: 'flag', label: { zh: '一氧化碳报警', en: 'CO alarm' } },
    co: {
      kind: 'number',
      unit: 'ppm',
      min: 0,
      max: 20_000,
      label: { zh: '一氧化碳', en: 'Carbon monoxide' },
    },
  }),
  events: [...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 60_000,
  simulate: (moment) => {
    const heater = nearHour(moment.at, 7, 1) + nearHour(moment.at, 21, 1.5);
    const level =
      between(moment.random, 0, 1 + 3 * heater) +
      220 * progress(moment, 'co', 1_800_000) +
      350 * progress(moment, 'fire', 600_000);
    return { co_alarm: level >= 100 || struck(moment, 'co', 1_200_000), co: round(level, 0, 0, 20_000) };
  },
};
