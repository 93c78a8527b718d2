import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import { batteryLife, bustle } from './daily-life.ts';

/** A contact on a home's door, on a battery. */
export const doorSensor: DeviceType = {
  name: 'door-sensor',
  label: { zh: '门磁', en: 'Door sensor' },
  measurements: measuring({ open: { kind: 'flag', label: { zh: '门开', en: 'Open' } } }),
  events: commonEvents,
  power: 'battery',
  reportEveryMs: 3_600_000,
  simulate: (moment) => ({ open: moment.random() < 0.08 * bustle(moment.at), ...batteryLife(moment) }),
};
