import { z } from 'zod';
import type { Value } from '../../model/reading.ts';
import { declareKind } from './kind.ts';

const Params = z
  .strictObject({
    measurement: z.string(),
    above: z.number().optional(),
    below: z.number().optional(),
    outside: z.tuple([z.number(), z.number()]).optional(),
    deadband: z.number().nonnegative().default(0),
  })
  .refine((params) => [params.above, params.below, params.outside].filter((limit) => limit !== undefined).length === 1, {
    message: 'needs exactly one of above, below, outside',
  })
  .refine((params) => params.outside === undefined || params.outside[0] < params.outside[1], {
    message: 'outside needs the lower limit first',
    path: ['outside'],
  });

/** A number above, below or outside limits. Once it holds it goes on holding until the value is back by more than `deadband`, in the measurement's unit. A value at the limit is not beyond it, except for `above`, where the limit itself counts: "high at 25 %LEL" is high at 25. */
export const threshold = declareKind({
  name: 'threshold',
  params: Params,
  condition: ({ measurement, above, below, outside, deadband }) => {
    const upper = above ?? outside?.[1];
    const lower = below ?? outside?.[0];
    const reached = above !== undefined;
    const limit: Value | undefined = above ?? below ?? (outside ? `${outside[0]}..${outside[1]}` : undefined);
    return {
      concern: { on: 'measurement', measurement },
      limit,
      holds: (value, held) => {
        if (typeof value !== 'number') return held;
        const slack = held ? deadband : 0;
        if (upper !== undefined && (reached ? value >= upper - slack : value > upper - slack)) return true;
        return lower !== undefined && value < lower + slack;
      },
    };
  },
  faults: ({ measurement, above, below, outside, deadband }, type) => {
    const declared = type.measurements[measurement];
    if (declared === undefined) return [`${type.name} has no measurement ${measurement}`];
    if (declared.kind !== 'number') return [`${measurement} of ${type.name} is no number`];
    const faults: string[] = [];
    for (const limit of [above, below, ...(outside ?? [])]) {
      if (limit !== undefined && (limit < declared.min || limit > declared.max)) {
        faults.push(`${limit} can never be reached: ${measurement} of ${type.name} lies within ${declared.min}..${declared.max}`);
      }
    }
    const room = outside ? (outside[1] - outside[0]) / 2 : above !== undefined ? above - declared.min : declared.max - (below ?? declared.min);
    if (deadband > 0 && deadband >= room) faults.push(`a deadband of ${deadband} is wider than the limit: it would never clear`);
    return faults;
  },
});
