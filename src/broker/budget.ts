import type { Budget } from './options.ts';

/** What is left of one client's budget; below zero it owes, and is held back until it has made up for it. */
export type Purse = { messages: number; bytes: number; refilledAt: number };

/** A full purse at `at` (monotonic milliseconds, as all times here). */
export const createPurse = (budget: Budget, at: number): Purse => ({
  messages: budget.messageBurst,
  bytes: budget.burstBytes,
  refilledAt: at,
});

/** Adds what the time since the last refill has brought, up to the burst. */
export const refill = (purse: Purse, budget: Budget, at: number): void => {
  const seconds = Math.max(0, at - purse.refilledAt) / 1000;
  purse.messages = Math.min(budget.messageBurst, purse.messages + seconds * budget.messagesPerSecond);
  purse.bytes = Math.min(budget.burstBytes, purse.bytes + seconds * budget.bytesPerSecond);
  purse.refilledAt = at;
};

/** Takes what has come out of the purse; false where it has been overdrawn. */
export const spend = (purse: Purse, messages: number, bytes: number): boolean => {
  purse.messages -= messages;
  purse.bytes -= bytes;
  return isSolvent(purse);
};

/** Whether the client owes nothing. */
export const isSolvent = (purse: Purse): boolean => purse.messages >= 0 && purse.bytes >= 0;
