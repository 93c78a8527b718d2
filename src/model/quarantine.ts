import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** What of a message had no effect and can be taken in again: all of it, one of the items it was read as (counted from 0), or one measurement of that item. `retained`: it was published with the retain flag. */
export const Retriable = z.object({
  item: z.number().int().nonnegative().optional(),
  measurement: z.string().optional(),
  retained: z.literal(true).optional(),
});
export type Retriable = Readonly<z.infer<typeof Retriable>>;

/** A message that could not take effect, kept with the reason. `payload` is the text, or base64 where it is no UTF-8; over 16 KiB it is cut, and `size` says how many bytes there were. Without `retriable` it can never be taken in again: a stored copy, a message that stopped the gateway, one that is not kept whole, or a part whose rest has taken effect. */
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
  retriable: Retriable.optional(),
});
export type Quarantined = Readonly<z.infer<typeof Quarantined>>;

/** Why something in a message that was taken in again had no effect and need not be kept: it was heard since under the same id, it has rung already, or it told only how things were when it came. */
export const passedOver = ['duplicate', 'rang-already', 'of-its-moment'] as const;
export type PassedOver = (typeof passedOver)[number];

/** What came of taking a message in again: how much took effect, which alerts that raised, joined or changed, what was passed over, and what is still in quarantine, with its new reasons. */
export const RetryOutcome = z.object({
  taken: z.object({
    readings: z.number().int(),
    events: z.number().int(),
    presses: z.number().int(),
  }),
  alerts: z.array(Id),
  passedOver: z.array(z.enum(passedOver)),
  left: z.array(Quarantined),
});
export type RetryOutcome = Readonly<z.infer<typeof RetryOutcome>>;
