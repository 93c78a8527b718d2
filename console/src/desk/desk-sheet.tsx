import { type ReactNode, useEffect, useRef } from 'react';
import { usePageWords } from '../words/words.tsx';

const texts = { zh: { close: '关闭' }, en: { close: 'Close' } };

/** A form beside the page that opened it. It shuts nothing off: the page, the strip and above all the panel stay in reach, for the hand and for the ear. Esc shuts it, once no field is being typed into. */
export const DeskSheet = (props: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}) => {
  const words = usePageWords(texts);
  const sheet = useRef<HTMLElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    sheet.current?.focus();
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <section
      ref={sheet}
      className="desk-sheet"
      aria-label={props.title}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.target !== event.currentTarget) return;
        event.stopPropagation();
        props.close();
      }}
    >
      <header>
        <h2>{props.title}</h2>
        <button type="button" onClick={props.close}>
          {words.close}
        </button>
      </header>
      {props.children}
    </section>
  );
};
