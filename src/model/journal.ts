import { z } from 'zod';
import { Moment } from './text.ts';

/** One line of the record: who did what to which thing. `data` holds ids and states only, never readings or personal data. `hash` is SHA-256 over `prev` and the entry, so that a changed or missing line is found. */
export const Entry = z.object({
  seq: z.number().int().positive(),
  at: Moment,
  actor: z.string(),
  event: z.string(),
  subject: z.string(),
  version: z.number().int().nullable(),
  data: z.record(z.string(), z.unknown()),
});
export type Entry = Readonly<z.infer<typeof Entry>>;

/** An entry as it stands in the journal, chained to the one before it. */
export const ChainedEntry = Entry.extend({ prev: z.string(), hash: z.string() });
export type ChainedEntry = Readonly<z.infer<typeof ChainedEntry>>;
