import { z } from 'zod';
import { Moment } from './text.ts';

/** A voice call with a device. Carried by the feed's snapshot; no call can be made yet, so the list is empty. */
export const Call = z.object({
  id: z.string(),
  device: z.string(),
  alert: z.string().optional(),
  state: z.enum([
    'requested',
    'ringing',
    'answered',
    'connected',
    'ended',
    'cancelled',
    'declined',
    'failed',
  ]),
  requestedAt: Moment,
  missedAt: Moment.optional(),
  answeredAt: Moment.optional(),
  answeredBy: z.string().optional(),
  connectedAt: Moment.optional(),
  endedAt: Moment.optional(),
  reason: z.string().optional(),
  direction: z.enum(['in', 'out']),
});
export type Call = Readonly<z.infer<typeof Call>>;
