import type { Call } from '../../../src/model/call.ts';
import type { BrokenCall } from '../feed/feed-state.ts';
import { wordFor } from '../words/word-for.ts';
import type { Dictionary } from '../words/zh.ts';
import type { LegFacts, LegsState } from './leg.ts';

/** What can be wrong with a call at this seat, the worst first. */
export const troubles = [
  'lost',
  'insecure',
  'denied',
  'none',
  'busy',
  'blocked',
  'silent',
  'replaced',
  'loudspeaker-gone',
] as const;
export type Trouble = (typeof troubles)[number];

/** What is wrong with a call of this user, for which this page has the leg `leg` or none. */
export const troublesOf = (
  call: Call,
  leg: LegFacts | null,
  { microphone, replaced, loudspeakerGone, active }: LegsState,
): readonly Trouble[] => {
  if (leg === null) return [];
  const speaks = leg.part === 'speak';
  const fault =
    speaks && microphone !== 'open' && microphone !== 'opening' && microphone !== 'closed'
      ? microphone
      : null;
  const found = new Set<Trouble | null>([
    leg.line === 'lost' ? 'lost' : null,
    fault,
    leg.blocked ? 'blocked' : null,
    leg.silent && active === call.id ? 'silent' : null,
    speaks && replaced && fault === null ? 'replaced' : null,
    loudspeakerGone ? 'loudspeaker-gone' : null,
  ]);
  return troubles.filter((trouble) => found.has(trouble));
};

/** Reasons that mean that nothing was heard from the seat. */
const seatUnheard: ReadonlySet<string> = new Set(['console-silent', 'no-microphone']);

/** Reasons that mean that the seat was gone. */
const seatGone: ReadonlySet<string> = new Set([
  'console-lost',
  'console-left',
  'leg-failed',
  'path-lost',
  'no-path',
  'closed-by-the-other-end',
]);

/** Reasons that lie with the other side, or with the gateway: no microphone of this seat has to do with them. */
const notOfSeat: ReadonlySet<string> = new Set(['no-sound', 'device-silent', 'device-removed', 'restarted']);

/** Why a call of this seat broke, in words: its microphone before anything else where that may be why, because that is what the operator can mend. */
export const whyBroken = (
  { call, reason }: BrokenCall,
  voiceless: LegsState['voiceless'],
  words: Dictionary,
): string => {
  const { broken, reason: reasons } = words.call;
  if (reason !== null && notOfSeat.has(reason)) return wordFor(reasons, reason);
  if (voiceless[call.id] !== undefined) return broken.microphone;
  if (reason === null || seatGone.has(reason)) return broken.link;
  return seatUnheard.has(reason) ? broken.sound : wordFor(reasons, reason);
};
