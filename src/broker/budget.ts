import type { Budget } from './options.ts';

/** How much of each second one device's messages may keep the gateway busy, and how much of that at once (ms): a fifth of the time, so that one that is broken or hostile leaves the rest to everybody else. */
export const workMsPerSecond = 200;
export const workBurstMs = 250;

/** What is left of one device's budget over all its connections; below zero it owes, and is held back until it has made up for it. */
export type Purse = { messages: number; bytes: number; values: number; workMs: number; refilledAt: number };

/** A full purse at `at` (monotonic milliseconds, as all times here). */
export const createPurse = (budget: Budget, at: number): Purse => ({
  messages: budget.messageBurst,
  bytes: budget.burstBytes,
  values: budget.valueBurst,
  workMs: workBurstMs,
  refilledAt: at,
});

/** Adds what the time since the last refill has brought, up to the burst. */
export const refill = (purse: Purse, budget: Budget, at: number): void => {
  const seconds = Math.max(0, at - purse.refilledAt) / 1000;
  purse.messages = Math.min(budget.messageBurst, purse.messages + seconds * budget.messagesPerSecond);
  purse.bytes = Math.min(budget.burstBytes, purse.bytes + seconds * budget.bytesPerSecond);
  purse.values = Math.min(budget.valueBurst, purse.values + seconds * budget.valuesPerSecond);
  purse.workMs = Math.min(workBurstMs, purse.workMs + seconds * workMsPerSecond);
  purse.refilledAt = at;
};

/** Takes what has come out of the purse. */
export const spend = (purse: Purse, messages: number, bytes: number): void => {
  purse.messages -= messages;
  purse.bytes -= bytes;
};

/** Takes out what a message came to once it had taken effect: the values that go to the disk, and the time it took. */
export const spendWork = (purse: Purse, values: number, workMs: number): void => {
  purse.values -= values;
  purse.workMs -= workMs;
};

/** Whether what the device has sent may take effect: it owes no work. */
export const mayWork = (purse: Purse): boolean => purse.values >= 0 && purse.workMs >= 0;

/** Whether the device owes nothing. */
export const isSolvent = (purse: Purse): boolean => purse.messages >= 0 && purse.bytes >= 0 && mayWork(purse);

/** Whether nothing would be lost by forgetting this purse. */
export const isFull = (purse: Purse, budget: Budget): boolean =>
  purse.messages >= budget.messageBurst &&
  purse.bytes >= budget.burstBytes &&
  purse.values >= budget.valueBurst &&
  purse.workMs >= workBurstMs;
