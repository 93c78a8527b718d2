import { z } from 'zod';
import { declareKind } from './kind.ts';

const Params = z.strictObject({ measurement: z.string(), is: z.boolean().default(true) });

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
  faults: ({ measurement }, type) => {
    const declared = type.measurements[measurement];
    if (declared === undefined) return [`${type.name} has no measurement ${measurement}`];
    return declared.kind === 'flag' ? [] : [`${measurement} of ${type.name} is no flag`];
  },
});
