import type { DeviceType } from '../src/model/device-type.ts';
import { buttonEvents, commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { radio } from './daily-life.ts';

/** A fall radar on the ceiling of a bathroom or bedroom, on the mains. A fall is no incident of the home: a scenario lets somebody fall. */
export const fallDetector: DeviceType = {
  name: 'fall-detector',
  label: { zh: '跌倒探测器', en: 'Fall detector' },
  measurements: measuring({ fall: { kind: 'flag', label: { zh: '跌倒', en: 'Fall' } } }),
  events: [...buttonEvents, ...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 60_000,
  simulate: (moment) => ({ fall: false, ...radio(moment) }),
};
