import { z } from 'zod';
import { flagFaults, MeasurementName } from '../measured.ts';
import { declareKind } from './kind.ts';

const Params = z.strictObject({
  measurement: MeasurementName,
  is: z
    .boolean()
    .default(true)
    .meta({ label: { zh: '等于', en: 'Is' } }),
});

/** A flag that is set (or, with `is: false`, not set). */
export const flag = declareKind({
  name: 'flag',
  label: { zh: '标志', en: 'Flag' },
  params: Params,
  branches: ({ measurement, is }) => [
    {
      condition: {
        on: 'measurement',
        measurement,
        limit: is,
        holds: (value, held) => (typeof value === 'boolean' ? value === is : held),
      },
    },
  ],
  faults: ({ measurement }, type) => flagFaults(measurement, type),
});
