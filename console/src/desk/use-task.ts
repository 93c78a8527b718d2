import { useCallback, useRef, useState } from 'react';
import type { Answer } from '../server/request.ts';
import { useRefusal } from './use-refusal.ts';

/** One thing asked of the gateway at a time: whether it is under way, and in words why the last one was refused. */
export type Task = {
  readonly busy: boolean;
  readonly refused: string | null;
  /** Asks, and answers what came of it; null where it was refused, or where another is under way. */
  readonly run: <T>(ask: () => Promise<Answer<T>>) => Promise<{ readonly value: T } | null>;
  readonly forget: () => void;
};

/** Keeps one task. */
export const useTask = (): Task => {
  const say = useRefusal();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const running = useRef(false);
  const run = async <T>(ask: () => Promise<Answer<T>>): Promise<{ readonly value: T } | null> => {
    if (running.current) return null;
    running.current = true;
    setBusy(true);
    setRefused(null);
    const answer = await ask();
    running.current = false;
    setBusy(false);
    if (answer.ok) return { value: answer.value };
    setRefused(say(answer));
    return null;
  };
  return { busy, refused, run, forget: useCallback(() => setRefused(null), []) };
};
