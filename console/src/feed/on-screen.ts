import { useSyncExternalStore } from 'react';

// A browser puts only hidden pages to sleep, but says so apart, and wakes them before it shows them.
let asleep = false;
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

document.addEventListener('visibilitychange', tell);
document.addEventListener('freeze', () => {
  asleep = true;
  tell();
});
document.addEventListener('resume', () => {
  asleep = false;
  tell();
});

/** Whether this page can be in front of somebody: not behind another tab or window, not on a locked screen, not asleep. */
export const isOnScreen = (): boolean => !asleep && document.visibilityState === 'visible';

/** Calls `listener` whenever that may have changed. */
export const onScreenChange = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Whether this page can be in front of somebody; draws again when that changes. */
export const useOnScreen = (): boolean => useSyncExternalStore(onScreenChange, isOnScreen);
