import { useRef, useState } from 'react';
import type { z } from 'zod';
import type { AlertVerb, alertOperations } from '../../../src/model/operation.ts';
import { useFeed, useFeedState } from '../feed/live-feed.ts';
import { perform } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';

/** A command under way to one alert, and why the last one was refused. Nothing changes on the page before the committed change is on the feed. */
export type Operation = {
  readonly sending: AlertVerb | null;
  readonly refused: string | null;
  /** Answers whether it was done; not, where another is under way. */
  readonly send: <V extends AlertVerb>(
    verb: V,
    body: z.input<(typeof alertOperations)[V]>,
  ) => Promise<boolean>;
};

/** The way to command one alert. */
export const useOperation = (id: string): Operation => {
  const { words } = useSpeech();
  const feed = useFeed();
  const { alerts } = useFeedState();
  const [sending, setSending] = useState<AlertVerb | null>(null);
  const [awaited, setAwaited] = useState<{ readonly verb: AlertVerb; readonly version: number } | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  // A key may be pressed again before anything is drawn.
  const running = useRef(false);
  const known = alerts.get(id);
  // Done, says the answer; shown as done once the feed has it too.
  const pending =
    awaited !== null && known !== undefined && known.version < awaited.version ? awaited.verb : null;
  return {
    sending: sending ?? pending,
    refused,
    send: async (verb, body) => {
      if (running.current) return false;
      running.current = true;
      setSending(verb);
      setRefused(null);
      const answer = await perform(id, verb, body);
      running.current = false;
      if (answer.ok) setAwaited({ verb, version: answer.value.version });
      setSending(null);
      if (!answer.ok) {
        const { uncommitted, alerts: stored, names } = feed.state();
        const lost = answer.code === 'not-found' && uncommitted.has(id) && !stored.has(id);
        if (lost) feed.forgetUncommitted(id);
        setRefused(
          lost ? words.refusal.forgotten : refusalText(words, answer, (user) => names.get(user) ?? user),
        );
      }
      return answer.ok;
    },
  };
};
