import { Button } from 'antd';
import { useRef, useState } from 'react';
import { usePageWords } from '../words/words.tsx';
import { texts } from './tending-words.ts';

/** A secret that is shown once, with the way to copy it; also where the browser allows no clipboard. */
export const SecretNote = ({ secret, renewed }: { readonly secret: string; readonly renewed: boolean }) => {
  const words = usePageWords(texts);
  const shown = useRef<HTMLElement>(null);
  const [told, setTold] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret);
      setTold(words.copied);
    } catch {
      const selection = window.getSelection();
      if (shown.current !== null) selection?.selectAllChildren(shown.current);
      setTold(words.copyByHand);
    }
  };
  return (
    <div className="secret-note">
      <h3>{words.secret}</h3>
      <p>
        <code ref={shown} data-secret>
          {secret}
        </code>{' '}
        <Button onClick={() => void copy()}>{words.copy}</Button> <span role="status">{told}</span>
      </p>
      <p className="quiet">
        {renewed ? words.secretRenewed : ''} {words.secretNote}
      </p>
    </div>
  );
};
