import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** More alerts than one seat can read: `alerts` of them came to those whose rights are `places` (none = the whole street) since the ten with which it began at `since`. */
export const Flood = z.object({
  places: z.array(Id),
  since: Moment,
  alerts: z.number().int().positive(),
});
export type Flood = Readonly<z.infer<typeof Flood>>;
