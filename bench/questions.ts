import { setTimeout as pause } from 'node:timers/promises';
import { serve } from './child.ts';

/** What whoever asks is told: each of the clients to ask its addresses in turn, one every `everyMs` or, where the answer takes longer, at once after it, until it is told to stop. */
export type QuestionsOrder =
  | {
      readonly order: 'ask';
      readonly token: string;
      readonly everyMs: number;
      readonly clients: readonly (readonly string[])[];
    }
  | { readonly order: 'stop' };

/** What it says: that every client has its first answer; and at the end how many answers each got, and how many questions were refused. */
export type QuestionsSaid =
  | { readonly what: 'asking' }
  | { readonly what: 'done'; readonly answers: readonly number[]; readonly refused: number };

const mostMs = 180_000;

let stopped = false;

const run = async (
  { token, everyMs, clients }: Extract<QuestionsOrder, { readonly order: 'ask' }>,
  say: (message: QuestionsSaid) => void,
): Promise<void> => {
  const answers = clients.map(() => 0);
  let refused = 0;
  const ask = async (client: number, address: string): Promise<void> => {
    const response = await fetch(address, {
      headers: { authorization: `Bearer ${token}`, 'accept-encoding': 'identity' },
    });
    await response.arrayBuffer();
    if (!response.ok) refused += 1;
    answers[client] = (answers[client] ?? 0) + 1;
    if (answers[client] === 1 && answers.every((number) => number > 0)) say({ what: 'asking' });
  };
  const client = async (index: number, addresses: readonly string[]): Promise<void> => {
    for (let turn = 0; !stopped; turn += 1) {
      const began = performance.now();
      await ask(index, addresses[turn % addresses.length] ?? '');
      const restMs = everyMs - (performance.now() - began);
      if (restMs > 0) await pause(restMs);
    }
  };
  await Promise.all(clients.map((addresses, index) => client(index, addresses)));
  say({ what: 'done', answers, refused });
};

serve<QuestionsOrder, QuestionsSaid>(mostMs, (order, say) => {
  if (order.order === 'ask') void run(order, say);
  else stopped = true;
});
