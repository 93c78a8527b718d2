import { useSyncExternalStore } from 'react';

/** The page's clock: beats four times a second and shows the gateway's time. */
export type Clock = {
  /** The gateway's time now (epoch ms), as far as its last tick tells. */
  readonly now: () => number;
  readonly onBeat: (listener: () => void) => () => void;
};

let offsetMs = 0;
const listeners = new Set<() => void>();

/** The one clock of this page. */
export const clock: Clock = {
  now: () => Date.now() + offsetMs,
  onBeat: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Sets the gateway's clock against this machine's. */
export const setClock = (gatewayAheadMs: number): void => {
  offsetMs = gatewayAheadMs;
};

/** Lets every clock on the page move on. */
export const beat = (): void => {
  for (const listener of listeners) listener();
};

/** What `read` says of the gateway's time; draws again only when that changes, so that hundreds of clocks cost nothing. */
export const useClock = <T extends string | number | boolean>(read: (now: number) => T): T =>
  useSyncExternalStore(clock.onBeat, () => read(clock.now()));
