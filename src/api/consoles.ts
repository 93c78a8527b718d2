import type { CallDoor } from '../gateway/call-doors.ts';
import { keepNewest } from '../gateway/keep-newest.ts';
import type { VoiceMessage } from '../model/call.ts';
import { mayActAs, type User } from '../model/user.ts';
import { closeCodes } from './close-codes.ts';
import type { SignedIn } from './sessions.ts';

/** What is known here of a page on the live feed. */
type Console = {
  readonly id: string;
  readonly session: string;
  readonly user: () => User;
  readonly say: (message: VoiceMessage) => void;
  readonly close: (code: number, reason: string) => void;
};

/** The consoles on the live feed by id, and at which of them a command is done. Only the consoles of those who may answer are told to the calls, and found here. */
export type Consoles = {
  /** The id under which a page of this user enters: the one it asks for, or one of ours where it asks for none. One that somebody else has, or had, stays that user's: a call waits for its page to come back. Whoever asks for it gets another, and the same one each time. */
  readonly idFor: (user: string, wanted: string | undefined) => string;
  /** The newest page of an id wins; the older one is closed with `replaced`. */
  readonly enter: (console: Console) => void;
  readonly leave: (console: Console) => void;
  /** Whether this page is the one that has its id. */
  readonly has: (console: Console) => boolean;
  /** The user of a console has other rights. */
  readonly changed: (console: Console) => void;
  /** Passes signalling on to one console; that it is gone is no error. */
  readonly tell: (id: string, message: VoiceMessage) => void;
  /** Where a command of this session is done: at the console it names, if that is a live one of the same user; without a name at the newest of the session, else of the user; null = at none. */
  readonly of: (signedIn: SignedIn, named: string | undefined) => string | null;
  /** The newest console of a user; null = none. */
  readonly newestOf: (user: string) => string | null;
};

/** Whose an id was is known of so many. */
const mostRemembered = 10_000;

const maySpeak = (console: Console): boolean => mayActAs(console.user().role, 'operator');

/** Makes the register of consoles; it tells `calls` who came and went. */
export const createConsoles = (
  calls: Pick<CallDoor, 'consoleHere' | 'consoleGone'>,
  newId: () => string,
): Consoles => {
  // In the order in which they came.
  const byId = new Map<string, Console>();
  const told = new Set<string>();
  const owners = new Map<string, string>();
  /** What those go by who ask for an id of somebody else. */
  const instead = new Map<string, string>();

  const has = (console: Console): boolean => byId.get(console.id) === console;

  const tellGone = (id: string): void => {
    if (told.delete(id)) calls.consoleGone(id);
  };

  const newest = (fits: (console: Console) => boolean): string | null =>
    [...byId.values()].findLast((console) => maySpeak(console) && fits(console))?.id ?? null;

  const newestOf = (user: string): string | null => newest((console) => console.user().id === user);

  return {
    idFor: (user, wanted) => {
      if (wanted === undefined) return newId();
      const owner = byId.get(wanted)?.user().id ?? owners.get(wanted) ?? user;
      if (owner === user) return wanted;
      const asked = `${user} ${wanted}`;
      const id = instead.get(asked) ?? newId();
      keepNewest(instead, asked, id, mostRemembered);
      return id;
    },
    enter: (console) => {
      const { id } = console;
      const older = byId.get(id);
      byId.delete(id);
      byId.set(id, console);
      keepNewest(owners, id, console.user().id, mostRemembered);
      older?.close(closeCodes.replaced, 'opened anew elsewhere');
      if (!maySpeak(console)) return tellGone(id);
      told.add(id);
      calls.consoleHere(id, console.user().id);
    },
    leave: (console) => {
      if (!has(console)) return;
      byId.delete(console.id);
      tellGone(console.id);
    },
    has,
    changed: (console) => {
      if (!has(console)) return;
      if (!maySpeak(console)) return tellGone(console.id);
      if (told.has(console.id)) return;
      told.add(console.id);
      calls.consoleHere(console.id, console.user().id);
    },
    tell: (id, message) => byId.get(id)?.say(message),
    of: ({ session, user }, named) => {
      if (named !== undefined)
        return newest((console) => console.id === named && console.user().id === user.id);
      return newest((console) => console.session === session.id) ?? newestOf(user.id);
    },
    newestOf,
  };
};
