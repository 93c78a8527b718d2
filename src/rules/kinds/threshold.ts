import { z } from 'zod';
import { boundFaults, boundFields, choosing, exactlyOneOf, limitOf, meeting } from '../bounds.ts';
import { MeasurementName } from '../measured.ts';
import { declareKind } from './kind.ts';

const Params = z
  .strictObject({ measurement: MeasurementName, ...boundFields })
  .refine(...exactlyOneOf('above', 'below', 'outside', 'within'))
  .refine((params) => params.deadband === undefined || params.deadbandPercent === undefined, {
    message: 'deadband and deadbandPercent exclude each other',
    path: ['deadbandPercent'],
  })
  .refine(
    ({ clear, deadband, deadbandPercent }) =>
      clear === undefined || (deadband ?? deadbandPercent) === undefined,
    { message: 'clear and a deadband exclude each other', path: ['clear'] },
  )
  .refine(({ clear, above, below }) => clear === undefined || (above ?? below) !== undefined, {
    message: 'clear goes with above or below',
    path: ['clear'],
  })
  .refine(
    ({ clear, above = Number.POSITIVE_INFINITY, below = Number.NEGATIVE_INFINITY }) =>
      clear === undefined || (clear <= above && clear >= below),
    { message: 'clear is on the wrong side of the limit', path: ['clear'] },
  )
  .meta(choosing('above', 'below', 'outside', 'within'));

/** A number above, below, outside or within limits. `deadband` is in the measurement's unit, `deadbandPercent` in % of the limit; `clear` is a level of its own at which `above` or `below` is over, once the number is past it. */
export const threshold = declareKind({
  name: 'threshold',
  label: { zh: '阈值', en: 'Threshold' },
  params: Params,
  branches: ({ measurement, ...bounds }) => {
    const meets = meeting(bounds);
    return [
      {
        condition: {
          on: 'measurement',
          measurement,
          limit: limitOf(bounds),
          holds: (value, held) => (typeof value === 'number' ? meets(value, held) : held),
        },
      },
    ];
  },
  faults: ({ measurement, ...bounds }, type) => boundFaults(measurement, bounds, type),
});
