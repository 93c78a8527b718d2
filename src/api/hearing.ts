import type { Committed } from '../gateway/doors.ts';
import type { Change } from '../model/change.ts';
import { mayActAs, type User } from '../model/user.ts';
import { maySee } from './access.ts';

/** Whether a flood is this user's: each set of rights has its own; whoever sees the whole street sees all. */
export const mayHearFlood = (user: User, places: readonly string[]): boolean =>
  user.places.length === 0 || [...new Set(user.places)].sort().join(' ') === [...places].sort().join(' ');

/** Whether a user may hear of a change: what their places cover, and of other users only as an administrator. */
export const mayHear = (user: User, change: Change, committed: Committed): boolean => {
  if (change.what === 'user') return user.role === 'admin' || change.data?.user === user.id;
  if (user.places.length === 0) return true;
  if (change.alert !== undefined) return maySee(user, change.alert.place);
  if (change.device !== undefined) return maySee(user, change.device.place);
  if (change.call !== undefined) return maySee(user, change.call.place);
  const { place: where, places } = change.data ?? {};
  if (change.what === 'household' || (change.what === 'system' && where !== undefined)) {
    const place = committed.places().find(({ id }) => id === where);
    return place !== undefined && maySee(user, place);
  }
  if (change.what === 'system' && Array.isArray(places)) return mayHearFlood(user, places as string[]);
  return true;
};

/** The same, for the JSON text of a change; reads the text only where the answer can depend on it. */
export const mayHearText = (user: User, text: string, committed: Committed): boolean => {
  if (user.places.length === 0 && (user.role === 'admin' || !text.includes('"what":"user"'))) return true;
  return mayHear(user, JSON.parse(text) as Change, committed);
};

/** Whether this user may read what was written about people: whoever may only look on, as a screen on a wall does, may not. */
export const mayReadNotes = (user: User): boolean => mayActAs(user.role, 'operator');

/** A change for those who may not read notes. */
export const withoutNote = ({ note: _note, ...change }: Change): Change => change;

/** The JSON text of a change as this user may have it. */
export const textFor = (user: User, text: string): string =>
  mayReadNotes(user) || !text.includes('"note":{')
    ? text
    : JSON.stringify(withoutNote(JSON.parse(text) as Change));
