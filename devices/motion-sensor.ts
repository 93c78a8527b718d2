import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { batteryLife, bustle } from './daily-life.ts';

/** A motion sensor in a room, on a battery. */
export const motionSensor: DeviceType = {
  name: 'motion-sensor',
  label: { zh: '人体感应器', en: 'Motion sensor' },
  measurements: measuring({ motion: { kind: 'flag', label: { zh: '有人活动', en: 'Motion' } } }),
  events: commonEvents,
  power: 'battery',
  reportEveryMs: 600_000,
  simulate: (moment) => ({ motion: moment.random() < 0.1 + 0.8 * bustle(moment.at), ...batteryLife(moment) }),
};
