import { z } from 'zod';
import { dispositions, Evidence, priorities } from './alert.ts';
import { Moment } from './text.ts';

/** An alert that a draft would have raised: when, and when its condition was over (null = it still held at the end of the span). An event is over as it comes. */
export const WouldRaise = z.object({
  rule: z.string(),
  device: z.string(),
  from: Moment,
  to: Moment.nullable(),
  priority: z.enum(priorities),
  evidence: Evidence,
});
export type WouldRaise = Readonly<z.infer<typeof WouldRaise>>;

/** An alert that was raised in that span by a rule of the same id. */
export const DidRaise = z.object({
  id: z.string(),
  rule: z.string(),
  device: z.string(),
  raisedAt: Moment,
  returnedAt: Moment.nullable(),
  disposition: z.enum(dispositions).nullable(),
});
export type DidRaise = Readonly<z.infer<typeof DidRaise>>;

/** What a draft comes to over what was recorded. Lists hold the first of what there is, the counts are true. `untried` are rules of which nothing is recorded that could tell; `complete` is false where something recorded was left out. */
export const TryAnswer = z.object({
  would: z.array(WouldRaise).readonly(),
  wouldCount: z.number().int(),
  did: z.array(DidRaise).readonly(),
  didCount: z.number().int(),
  readings: z.number().int(),
  untried: z.array(z.string()).readonly(),
  complete: z.boolean(),
});
export type TryAnswer = Readonly<z.infer<typeof TryAnswer>>;
