import { type RefObject, useEffect, useRef } from 'react';

/** How long nothing may have been typed elsewhere before the login takes the keyboard, in ms. */
const pauseMs = 2_000;

/** Puts the keyboard on a field of the login: at once, or, where somebody is typing on the page below, when they pause. Once the login is gone the keyboard is back where it was. */
export const useFirstField = (): RefObject<HTMLInputElement | null> => {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const goBack = (): void => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
    const take = (): void => {
      if (field.current?.form?.contains(document.activeElement) !== true) field.current?.focus();
    };
    if (before?.matches('input, textarea, select') !== true) {
      take();
      return goBack;
    }
    let timer = setTimeout(take, pauseMs);
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(take, pauseMs);
    };
    before.addEventListener('keydown', wait);
    return () => {
      clearTimeout(timer);
      before.removeEventListener('keydown', wait);
      goBack();
    };
  }, []);
  return field;
};
