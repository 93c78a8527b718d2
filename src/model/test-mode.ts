import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** The longest time that detectors may be under test (ms). */
export const longestTestMs = 2 * 3_600_000;

/** `POST /test-modes`: detectors of these types in all of a place are under test until `until`, while `onSite` is there to watch. */
export const NewTestMode = z.strictObject({
  place: Id,
  types: z.array(z.string().max(64)).min(1).max(20),
  until: Moment,
  onSite: z.string().trim().min(1).max(100),
  reason: z.string().trim().min(1).max(300).optional(),
});
export type NewTestMode = Readonly<z.infer<typeof NewTestMode>>;

/** A test mode: what it covers is still shown, marked, and calls nobody. It never covers a call for help. */
export const TestMode = z.object({
  id: Id,
  place: Id,
  types: z.array(z.string()),
  since: Moment,
  until: Moment,
  by: z.string(),
  onSite: z.string(),
  reason: z.string().optional(),
  endedAt: Moment.optional(),
  endedBy: z.string().optional(),
});
export type TestMode = Readonly<z.infer<typeof TestMode>>;
