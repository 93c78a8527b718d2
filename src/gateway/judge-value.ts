import type { DeviceType, Measurement } from '../model/device-type.ts';
import type { RefusedPart } from '../model/dialect.ts';
import type { Value } from '../model/reading.ts';

/** Why a value cannot be this measurement, or null where it can. */
const faultOf = (measurement: Measurement, value: Value): string | null => {
  switch (measurement.kind) {
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
      return value < measurement.min || value > measurement.max
        ? `must lie within ${measurement.min}..${measurement.max}`
        : null;
    case 'flag':
      return typeof value === 'boolean' ? null : 'must be true or false';
    case 'text':
      return typeof value === 'string' && measurement.values.includes(value)
        ? null
        : `must be one of ${measurement.values.join(', ')}`;
  }
};

/** Whether a device of this type can have measured that: null where it can, else why not. */
export const judgeValue = (
  type: DeviceType,
  measurement: string,
  value: Value,
): (RefusedPart & { readonly reason: 'unknown-measurement' | 'value-out-of-range' }) | null => {
  const declared = Object.hasOwn(type.measurements, measurement) ? type.measurements[measurement] : undefined;
  if (declared === undefined)
    return { reason: 'unknown-measurement', detail: `${type.name} has no measurement ${measurement}` };
  const fault = faultOf(declared, value);
  return fault === null ? null : { reason: 'value-out-of-range', detail: `${measurement} ${fault}` };
};
