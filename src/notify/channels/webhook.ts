import { createHmac } from 'node:crypto';
import type { Channel } from './channel.ts';

/** How long the other side may take (ms). */
const answerWithinMs = 10_000;

/** `POST`s `{"type":"escalated","seq","reason","alert"}` to the address. 2xx is sent; 408, 429 and 5xx are tried again; other answers are final. With a secret the body is signed: `X-Zhishou-Signature: sha256=<HMAC-SHA-256, hex>`. */
export const webhook = (options: { readonly url: string; readonly secret: string | null }): Channel => ({
  name: 'webhook',
  uncommittedToo: true,
  tell: async ({ seq, reason, alert }, signal) => {
    const body = JSON.stringify({ type: 'escalated', seq, reason, alert });
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (options.secret !== null)
      headers['x-zhishou-signature'] =
        `sha256=${createHmac('sha256', options.secret).update(body).digest('hex')}`;
    const answer = await fetch(options.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return { outcome: 'sent', detail: `HTTP ${answer.status}` };
    const passing = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    return { outcome: passing ? 'again' : 'refused', detail: `HTTP ${answer.status}` };
  },
  calm: () => undefined,
});
