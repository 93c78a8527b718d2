import { useCallback, useEffect, useRef, useState } from 'react';
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
  const asking = useRef({ ask, begun: 0, answered: 0 });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line, or another try, is another question.
  useEffect(() => {
    if (asking.current.ask !== ask) asking.current = { ask, begun: 0, answered: 0 };
    const mine = asking.current;
    mine.begun += 1;
    const turn = mine.begun;
    void ask().then((answer) => {
      // One that is slower than the next try is an answer all the same, unless that has come before it.
      if (asking.current !== mine || turn < mine.answered) return;
      mine.answered = turn;
      setKnown((before) =>
        !answer.ok && saysNothing(answer.code) && before?.ask === ask && before.answer.ok
          ? before
          : { ask, answer },
      );
    });
  }, [ask, openSince, times]);
  const again = useCallback(() => setTimes((now) => now + 1), []);
  return { answer: known?.ask === ask ? known.answer : null, again };
};
