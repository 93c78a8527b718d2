/** The street's own time, which may pass faster than ours. All in epoch ms. */
export type Clock = {
  readonly speed: number;
  /** What time it is on the street when it is `wall` here. */
  readonly onTheStreet: (wall: number) => number;
  /** When it is `street` there, what time it is here. */
  readonly here: (street: number) => number;
};

/** A clock that reads `streetStart` at `wallStart` and passes `speed` times as fast as ours. */
export const createClock = (wallStart: number, streetStart: number, speed: number): Clock => ({
  speed,
  onTheStreet: (wall) => streetStart + (wall - wallStart) * speed,
  here: (street) => wallStart + (street - streetStart) / speed,
});
