import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** A message that could not take effect, kept with the reason. `payload` is the text, or base64 where it is no UTF-8; over 16 KiB it is cut, and `size` says how many bytes there were. */
export const Quarantined = z.object({
  id: Id,
  at: Moment,
  sender: z.string(),
  device: z.string().nullable(),
  topic: z.string(),
  reason: z.string(),
  detail: z.string(),
  payload: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  size: z.number().int(),
});
export type Quarantined = Readonly<z.infer<typeof Quarantined>>;
