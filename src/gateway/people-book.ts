import type { Refusal, Result } from '../model/fault.ts';
import type { User } from '../model/user.ts';
import type { Ledger } from './ledger.ts';
import type { Session, StoredState, UserRecord } from './ports.ts';

/** The people of the duty room and their sessions, as they are now, committed or not. */
export type PeopleBook = {
  readonly get: (id: string) => UserRecord | undefined;
  /** Whether a session of theirs is open. */
  readonly isSignedIn: (id: string, now: number) => boolean;
  /** The distinct rights of those who may sign in, as sorted place ids; none = the whole street. */
  readonly rights: () => readonly (readonly string[])[];
  readonly put: (by: string, user: UserRecord, newPassword: boolean, now: number) => Result<User>;
  readonly remove: (by: string, id: string, now: number) => Result<null>;
  readonly openSession: (session: Session, now: number) => void;
  readonly endSession: (id: string, now: number) => void;
  /** Sessions whose time is over end. */
  readonly tick: (now: number) => void;
};

const refuse = (code: Refusal['code'], message: string): Result<never> => ({
  ok: false,
  refusal: { code, message },
});

/** Makes the book from what was stored. */
export const createPeopleBook = (
  stored: Pick<StoredState, 'users' | 'sessions'>,
  ledger: Ledger,
): PeopleBook => {
  const users = new Map<string, UserRecord>(stored.users.map((user) => [user.id, user]));
  const sessions = new Map<string, Session>(stored.sessions.map((session) => [session.id, session]));

  const actor = (by: string): string => (by === 'system' ? by : `user:${by}`);
  const endSession = (id: string, now: number): void => {
    const session = sessions.get(id);
    if (session === undefined) return;
    sessions.delete(id);
    ledger.put('session', id, null);
    ledger.enter(now, `user:${session.user}`, 'session.ended', `user:${session.user}`, null, {});
  };
  const endSessionsOf = (user: string, now: number): void => {
    for (const session of [...sessions.values()]) if (session.user === user) endSession(session.id, now);
  };
  /** Whether an enabled admin is left besides this one: somebody must be able to let people in. */
  const anotherAdmin = (id: string): boolean =>
    [...users.values()].some((user) => user.id !== id && user.role === 'admin' && !user.disabled);
  const isAdmin = (user: UserRecord | undefined): boolean => user?.role === 'admin' && !user.disabled;

  return {
    get: (id) => users.get(id),
    isSignedIn: (id, now) =>
      [...sessions.values()].some(({ user, expiresAt }) => user === id && expiresAt > now),
    rights: () => {
      const distinct = new Map<string, readonly string[]>();
      for (const { places, disabled } of users.values()) {
        if (disabled) continue;
        const sorted = [...new Set(places)].sort();
        distinct.set(sorted.join(' '), sorted);
      }
      return [...distinct.values()];
    },
    put: (by, user, newPassword, now) => {
      const known = users.get(user.id);
      if (isAdmin(known) && !isAdmin(user) && !anotherAdmin(user.id))
        return refuse('last-admin', 'this is the last admin');
      users.set(user.id, user);
      ledger.put('user', user.id, user);
      ledger.enter(now, actor(by), known ? 'user.changed' : 'user.created', `user:${user.id}`, null, {
        role: user.role,
        disabled: user.disabled,
        newPassword,
      });
      if (user.disabled || (known && newPassword)) endSessionsOf(user.id, now);
      const { passwordHash: _hash, ...shown } = user;
      return { ok: true, value: shown };
    },
    remove: (by, id, now) => {
      const known = users.get(id);
      if (known === undefined) return refuse('not-found', `no user ${id}`);
      if (isAdmin(known) && !anotherAdmin(id)) return refuse('last-admin', 'this is the last admin');
      endSessionsOf(id, now);
      users.delete(id);
      ledger.put('user', id, null);
      ledger.enter(now, actor(by), 'user.removed', `user:${id}`, null, {});
      return { ok: true, value: null };
    },
    openSession: (session, now) => {
      sessions.set(session.id, session);
      ledger.put('session', session.id, session);
      ledger.enter(now, `user:${session.user}`, 'session.opened', `user:${session.user}`, null, {});
    },
    endSession,
    tick: (now) => {
      for (const session of [...sessions.values()]) if (session.expiresAt <= now) endSession(session.id, now);
    },
  };
};
