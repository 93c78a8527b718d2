import type { Answer } from '../server/request.ts';
import type { Dictionary } from './zh.ts';

/** Why the gateway did not do it, in a sentence for the operator; `nameOf` says what a user (by id) is called. */
export const refusalText = (
  words: Dictionary,
  answer: Exclude<Answer<unknown>, { readonly ok: true }>,
  nameOf: (id: string) => string = (id) => id,
): string => {
  const { refusal } = words;
  if (answer.code === 'already-claimed') {
    const { claimedBy } = answer.details;
    return typeof claimedBy === 'string' ? refusal.claimed(nameOf(claimedBy)) : refusal.claimedBySomebody;
  }
  if (answer.code === 'already-answered' && typeof answer.details.answeredBy === 'string')
    return refusal.answered(nameOf(answer.details.answeredBy));
  const known: Readonly<Record<string, unknown>> = refusal;
  const text = Object.hasOwn(known, answer.code) ? known[answer.code] : undefined;
  return typeof text === 'string' ? text : refusal.other(answer.message);
};
