import { type OutboxLimits, outboxLimits } from './outbox.ts';

/** How often what is said on the live feed, in ms; `closeMs` is how long a peer has to answer a close; `outbox` is what may wait for one console. */
export type LiveTimes = {
  readonly tickMs: number;
  readonly pingMs: number;
  readonly readingsMs: number;
  readonly linksMs: number;
  readonly seatsMs: number;
  readonly closeMs: number;
  readonly outbox: OutboxLimits;
};

/** A tick at least every 5 s is promised; it comes every 2 s, so that a page can miss two of them and still say within 5 s of the last message that it may be stale. */
export const liveTimes: LiveTimes = {
  tickMs: 2000,
  pingMs: 15_000,
  readingsMs: 500,
  linksMs: 1000,
  seatsMs: 1000,
  closeMs: 2000,
  outbox: outboxLimits,
};
