import { useSyncExternalStore } from 'react';
import { type Address, hashOf, readAddress } from './address.ts';

const listeners = new Set<() => void>();

/** Goes to another page; `replace` leaves no step for the browser's way back. */
export const goTo = (address: Address, how: 'push' | 'replace' = 'push'): void => {
  const hash = hashOf(address);
  if (hash === window.location.hash) return;
  if (how === 'push') window.history.pushState(null, '', hash);
  else window.history.replaceState(null, '', hash);
  for (const listener of listeners) listener();
};

const onMove = (listener: () => void): (() => void) => {
  listeners.add(listener);
  // A link changes the hash, the way back may change only the state.
  window.addEventListener('hashchange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('hashchange', listener);
    window.removeEventListener('popstate', listener);
  };
};

let known: { readonly hash: string; readonly address: Address } | null = null;

const addressNow = (): Address => {
  const { hash } = window.location;
  if (known?.hash !== hash) known = { hash, address: readAddress(hash) };
  return known.address;
};

/** Where the seat is now. */
export const useAddress = (): Address => useSyncExternalStore(onMove, addressNow);
