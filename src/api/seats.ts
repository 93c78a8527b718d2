import { createHash } from 'node:crypto';
import type { Seat, SeatMessage } from '../model/seat.ts';
import { mayActAs, type User } from '../model/user.ts';

/** As many pages a list tells of; a page that is not on it counts as one that cannot be heard. */
const listedAtMost = 200;

/** A page on the live feed as the list of seats knows it. */
export type Sitting = { readonly id: string; readonly session: string; readonly user: () => User };

/** Who sits where: everybody on line who may answer. */
export type Seats = {
  readonly sit: (sitting: Sitting) => void;
  readonly leave: (sitting: Sitting) => void;
  /** What a page says of itself. */
  readonly tell: (sitting: Sitting, said: SeatMessage) => void;
  /** Somebody's name or rights may be others now. */
  readonly look: () => void;
  /** Whether a page of this user is open in another session. */
  readonly sitsElsewhere: (user: string, session: string) => boolean;
  /** Everybody, the longest on line first. */
  readonly list: () => readonly Seat[];
  /** Whether the list changed since it was last asked so. */
  readonly takeChanged: () => boolean;
};

type Known = Pick<SeatMessage, 'visible' | 'silenced'> & {
  readonly audio: SeatMessage['audio'] | 'unknown';
  readonly since: number;
};

/** What the pages of one session share, and what says nothing of the session itself. */
const deskOf = (session: string): string =>
  createHash('sha256').update(`seat ${session}`).digest('hex').slice(0, 12);

/** Makes an empty room; `now` in epoch ms. */
export const createSeats = (now: () => number): Seats => {
  const sittings = new Map<Sitting, Known>();
  let told = '';

  const list = (): readonly Seat[] => {
    const seats = new Map<string, Seat>();
    let listed = 0;
    for (const [{ id, session, user }, { visible, audio, silenced, since }] of sittings) {
      const { id: name, name: called, role, places } = user();
      if (!mayActAs(role, 'operator') || listed === listedAtMost) continue;
      listed += 1;
      const before = seats.get(name);
      const console = { id, seat: deskOf(session), since, visible, audio, silenced };
      seats.set(name, {
        user: name,
        name: called,
        role,
        places,
        since: before?.since ?? since,
        consoles: [...(before?.consoles ?? []), console],
      });
    }
    return [...seats.values()];
  };

  let looked = false;
  return {
    sit: (sitting) => {
      sittings.set(sitting, { visible: false, audio: 'unknown', silenced: false, since: now() });
      // A page that has just come knows nothing of the others, also where it takes the place of one like it.
      told = '';
      looked = true;
    },
    leave: (sitting) => {
      sittings.delete(sitting);
      looked = true;
    },
    tell: (sitting, { visible, audio, silenced }) => {
      const known = sittings.get(sitting);
      if (known === undefined) return;
      sittings.set(sitting, { ...known, visible, audio, silenced });
      looked = true;
    },
    look: () => {
      looked = true;
    },
    sitsElsewhere: (user, session) =>
      [...sittings.keys()].some((other) => other.session !== session && other.user().id === user),
    list,
    takeChanged: () => {
      if (!looked) return false;
      looked = false;
      const text = JSON.stringify(list());
      if (text === told) return false;
      told = text;
      return true;
    },
  };
};
