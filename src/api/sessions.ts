import { createHash, randomBytes } from 'node:crypto';
import type { DutyDoor } from '../gateway/doors.ts';
import type { Session, UserRecord } from '../gateway/ports.ts';
import type { User } from '../model/user.ts';

/** A user as everybody may see it: without what recognises the password. */
export const publicUser = ({ id, username, name, role, places, disabled }: UserRecord): User => ({
  id,
  username,
  name,
  role,
  places,
  disabled,
});

/** 256 random bits, base64url, never with a hyphen in front, which a command line would read as an option and a spreadsheet as a formula: a session's token, a device's secret. */
export const newSecret = (): string => {
  for (;;) {
    const secret = randomBytes(32).toString('base64url');
    if (!secret.startsWith('-')) return secret;
  }
};

/** SHA-256 in hex: what is stored in place of a token or secret. That is enough for 256 random bits, which nobody can guess. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Somebody who is signed in. */
export type SignedIn = { readonly session: Session; readonly user: User };

/** Who is signed in. What is opened and ended here counts at once, also while the store cannot commit it. */
export type Sessions = {
  readonly open: (user: string) => { readonly token: string; readonly session: Session };
  /** Who holds this token; null where it is unknown, ended or expired, or its user is removed or disabled. */
  readonly find: (token: string) => SignedIn | null;
  /** The same, by session. */
  readonly holder: (session: string) => SignedIn | null;
  readonly end: (session: string) => void;
  readonly endAllOf: (user: string) => void;
  /** Ends what has expired and forgets what the committed state knows by now; to be called now and then. */
  readonly sweep: () => void;
  /** Calls back whenever sessions were ended. */
  readonly onEnd: (ended: () => void) => void;
};

/** Makes the sessions over the duty door; `lastMs` is how long one lasts. */
export const createSessions = (
  duty: Pick<DutyDoor, 'committed' | 'openSession' | 'endSession'>,
  lastMs: number,
  now: () => number,
): Sessions => {
  const { committed } = duty;
  const opened = new Map<string, Session>();
  const ended = new Set<string>();
  const listeners: (() => void)[] = [];

  const tellEnded = (): void => {
    for (const listener of listeners) listener();
  };

  const holder = (id: string): SignedIn | null => {
    if (ended.has(id)) return null;
    const session = committed.sessions.get(id) ?? opened.get(id);
    if (session === undefined || session.expiresAt <= now()) return null;
    const record = committed.users.get(session.user);
    if (record === undefined || record.disabled) return null;
    return { session, user: publicUser(record) };
  };

  const endQuietly = (id: string): void => {
    if (ended.has(id)) return;
    ended.add(id);
    duty.endSession(id);
  };

  const all = (): Session[] => [...committed.sessions.values(), ...opened.values()];

  return {
    open: (user) => {
      const token = newSecret();
      const at = now();
      const session = { id: hashSecret(token), user, createdAt: at, expiresAt: at + lastMs };
      opened.set(session.id, session);
      duty.openSession(session);
      return { token, session };
    },
    find: (token) => holder(hashSecret(token)),
    holder,
    end: (id) => {
      endQuietly(id);
      tellEnded();
    },
    endAllOf: (user) => {
      for (const session of all()) if (session.user === user) endQuietly(session.id);
      tellEnded();
    },
    sweep: () => {
      const at = now();
      for (const [id, { expiresAt }] of opened)
        if (committed.sessions.has(id) || expiresAt <= at) opened.delete(id);
      let expired = false;
      for (const session of all()) {
        if (session.expiresAt > at || ended.has(session.id)) continue;
        endQuietly(session.id);
        expired = true;
      }
      for (const id of ended) if (!committed.sessions.has(id) && !opened.has(id)) ended.delete(id);
      if (expired) tellEnded();
    },
    onEnd: (listener) => {
      listeners.push(listener);
    },
  };
};
