import { useEffect, useRef } from 'react';
import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { maySeePage } from './page-rights.ts';
import { pages } from './pages.ts';

/** What the keyboard does, and what the signs of the strip mean, which stand there without words where it is narrow. */
export const Sheet = ({ close }: { readonly close: () => void }) => {
  const { words } = useSpeech();
  const { user } = useFeedState();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  const byDigit = pages.flatMap((page, index) =>
    maySeePage(user, page) ? [`${index + 1} ${words.strip[page]}`] : [],
  );
  const keys = [
    ['j  k  ↑  ↓', words.sheet.move],
    ['Enter', words.sheet.enter],
    ['o', words.sheet.open],
    ['Esc', words.sheet.escape],
    ['m', words.sheet.silence],
    ['t', words.sheet.sound],
    ['u', words.sheet.mute],
    ['h  h', words.sheet.hangUp],
    ['1 … 9', byDigit.join(' · ')],
    ['?', words.sheet.sheet],
  ] as const;
  return (
    <div className="sheet" role="dialog" aria-modal="true" aria-label={words.sheet.title}>
      <h2>{words.sheet.title}</h2>
      <dl>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p data-signs>{words.sheet.signs}</p>
      <button ref={button} type="button" onClick={close}>
        {words.sheet.close}
      </button>
    </div>
  );
};
