import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useSpeech } from '../words/words.tsx';
import type { Page } from './pages.ts';

/** The pages that have no button of their own, behind one. It is a list that opens and shuts: Esc, a press elsewhere and leaving it by the keyboard shut it, the arrows go through it. */
export const MorePages = (props: {
  readonly pages: readonly Page[];
  readonly page: Page;
  readonly open: (page: Page) => void;
  readonly shut: boolean;
}) => {
  const { words } = useSpeech();
  const [shown, setShown] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const current = props.pages.find((page) => page === props.page);
  useEffect(() => {
    if (props.shut) setShown(false);
  }, [props.shut]);
  useEffect(() => {
    if (!shown) return;
    const shutElsewhere = (event: PointerEvent): void => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) setShown(false);
    };
    window.addEventListener('pointerdown', shutElsewhere);
    return () => window.removeEventListener('pointerdown', shutElsewhere);
  }, [shown]);
  const heed = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Escape' && shown) {
      setShown(false);
      button.current?.focus();
    } else if (step !== 0) {
      event.preventDefault();
      // Only what is drawn can be gone to.
      flushSync(() => setShown(true));
      const all: (Element | null)[] = [...(box.current?.querySelectorAll('button') ?? [])];
      const at = all.indexOf(document.activeElement);
      const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
      if (next instanceof HTMLElement) next.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what its buttons are told.
    <div
      ref={box}
      className="more"
      onKeyDown={heed}
      onBlur={(event) => {
        if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget))
          setShown(false);
      }}
    >
      <button
        ref={button}
        type="button"
        aria-expanded={shown}
        aria-controls="more-pages"
        aria-current={current === undefined ? undefined : 'page'}
        onClick={() => setShown((now) => !now)}
      >
        {words.strip.more}
        {current !== undefined && <span className="roomy"> · {words.strip[current]}</span>}{' '}
        <i aria-hidden="true">▾</i>
      </button>
      <ul id="more-pages" hidden={!shown}>
        {props.pages.map((page) => (
          <li key={page}>
            <button
              type="button"
              aria-current={props.page === page ? 'page' : undefined}
              onClick={() => {
                setShown(false);
                button.current?.focus();
                props.open(page);
              }}
            >
              {words.strip[page]}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
};
