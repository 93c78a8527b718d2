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

/** The keys that go on and on while they are held down; every other one is one press, however long a hand lies on it. */
const goingOn: ReadonlySet<string> = new Set(['j', 'k', 'ArrowDown', 'ArrowUp', 'Enter']);

const isTyping = (target: EventTarget | null): target is HTMLElement =>
  target instanceof HTMLElement && target.matches('input, textarea, select');

/** The panel where it lies over the page: nothing behind it is seen, and so nothing behind it is acted on. */
const panelOver = (): HTMLElement | null => document.querySelector<HTMLElement>('.panel:not(.shrunk)');

/** The call of the panel that is marked, while the keyboard is nowhere or on something that the panel hides. */
const markedCall = (): HTMLElement | null => {
  const at = document.activeElement;
  const hidden =
    at === null || at === document.body || at.matches('.desk :not(.panel *, .detail, .detail *)');
  return hidden && document.querySelector('.sheet') === null
    ? (panelOver()?.querySelector<HTMLElement>('.call.marked') ?? null)
    : null;
};

/** What the keyboard goes through: the calls of the panel, or the rows of the board where no panel lies over it; and which of them it is on, -1 where it is on none. */
const stops = (): { readonly all: readonly HTMLElement[]; readonly at: number } => {
  const panel = panelOver();
  const all = [
    ...(panel === null
      ? document.querySelectorAll<HTMLElement>('.board .row .title')
      : panel.querySelectorAll<HTMLElement>('.call [data-take]')),
  ];
  const here = markedCall() ?? document.activeElement?.closest('.row, .call');
  return { all, at: all.findIndex((one) => here?.contains(one) === true) };
};

/** Has the board draw now what it has been scrolled to, not with the next picture: a key that is held down comes faster than a busy machine draws. */
const drawScrolledTo = (): void => {
  document.querySelector('.board')?.dispatchEvent(new Event('scroll'));
};

/** Puts the keyboard on the next or previous of them, on the first where it is nowhere yet; says whether it went anywhere: elsewhere the arrows scroll. */
const move = (step: 1 | -1): boolean => {
  let { all, at } = stops();
  if (all[at + step] === undefined) {
    drawScrolledTo();
    ({ all, at } = stops());
  }
  const next = all[at === -1 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))];
  if (next === undefined || next === document.activeElement) return false;
  next.focus({ preventScroll: true });
  next.closest('.row, .call')?.scrollIntoView({ block: 'nearest' });
  return true;
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
      if (event.key.startsWith('Arrow') && document.activeElement?.closest('.detail, .panel.shrunk') != null)
        return;
      if (event.repeat && !goingOn.has(event.key)) return;
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
          case 'Enter': {
            const button = markedCall()?.querySelector<HTMLElement>('[data-take]') ?? null;
            // A key that is held down is one press.
            if (!event.repeat) button?.click();
            return button !== null;
          }
          case 'o': {
            const id =
              markedCall() ?? document.activeElement?.closest<HTMLElement>('[data-alert], [data-call]');
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
            // The button itself asks once more; a key that was pressed before that could be read is no answer to it.
            const button = document.querySelector<HTMLElement>('[data-hang-up=true]');
            if (!(Number(button?.dataset.askedAt) > event.timeStamp)) button?.click();
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
