import { z } from 'zod';
import type { DeviceType } from '../model/device-type.ts';
import type { Value } from '../model/reading.ts';
import { numberFaults } from './measured.ts';

const Range = z
  .tuple([
    z.number().meta({ unit: 'measured', label: { zh: '下限', en: 'Lower limit' } }),
    z.number().meta({ unit: 'measured', label: { zh: '上限', en: 'Upper limit' } }),
  ])
  .refine(([low, high]) => low < high, 'needs the lower limit first');

/** The bounds that a rule may set to a number, as fields of its parameters. */
export const boundFields = {
  above: z
    .number()
    .optional()
    .meta({ unit: 'measured', label: { zh: '不低于', en: 'At or above' } }),
  below: z
    .number()
    .optional()
    .meta({ unit: 'measured', label: { zh: '低于', en: 'Below' } }),
  outside: Range.optional().meta({
    unit: 'measured',
    label: { zh: '超出范围', en: 'Outside' },
  }),
  within: Range.optional().meta({
    unit: 'measured',
    label: { zh: '在范围内', en: 'Within' },
  }),
  clear: z
    .number()
    .optional()
    .meta({ unit: 'measured', label: { zh: '恢复值', en: 'Clears past' } }),
  deadband: z
    .number()
    .nonnegative()
    .optional()
    .meta({ unit: 'measured', label: { zh: '回差', en: 'Deadband' } }),
  deadbandPercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta({ unit: '%', label: { zh: '回差（限值的百分比）', en: 'Deadband, of the limit' } }),
} as const;

/** Bounds for a number: exactly one of the first four. Once they are met they go on being met until the number is back by more than the deadband, or, with `clear`, past that. A limit itself counts for `above` ("high at 25 %LEL" is high at 25) and `within`, and does not for `below` and `outside`. */
export type Bounds = {
  readonly [name in 'above' | 'below' | 'clear' | 'deadband' | 'deadbandPercent']?: number | undefined;
} & {
  readonly [name in 'outside' | 'within']?: readonly [number, number] | undefined;
};

/** Whether exactly one of the fields is there, and what to say otherwise. */
export const exactlyOneOf = <K extends string>(...names: readonly K[]) =>
  [
    (params: Readonly<Partial<Record<K, unknown>>>): boolean =>
      names.filter((name) => params[name] !== undefined).length === 1,
    { message: `needs exactly one of ${names.join(', ')}` },
  ] as const;

/** Says of an object that exactly one of these of its fields is there, for a form. */
export const choosing = (...names: readonly string[]) => ({ exactlyOne: names }) as const;

/** Where bounds begin and end for a number that met them before (`held`) or did not. */
export const edgesOf = (
  bounds: Bounds,
  held: boolean,
): { readonly upper: number | undefined; readonly lower: number | undefined } => {
  const { above, below, outside, within, clear, deadband, deadbandPercent = 0 } = bounds;
  const range = outside ?? within;
  const upper = above ?? range?.[1];
  const lower = below ?? range?.[0];
  if (!held) return { upper, lower };
  if (clear !== undefined) {
    return { upper: upper === undefined ? upper : clear, lower: lower === undefined ? lower : clear };
  }
  const easier = (limit: number | undefined, towards: 1 | -1): number | undefined =>
    limit === undefined ? limit : limit + towards * (deadband ?? (Math.abs(limit) * deadbandPercent) / 100);
  return within === undefined
    ? { upper: easier(upper, -1), lower: easier(lower, 1) }
    : { upper: easier(upper, 1), lower: easier(lower, -1) };
};

/** Asks a number whether it meets the bounds, given whether it did before. */
export const meeting = (bounds: Bounds): ((value: number, held: boolean) => boolean) => {
  const { above, below, within, clear } = bounds;
  const whenHeld = edgesOf(bounds, true);
  const otherwise = edgesOf(bounds, false);
  return (value, held) => {
    const { upper = 0, lower = 0 } = held ? whenHeld : otherwise;
    if (above !== undefined) return value >= upper;
    // A clear level is where the number must come past, on either side.
    if (below !== undefined) return held && clear !== undefined ? value <= lower : value < lower;
    if (within !== undefined) return value >= lower && value <= upper;
    return value < lower || value > upper;
  };
};

/** The limit as the evidence names it. */
export const limitOf = ({ above, below, outside, within }: Bounds): Value => {
  const range = outside ?? within;
  return above ?? below ?? `${range?.[0]}..${range?.[1]}`;
};

/** What makes the bounds senseless for a measurement of a type. */
export const boundFaults = (measurement: string, bounds: Bounds, type: DeviceType): readonly string[] => {
  const declared = type.measurements[measurement];
  if (declared?.kind !== 'number') return numberFaults(measurement, type);
  const { min, max } = declared;
  const { upper, lower } = edgesOf(bounds, false);
  const lies = `${measurement} of ${type.name} lies within ${min}..${max}`;
  const beyond = [lower, upper].filter((limit) => limit !== undefined && (limit < min || limit > max));
  if (beyond.length > 0) return beyond.map((limit) => `${limit} is out of range: ${lies}`);

  const { above, below, outside, within } = bounds;
  const nothingBelow = lower !== undefined && lower <= min;
  const nothingOutside = outside !== undefined && nothingBelow && upper !== undefined && upper >= max;
  if ((below !== undefined && nothingBelow) || nothingOutside) {
    return [`${limitOf(bounds)} is unreachable: ${lies}, and the limit itself does not count`];
  }

  const { upper: heldUpper = max, lower: heldLower = min } = edgesOf(bounds, true);
  const stuck =
    (above !== undefined && heldUpper <= min) ||
    (below !== undefined && heldLower >= max) ||
    (outside !== undefined && heldLower >= heldUpper) ||
    (within !== undefined && heldLower <= min && heldUpper >= max);
  return stuck ? [`${limitOf(bounds)} would never clear: ${lies}, and there is no room to come back`] : [];
};
