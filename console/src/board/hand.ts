import type { Layout } from './order.ts';

/** A pointer that has not moved for this long, in ms, is lying there, and no longer holds the board still. */
export const restAfterMs = 60_000;

/** The pointer over the board. `over`: it is; `movedAt`: when it last moved (epoch ms); `misled`: something else has come under it since. */
export type Hand = { readonly over: boolean; readonly movedAt: number; readonly misled: boolean };

/** No pointer over the board. */
export const noHand: Hand = { over: false, movedAt: 0, misled: false };

/** Whether the pointer holds the board still. */
export const holdsStill = (hand: Hand, now: number): boolean => hand.over && now - hand.movedAt < restAfterMs;

/** The pointer moved: whoever moves it has looked. */
export const moved = (now: number): Hand => ({ over: true, movedAt: now, misled: false });

/** The board is under the pointer. A mouse may have lain where the board only now came to light: then a click is not meant for the board before the mouse moves. A finger comes down where it was meant to. */
export const entered = (hand: Hand, pointerType: string, now: number): Hand =>
  hand.over ? hand : { over: true, movedAt: now, misled: pointerType === 'mouse' };

/** The board was drawn anew. */
export const redrawn = (hand: Hand, before: Layout, after: Layout): Hand =>
  hand.over && !hand.misled && haveMoved(before, after) ? { ...hand, misled: true } : hand;

const linesOf = (layout: Layout): readonly string[] =>
  layout.flatMap(({ section, ids }) => [section, ...ids]);

/** Whether any line that was drawn before stands elsewhere now. */
export const haveMoved = (before: Layout, after: Layout): boolean => {
  if (before === after) return false;
  const now = linesOf(after);
  return linesOf(before).some((line, place) => line !== now[place]);
};
