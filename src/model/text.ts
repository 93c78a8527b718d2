import { z } from 'zod';

/** An identifier on the wire: letters, digits, `.`, `_`, `-`, 1 to 64 characters, beginning with a letter or digit. */
export const Id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be an id: [A-Za-z0-9][A-Za-z0-9._-]{0,63}');

/** A moment: epoch milliseconds. */
export const Moment = z.number().int().nonnegative();

/** A sentence or label in the two languages of the duty room. */
export const Text = z.object({ zh: z.string().min(1), en: z.string().min(1) });
export type Text = Readonly<z.infer<typeof Text>>;
