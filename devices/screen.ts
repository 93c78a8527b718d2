import type { DeviceType } from '../src/model/device-type.ts';
import { buttonEvents, commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { radio } from './daily-life.ts';

/** A screen on a wall that shows what it is told. */
export const screen: DeviceType = {
  name: 'screen',
  label: { zh: '信息屏', en: 'Screen' },
  measurements: measuring({}),
  events: [...buttonEvents, ...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 300_000,
  simulate: (moment) => ({ fault: false, ...radio(moment) }),
};
