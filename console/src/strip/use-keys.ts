import { useEffect, useRef } from 'react';
import { type Page, pages } from './pages.ts';

const pageKeys = '123456789';

/** What the keys of the whole page do. */
export type Keys = {
  readonly escape: () => void;
  readonly help: () => void;
  readonly page: (page: Page) => void;
  readonly silence: () => void;
  readonly test: () => void;
  /** The microphone of the call. */
  readonly mute: () => void;
  readonly open: (alert: string) => void;
};

const isTyping = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches('input, textarea, select');

/** Puts the keyboard on the next or previous row, on the first where it is nowhere yet; says whether there is one: elsewhere the arrows scroll. */
const move = (step: 1 | -1): boolean => {
  const titles = [...document.querySelectorAll<HTMLElement>('.board .row .title')];
  const row = document.activeElement?.closest('.row');
  const at = titles.findIndex((title) => row?.contains(title) === true);
  const next = titles[at === -1 ? 0 : Math.max(0, Math.min(titles.length - 1, at + step))];
  next?.focus({ preventScroll: true });
  next?.closest('.row')?.scrollIntoView({ block: 'nearest' });
  return next !== undefined;
};

/** Listens to the keyboard; whoever types into a field is left alone, but for Esc, which leaves the field. */
export const useKeys = (keys: Keys): void => {
  const newest = useRef(keys);
  useEffect(() => {
    newest.current = keys;
  });
  useEffect(() => {
    const heed = (event: KeyboardEvent): void => {
      const { current } = newest;
      if (isTyping(event.target)) {
        if (event.key === 'Escape') event.target.blur();
        return;
      }
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      // A list that is open heeds these itself.
      const list = event.target instanceof HTMLElement ? event.target.closest('.more') : null;
      if (list !== null && (event.key.startsWith('Arrow') || event.key === 'Escape')) {
        if (event.key !== 'Escape' || list.querySelector('[aria-expanded=true]') !== null) return;
      }
      // Arrows scroll a detail that is being read.
      if (event.key.startsWith('Arrow') && document.activeElement?.closest('.detail, .panel') != null) return;
      const done = ((): boolean => {
        switch (event.key) {
          case 'Escape':
            // The panel shrinks first; what is under it closes with the next.
            if (
              document.querySelector('.panel:not(.shrunk)') === null ||
              document.querySelector('.sheet') !== null
            ) {
              current.escape();
            }
            return false;
          case 'j':
          case 'ArrowDown':
            return move(1);
          case 'k':
          case 'ArrowUp':
            return move(-1);
          case 'o': {
            const id = document.activeElement?.closest<HTMLElement>('[data-alert], [data-call]');
            const alert = id?.dataset.alert ?? id?.dataset.call;
            if (alert !== undefined) current.open(alert);
            return true;
          }
          case '?':
            current.help();
            return true;
          case 'm':
            current.silence();
            return true;
          case 't':
            current.test();
            return true;
          case 'u':
            current.mute();
            return true;
          case 'h': {
            // The button itself asks once more.
            const button = document.querySelector<HTMLElement>('[data-hang-up=true]');
            button?.click();
            return button !== null;
          }
          default: {
            const page = pages[pageKeys.indexOf(event.key)];
            if (page === undefined) return false;
            current.page(page);
            return true;
          }
        }
      })();
      if (done) event.preventDefault();
    };
    // Before the panel hears the same key and shrinks.
    window.addEventListener('keydown', heed, true);
    return () => window.removeEventListener('keydown', heed, true);
  }, []);
};
