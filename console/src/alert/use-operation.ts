import { useState } from 'react';
import type { z } from 'zod';
import type { AlertVerb, alertOperations } from '../../../src/model/operation.ts';
import { perform } from '../server/gateway.ts';
import { refusalText } from '../words/refusal.ts';
import { useSpeech } from '../words/words.tsx';

/** A command under way to one alert, and why the last one was refused. Nothing changes on the page before the committed change is on the feed. */
export type Operation = {
  readonly sending: AlertVerb | null;
  readonly refused: string | null;
  /** Answers whether it was done. */
  readonly send: <V extends AlertVerb>(
    verb: V,
    body: z.input<(typeof alertOperations)[V]>,
  ) => Promise<boolean>;
};

/** The way to command one alert. */
export const useOperation = (alert: string): Operation => {
  const { words } = useSpeech();
  const [sending, setSending] = useState<AlertVerb | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  return {
    sending,
    refused,
    send: async (verb, body) => {
      setSending(verb);
      setRefused(null);
      const answer = await perform(alert, verb, body);
      setSending(null);
      if (!answer.ok) setRefused(refusalText(words, answer));
      return answer.ok;
    },
  };
};
