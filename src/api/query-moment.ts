import { z } from 'zod';
import { readMoment } from '../../devices/dialects/read-moment.ts';
import { Moment } from '../model/text.ts';

// In a query string an offset's + that nobody wrote as %2B arrives as a space.
const mended = (given: string): string => given.replace(/ (?=\d{2}:?\d{2}$)/, '+');

/** A moment in a query string: epoch milliseconds, or ISO 8601 with an offset; read as epoch milliseconds. */
export const QueryMoment = z
  .string()
  .transform((given) => readMoment(mended(given)) ?? Number(given))
  .refine((at) => Moment.safeParse(at).success, {
    error:
      'must be milliseconds since 1970, or ISO 8601 with an offset, like 1772323200000, 2026-03-01T08:00:00%2B08:00 or 2026-03-01T00:00:00Z',
  })
  .meta({
    description: 'Epoch milliseconds, or ISO 8601 with an offset, whose + is written %2B',
    examples: ['1772323200000', '2026-03-01T00:00:00Z'],
  });
