import type { Alert } from '../../model/alert.ts';

/** What a channel is asked to say: that an emergency waits and nobody has taken it, and why it is told outside the room. */
export type Notice = { readonly seq: number | null; readonly reason: string; readonly alert: Alert };

/** What came of it: said; try again (with why); or it will never be taken (with why). */
export type Outcome =
  | { readonly outcome: 'sent'; readonly detail: string }
  | { readonly outcome: 'again' | 'refused'; readonly detail: string };

/** One way to reach somebody who is not looking at a console. It answers and nothing else: trying again, recording and order are the notifier's. */
export type Channel = {
  readonly name: string;
  /** Must settle within 15 s; a rejection counts as "again". */
  readonly tell: (notice: Notice, signal: AbortSignal) => Promise<Outcome>;
  /** Somebody has it now. */
  readonly calm: (alert: Alert) => void;
  /** Whether it also speaks of an emergency that could not be stored yet: only for what needs no storing itself. */
  readonly uncommittedToo: boolean;
};
