import { z } from 'zod';
import type { DeviceType } from '../../model/device-type.ts';
import { declareKind } from './kind.ts';

const limits = ['above', 'below', 'outside', 'within'] as const;

const Range = z
  .tuple([z.number(), z.number()])
  .refine(([low, high]) => low < high, 'needs the lower limit first');

const Params = z
  .strictObject({
    measurement: z.string(),
    above: z.number().optional(),
    below: z.number().optional(),
    outside: Range.optional(),
    within: Range.optional(),
    deadband: z.number().nonnegative().optional(),
    deadbandPercent: z.number().min(0).max(100).optional(),
  })
  .refine((params) => limits.filter((limit) => params[limit] !== undefined).length === 1, {
    message: `needs exactly one of ${limits.join(', ')}`,
  })
  .refine((params) => params.deadband === undefined || params.deadbandPercent === undefined, {
    message: 'deadband and deadbandPercent exclude each other',
    path: ['deadbandPercent'],
  });
type Params = z.output<typeof Params>;

/** The limits as numbers, and how far back inside them a value must come for the condition to end. */
const boundsOf = (params: Params) => {
  const range = params.outside ?? params.within;
  const upper = params.above ?? range?.[1];
  const lower = params.below ?? range?.[0];
  const band = (limit: number | undefined): number =>
    params.deadband ?? (Math.abs(limit ?? 0) * (params.deadbandPercent ?? 0)) / 100;
  return { upper, lower, upperBand: band(upper), lowerBand: band(lower) };
};

const faultsOf = (params: Params, type: DeviceType): readonly string[] => {
  const { measurement } = params;
  const declared = type.measurements[measurement];
  if (declared === undefined) return [`${type.name} has no measurement ${measurement}`];
  if (declared.kind !== 'number') return [`${measurement} of ${type.name} is no number`];
  const { min, max } = declared;
  const { upper, lower, upperBand, lowerBand } = boundsOf(params);
  const beyond = [lower, upper].filter((limit) => limit !== undefined && (limit < min || limit > max));
  if (beyond.length > 0) {
    return beyond.map(
      (limit) => `${limit} is out of range: ${measurement} of ${type.name} lies within ${min}..${max}`,
    );
  }
  const room = {
    above: (upper ?? 0) - min,
    below: max - (lower ?? 0),
    outside: ((upper ?? 0) - (lower ?? 0)) / 2,
    within: Math.max((lower ?? 0) - min, max - (upper ?? 0)),
  };
  const widest = Math.max(upper === undefined ? 0 : upperBand, lower === undefined ? 0 : lowerBand);
  return limits
    .filter((limit) => params[limit] !== undefined && widest > 0 && widest >= room[limit])
    .map(() => `a deadband of ${widest} is wider than the limit: it would never clear`);
};

/** A number above, below, outside or within limits. Once it holds it goes on holding until the value is back by more than the deadband (`deadband` in the measurement's unit, or `deadbandPercent` of the limit). A limit itself counts for `above` ("high at 25 %LEL" is high at 25) and `within`, and does not for `below` and `outside`. */
export const threshold = declareKind({
  name: 'threshold',
  label: { zh: '界限', en: 'Limit' },
  params: Params,
  branches: (params) => {
    const { measurement, above, below, outside, within } = params;
    const { upper = 0, lower = 0, upperBand, lowerBand } = boundsOf(params);
    const meets = (value: number, held: boolean): boolean => {
      const [up, down] = held ? [upperBand, lowerBand] : [0, 0];
      if (above !== undefined) return value >= upper - up;
      if (below !== undefined) return value < lower + down;
      if (within !== undefined) return value >= lower - down && value <= upper + up;
      return value < lower + down || value > upper - up;
    };
    const range = outside ?? within;
    return [
      {
        condition: {
          on: 'measurement',
          measurement,
          limit: above ?? below ?? `${range?.[0]}..${range?.[1]}`,
          holds: (value, held) => (typeof value === 'number' ? meets(value, held) : held),
        },
      },
    ];
  },
  faults: faultsOf,
});
