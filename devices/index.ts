import type { DeviceType, DeviceTypes } from '../src/model/device-type.ts';
import type { Dialect, Dialects } from '../src/model/dialect.ts';
import { airMonitor } from './air-monitor.ts';
import { callButton } from './call-button.ts';
import { circuitMonitor } from './circuit-monitor.ts';
import { coDetector } from './co-detector.ts';
import { native } from './dialects/native.ts';
import { zigbee2mqtt } from './dialects/zigbee2mqtt.ts';
import { doorSensor } from './door-sensor.ts';
import { fallDetector } from './fall-detector.ts';
import { gasDetector } from './gas-detector.ts';
import { hub } from './hub.ts';
import { motionSensor } from './motion-sensor.ts';
import { screen } from './screen.ts';
import { siren } from './siren.ts';
import { smokeAlarm } from './smoke-alarm.ts';
import { waterMonitor } from './water-monitor.ts';

const named = <T extends { readonly name: string }>(members: readonly T[]): ReadonlyMap<string, T> =>
  new Map(members.map((member) => [member.name, member]));

/** Every device type of the street; a new one is a file and a line here. */
export const deviceTypes: DeviceTypes = named<DeviceType>([
  smokeAlarm,
  gasDetector,
  coDetector,
  airMonitor,
  callButton,
  waterMonitor,
  circuitMonitor,
  motionSensor,
  doorSensor,
  fallDetector,
  siren,
  screen,
  hub,
]);

/** Every wire convention that is understood; a new one is a file and a line here. */
export const dialects: Dialects = named<Dialect>([native, zigbee2mqtt]);
