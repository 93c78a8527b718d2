import type { DutyDoor } from '../gateway/doors.ts';
import type { UserRecord } from '../gateway/ports.ts';
import { Refused, refuse } from './errors.ts';
import type { LockOut } from './lock-out.ts';
import type { Passwords } from './passwords.ts';

/** Whether it is the person: answers the user, or throws Refused with `invalid-credentials` or `locked-out`. */
export type Login = (username: string, password: string, address: string) => Promise<UserRecord>;

/** Makes the login. A wrong password and an unknown name cost the same time and get the same answer; the journal hears of each, but never a name that is nobody's, because people type passwords there. */
export const createLogin = (
  duty: Pick<DutyDoor, 'committed' | 'record'>,
  passwords: Passwords,
  lockOut: LockOut,
  now: () => number,
): Login => {
  return async (username, password, address) => {
    const lockedUntil = lockOut.attempt(username, address, now());
    if (lockedUntil !== null)
      throw new Refused(
        {
          code: 'locked-out',
          message: 'Too many wrong passwords. Wait, or ask the administrator for a new password.',
          details: { until: lockedUntil },
        },
        lockedUntil - now(),
      );
    const record = duty.committed.users.get(username);
    let right: boolean;
    try {
      right = await passwords.verify(record?.passwordHash ?? null, password);
    } catch (error) {
      lockOut.withdraw(username, address);
      throw error;
    }
    if (record !== undefined && right && !record.disabled) {
      // The password may have been changed, or the user removed, while this one was being checked.
      if (duty.committed.users.get(username)?.passwordHash === record.passwordHash) {
        lockOut.succeeded(username, address);
        return record;
      }
    }
    const locked = lockOut.failed(username, address, now());
    const subject = record === undefined ? 'unknown' : `user:${record.id}`;
    duty.record('system', 'session.refused', subject);
    if (locked) duty.record('system', 'session.locked-out', subject);
    return refuse('invalid-credentials', 'The user name or the password is wrong.');
  };
};
