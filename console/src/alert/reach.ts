import { type AlertKind, type Disposition, personKinds } from '../../../src/model/alert.ts';

/** Whether somebody spoke with the person, or saw them; null = not said yet. `seenAt` as it was typed: `14:05`. */
export type Reached = {
  readonly reached: 'spoke' | 'seen' | null;
  readonly seenBy: string;
  readonly seenAt: string;
};

/** The outcomes for which nobody need have been reached: there was nobody. */
const withoutAnybody: ReadonlySet<Disposition> = new Set(['test', 'device-fault']);

/** Whether an alert of this kind ends with this outcome only once somebody was spoken with, or seen. */
export const needsReach = (kind: AlertKind, disposition: Disposition | null): boolean =>
  personKinds.has(kind) && (disposition === null || !withoutAnybody.has(disposition));

/** How the person was reached; where the draft says nothing, a call in which sound went both ways (`spoken`) counts as spoken. */
const howReached = ({ reached }: Reached, spoken: boolean): Reached['reached'] =>
  reached ?? (spoken ? 'spoke' : null);

/** Whether it is said that the person was reached: spoken with, or seen by somebody at some time. */
export const isReached = (draft: Reached, spoken: boolean): boolean => {
  const how = howReached(draft, spoken);
  return how === 'spoke' || (how === 'seen' && draft.seenBy.trim() !== '' && draft.seenAt !== '');
};

/** The line of the closing note that says so. */
export const reachNote = (
  draft: Reached,
  spoken: boolean,
  words: { readonly spoke: string; readonly seenNote: (by: string, at: string) => string },
): string =>
  howReached(draft, spoken) === 'seen' ? words.seenNote(draft.seenBy.trim(), draft.seenAt) : words.spoke;
