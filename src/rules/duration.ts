import { z } from 'zod';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A length of time as a person writes it: `30s`, `10m`, `25h`; in ms. */
export const Duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'must be a length of time like 30s, 10m or 25h')
  .transform((text) => {
    const [, amount = '0', unit = 'ms'] = /^([\d.]+)(\D+)$/.exec(text) ?? [];
    return Math.round(Number(amount) * units[unit as keyof typeof units]);
  });
