import { z } from 'zod';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest length of time that a rule may name: 30 days, in ms. */
const longestMs = 30 * 86_400_000;

const wanted = (input: unknown): string =>
  /^\d+(\.\d+)?$/.test(String(input))
    ? `has no unit: write ${String(input)}s for seconds, or ${String(input)}m for minutes`
    : 'must be a length of time like 30s, 10m or 25h, at most 30d';

/** A length of time as a person writes it: `30s`, `10m`, `25h`, at most `30d`; its output is ms. A bare number is refused, because nobody can see whether it means seconds. */
export const Duration = z
  .string({ error: ({ input }) => wanted(input) })
  .transform((text, context): number => {
    const [, amount = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
    const ms = Math.round(Number(amount) * (units[unit] ?? Number.NaN));
    if (ms <= longestMs) return ms;
    context.addIssue({ code: 'custom', message: wanted(text) });
    return z.NEVER;
  })
  .meta({ about: 'duration' });
