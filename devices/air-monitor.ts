import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { between, bustle, drift, nearHour, progress, round } from './daily-life.ts';

/** An indoor air monitor on the mains. */
export const airMonitor: DeviceType = {
  name: 'air-monitor',
  label: { zh: '空气监测仪', en: 'Air monitor' },
  measurements: measuring({
    pm25: { kind: 'number', unit: 'µg/m³', min: 0, max: 20_000, label: { zh: 'PM2.5', en: 'PM2.5' } },
    pm10: { kind: 'number', unit: 'µg/m³', min: 0, max: 50_000, label: { zh: 'PM10', en: 'PM10' } },
    co2: {
      kind: 'number',
      unit: 'ppm',
      min: 0,
      max: 100_000,
      label: { zh: '二氧化碳', en: 'Carbon dioxide' },
    },
    tvoc: { kind: 'number', unit: 'mg/m³', min: 0, max: 1000, label: { zh: '总挥发性有机物', en: 'TVOC' } },
    hcho: { kind: 'number', unit: 'mg/m³', min: 0, max: 100, label: { zh: '甲醛', en: 'Formaldehyde' } },
    temperature: { kind: 'number', unit: '°C', min: -60, max: 500, label: { zh: '温度', en: 'Temperature' } },
    humidity: { kind: 'number', unit: '%', min: 0, max: 100, label: { zh: '湿度', en: 'Humidity' } },
  }),
  events: [...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 60_000,
  simulate: (moment) => {
    const { at, random } = moment;
    const fire = progress(moment, 'fire', 300_000);
    const cooking = nearHour(at, 11.5, 1) + nearHour(at, 18, 1.2);
    const pm25 = drift(moment, 'pm25', 12 + 25 * cooking + between(random, -4, 4)) + 400 * fire;
    const co2 = drift(
      moment,
      'co2',
      480 + 350 * bustle(at) + 200 * nearHour(at, 3, 5) + between(random, -20, 20),
    );
    return {
      pm25: round(pm25, 0, 0, 2000),
      pm10: round(pm25 * 1.4 + between(random, 0, 4), 0, 0, 4000),
      co2: round(co2 + 60 * fire, 0, 350, 10_000),
      tvoc: round(
        drift(moment, 'tvoc', 0.15 + 0.1 * cooking + between(random, -0.03, 0.03)) + 0.2 * fire,
        3,
        0,
        50,
      ),
      hcho: round(
        drift(moment, 'hcho', 0.02 + 0.015 * nearHour(at, 15, 8) + between(random, -0.004, 0.004)),
        3,
        0,
        5,
      ),
      temperature: round(
        drift(moment, 'temperature', 20 + 5 * nearHour(at, 15, 12) + between(random, -0.3, 0.3)) + 2 * fire,
        1,
        -60,
        200,
      ),
      humidity: round(
        drift(moment, 'humidity', 58 - 12 * nearHour(at, 15, 12) + between(random, -1.5, 1.5)),
        1,
        0,
        100,
      ),
    };
  },
};
