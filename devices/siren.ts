import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { radio } from './daily-life.ts';

/** A siren in the duty room or a stairwell: it does as it is told. */
export const siren: DeviceType = {
  name: 'siren',
  label: { zh: '声光警报器', en: 'Siren' },
  measurements: measuring({}),
  events: [...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 300_000,
  simulate: (moment) => ({ fault: false, ...radio(moment) }),
};
