import { useSyncExternalStore } from 'react';

let zone = 'UTC';
const listeners = new Set<() => void>();

/** Sets the street's time zone, as the gateway says it with every session, before anything of the duty room is drawn. */
export const setStreetZone = (said: string): void => {
  if (said === zone) return;
  zone = said;
  for (const listener of listeners) listener();
};

const onChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** The street's time zone, in which people speak of times, wherever this machine stands. */
export const useStreetZone = (): string => useSyncExternalStore(onChange, () => zone);
