import { useCallback, useEffect, useState } from 'react';
import { useLine } from '../feed/live-feed.ts';
import type { Answer } from './request.ts';

/** Whether a refusal says nothing of what was asked: a page must not take what is typed on it away for that. */
const saysNothing = (code: string): boolean =>
  code === 'unreachable' ||
  code === 'not-signed-in' ||
  code === 'store-unavailable' ||
  code.startsWith('http-5');

/** What the gateway answers to `ask`, asked anew whenever the line is new; null until it has answered. What was answered once stays while a later question fails. `ask` must be the same function from draw to draw. */
export const useAnswer = <T>(
  ask: () => Promise<Answer<T>>,
): { readonly answer: Answer<T> | null; readonly again: () => void } => {
  const { openSince } = useLine();
  const [known, setKnown] = useState<{ readonly ask: unknown; readonly answer: Answer<T> } | null>(null);
  const [times, setTimes] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line, or another try, is another question.
  useEffect(() => {
    let left = false;
    void ask().then((answer) => {
      if (left) return;
      setKnown((before) =>
        !answer.ok && saysNothing(answer.code) && before?.ask === ask && before.answer.ok
          ? before
          : { ask, answer },
      );
    });
    return () => {
      left = true;
    };
  }, [ask, openSince, times]);
  const again = useCallback(() => setTimes((now) => now + 1), []);
  return { answer: known?.ask === ask ? known.answer : null, again };
};
