import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { batteryLife, between, drift, nearHour, progress, round, struck } from './daily-life.ts';

/** A smoke alarm under the ceiling, on a battery of its own. */
export const smokeAlarm: DeviceType = {
  name: 'smoke-alarm',
  label: { zh: '烟雾报警器', en: 'Smoke alarm' },
  measurements: measuring({
    smoke: { kind: 'flag', label: { zh: '烟雾', en: 'Smoke' } },
    temperature: { kind: 'number', unit: '°C', min: -60, max: 500, label: { zh: '温度', en: 'Temperature' } },
    smoke_density: {
      kind: 'number',
      unit: '%',
      min: 0,
      max: 100,
      label: { zh: '烟雾浓度', en: 'Smoke density' },
    },
  }),
  events: commonEvents,
  power: 'battery',
  reportEveryMs: 3_600_000,
  simulate: (moment) => {
    const cooking = nearHour(moment.at, 11.5, 1) + nearHour(moment.at, 18, 1.2);
    const fire = progress(moment, 'fire', 240_000);
    const room = drift(
      moment,
      'temperature',
      20 + 4 * nearHour(moment.at, 15, 12) + between(moment.random, -0.5, 0.5),
    );
    return {
      smoke: struck(moment, 'fire', 20_000),
      temperature: round(fire > 0 ? 22 + 90 * fire : room, 1, -60, 500),
      smoke_density: round(between(moment.random, 0, 1 + 2 * cooking) + 65 * fire, 1, 0, 100),
      ...batteryLife(moment),
    };
  },
};
