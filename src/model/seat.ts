import { z } from 'zod';
import { covers, type Place } from './place.ts';
import { Id, Moment } from './text.ts';
import { roles } from './user.ts';

/** What a page says of itself whenever it changes: whether its screen can be seen, whether the browser lets it sound, and whether its operator has silenced it for a while. */
export const SeatMessage = z.object({
  type: z.literal('seat'),
  visible: z.boolean(),
  audio: z.enum(['running', 'suspended', 'missing']),
  silenced: z.boolean(),
});
export type SeatMessage = Readonly<z.infer<typeof SeatMessage>>;

/** One page on the live feed. `seat` is the same for the pages of one sign-in: they stand at one desk. `audio` is `unknown` until the page has said something of itself. */
export const SeatConsole = z.object({
  id: z.string(),
  seat: z.string(),
  since: Moment,
  visible: z.boolean(),
  audio: z.enum(['running', 'suspended', 'missing', 'unknown']),
  silenced: z.boolean(),
});
export type SeatConsole = Readonly<z.infer<typeof SeatConsole>>;

/** Somebody who may answer and is on line, since when, with all pages that are open under that name. `places` are their rights; none = the whole street. */
export const Seat = z.object({
  user: Id,
  name: z.string(),
  role: z.enum(roles),
  places: z.array(Id),
  since: Moment,
  consoles: z.array(SeatConsole),
});
export type Seat = Readonly<z.infer<typeof Seat>>;

/** Whether somebody before this page would hear it ring. */
export const canBeHeard = ({
  visible,
  audio,
  silenced,
}: Pick<SeatConsole, 'visible' | 'audio' | 'silenced'>): boolean =>
  visible && audio === 'running' && !silenced;

/** Whether what rings at `place` would be heard at another desk than that of the page `mine`. */
export const heardElsewhere = (seats: readonly Seat[], mine: string, place: Place | null): boolean => {
  const desk = seats.flatMap(({ consoles }) => consoles).find(({ id }) => id === mine)?.seat;
  return (
    desk !== undefined &&
    seats.some(
      ({ places, consoles }) =>
        covers(places, place) && consoles.some((one) => one.seat !== desk && canBeHeard(one)),
    )
  );
};
