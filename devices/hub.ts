import type { DeviceType } from '../src/model/device-type.ts';
import { buttonEvents, commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { radio } from './daily-life.ts';

/** A hub that carries the devices of a home or a stairwell. */
export const hub: DeviceType = {
  name: 'hub',
  label: { zh: '网关箱', en: 'Hub' },
  measurements: measuring({}),
  events: [...buttonEvents, ...commonEvents, ...supplyEvents],
  power: 'mains',
  reportEveryMs: 300_000,
  simulate: (moment) => ({ fault: false, ...radio(moment) }),
};
