import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { between, nearHour, progress, round } from './daily-life.ts';

/** A detector of combustible gas in the kitchen, on the mains, with a valve it can close. 100 %LEL of methane are 5 % of the air. */
export const gasDetector: DeviceType = {
  name: 'gas-detector',
  label: { zh: '燃气探测器', en: 'Gas detector' },
  measurements: measuring({
    gas: { kind: 'flag', label: { zh: '燃气泄漏', en: 'Gas' } },
    gas_lel: {
      kind: 'number',
      unit: '%LEL',
      min: 0,
      max: 2000,
      label: { zh: '燃气浓度', en: 'Gas concentration' },
    },
    valve: { kind: 'text', values: ['open', 'closed'], label: { zh: '燃气阀', en: 'Gas valve' } },
  }),
  events: [...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 60_000,
  simulate: (moment) => {
    const cooking = nearHour(moment.at, 7, 0.7) + nearHour(moment.at, 11.5, 1) + nearHour(moment.at, 18, 1.2);
    const level =
      between(moment.random, 0, 0.4 + 1.2 * cooking) + 40 * progress(moment, 'gas-leak', 1_200_000);
    return { gas: level >= 20, gas_lel: round(level, 1, 0, 2000), valve: level >= 20 ? 'closed' : 'open' };
  },
};
