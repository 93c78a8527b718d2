import { useState } from 'react';
import type { Call } from '../../../src/model/call.ts';
import { useFeed } from '../feed/live-feed.ts';
import type { Answer } from '../server/request.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';

/** A command to a call that is under way, by its name, and why the last one was refused. Nothing changes on the page before the committed change is on the feed. */
export type CallCommanding = {
  readonly sending: string | null;
  readonly refused: string | null;
  /** Answers whether it was done; `ask` is given this console's id. */
  readonly run: (name: string, ask: (console: string | null) => Promise<Answer<Call>>) => Promise<boolean>;
};

/** The way to command calls. */
export const useCallCommand = (): CallCommanding => {
  const { words } = useSpeech();
  const feed = useFeed();
  const [sending, setSending] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  return {
    sending,
    refused,
    run: async (name, ask) => {
      setSending(name);
      setRefused(null);
      const answer = await ask(feed.state().console);
      setSending(null);
      if (!answer.ok) setRefused(refusalText(words, answer, (user) => feed.state().names.get(user) ?? user));
      return answer.ok;
    },
  };
};
