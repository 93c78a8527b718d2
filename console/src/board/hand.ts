/** A pointer that has not moved for this long, in ms, is lying there, and no longer holds the board still. */
export const restAfterMs = 60_000;

/** The pointer at the board. `over`: it is over it; `movedAt`: when it last moved there (epoch ms); `on`: the row that it was last moved on, '' where it was none, null where it has not moved since the board came to lie under it. */
export type Hand = { readonly over: boolean; readonly movedAt: number; readonly on: string | null };

/** No pointer over the board. */
export const noHand: Hand = { over: false, movedAt: 0, on: null };

/** The pointer was moved on `row` (or '': on none): whoever moves it has looked. */
export const moved = (now: number, row: string): Hand => ({ over: true, movedAt: now, on: row });

/** The board is under the pointer: somebody brought the pointer, or what lay over the board has gone. */
export const entered = (hand: Hand, now: number): Hand =>
  hand.over ? hand : { over: true, movedAt: now, on: null };

/** The pointer is elsewhere. A finger is lifted before its click is told, so what it was on is kept. */
export const left = (hand: Hand): Hand => ({ ...hand, over: false });

/** Whether the pointer holds the board still. */
export const holdsStill = (hand: Hand, now: number): boolean =>
  // Later than now: the machine's clock was put back, and nobody knows how long it has lain there.
  hand.over && now >= hand.movedAt && now - hand.movedAt < restAfterMs;

/** Whether a click on `row` is meant for it: not where another row has come under the pointer since it was last moved. */
export const isMeant = (hand: Hand, row: string): boolean => hand.on === row;
