import { z } from 'zod';
import { type Alert, type Disposition, personKinds } from './alert.ts';
import { Moment } from './text.ts';

/** How the person who called for help was reached: spoken with, or seen by somebody (a name, never in the record) at some time (epoch ms). */
export const Reached = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('spoke') }),
  z.strictObject({ how: z.literal('seen'), by: z.string().trim().min(1).max(100), at: Moment }),
]);
export type Reached = Readonly<z.infer<typeof Reached>>;

/** The outcomes for which nobody need have been reached: there was nobody. */
const withoutAnybody: ReadonlySet<Disposition> = new Set(['test', 'device-fault']);

/** The outcomes that say that nothing was wrong with the person; the other ones say themselves that somebody was there. */
const nothingWrong: ReadonlySet<Disposition> = new Set([
  'pressed-by-mistake',
  'false-cooking',
  'false-steam',
  'false-dust',
]);

/** Whether an operator who closes an alert of this kind with this outcome (null: not chosen yet) should say how the person was reached. */
export const needsReach = (kind: Alert['kind'], disposition: Disposition | null): boolean =>
  personKinds.has(kind) && (disposition === null || !withoutAnybody.has(disposition));

/** Whether this outcome would file away a call for help in which, by all that is known, nobody was reached: a call with the person was tried, no sound went both ways, nobody arrived, and the outcome says that nothing was wrong. What stands under another alert ends with that. */
export const filesAwayUnseen = (
  alert: Pick<Alert, 'kind' | 'test' | 'incident' | 'voiceRequestedAt' | 'voiceConnectedAt' | 'onSiteAt'>,
  disposition: Disposition,
): boolean =>
  personKinds.has(alert.kind) &&
  !alert.test &&
  alert.incident === undefined &&
  alert.voiceRequestedAt !== undefined &&
  alert.voiceConnectedAt === undefined &&
  alert.onSiteAt === undefined &&
  nothingWrong.has(disposition);
