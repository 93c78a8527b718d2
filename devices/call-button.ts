import type { DeviceType } from '../src/model/device-type.ts';
import { buttonEvents, commonEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { batteryLife } from './daily-life.ts';

/** The emergency pager of an old person living alone: one button, on a battery, speaking of itself twice a day. */
export const callButton: DeviceType = {
  name: 'call-button',
  label: { zh: '紧急呼叫器', en: 'Call button' },
  measurements: measuring({}),
  events: [...buttonEvents, ...commonEvents],
  voice: true,
  power: 'battery',
  reportEveryMs: 43_200_000,
  simulate: batteryLife,
};
