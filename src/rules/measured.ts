import { z } from 'zod';
import type { DeviceType, Measurement } from '../model/device-type.ts';

/** What a rule looks at. */
export const MeasurementName = z
  .string()
  .meta({ about: 'measurement', label: { zh: '测量项', en: 'Measurement' } });

/** What makes a measurement no ground for a rule on numbers. */
export const numberFaults = (measurement: string, type: DeviceType): readonly string[] =>
  kindFaults(measurement, type, 'number');

/** What makes a measurement no ground for a rule on flags. */
export const flagFaults = (measurement: string, type: DeviceType): readonly string[] =>
  kindFaults(measurement, type, 'flag');

const kindFaults = (measurement: string, type: DeviceType, kind: Measurement['kind']): readonly string[] => {
  const declared = type.measurements[measurement];
  if (declared === undefined) return [`${type.name} has no measurement ${measurement}`];
  return declared.kind === kind ? [] : [`${measurement} of ${type.name} is no ${kind}`];
};
