import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** What the gateway can tell a device. */
export const commandNames = [
  'sos-received',
  'sos-accepted',
  'help-dispatched',
  'siren-on',
  'siren-off',
] as const;

/** A command to a device. It waits in the store while the device is away and is dropped at `expiresAt`. */
export const Command = z.object({
  id: Id,
  device: Id,
  command: z.enum(commandNames),
  alert: z.string().optional(),
  by: z.string().optional(),
  createdAt: Moment,
  expiresAt: Moment,
  deliveredAt: Moment.optional(),
  repliedAt: Moment.optional(),
  ok: z.boolean().optional(),
  error: z.string().optional(),
});
export type Command = Readonly<z.infer<typeof Command>>;
