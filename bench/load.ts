import mqtt from 'mqtt';
import { serve } from './child.ts';
import type { Login } from './own-gateway.ts';

/** What the load is told: where to connect, as whom, and how to publish readings of QoS 1: as fast as they are acknowledged with so many in flight on each connection, or so many a second in all. It ends after `forMs` or when it is told to stop. */
export type LoadOrder =
  | {
      readonly order: 'publish';
      readonly url: string;
      readonly clients: readonly Login[];
      readonly pace: { readonly inFlight: number } | { readonly perSecond: number };
      readonly forMs: number;
    }
  | { readonly order: 'stop' };

/** What the load says: that it began, every 250 ms how far it is, and at its end how many were acknowledged in how many ms. */
export type LoadSaid =
  | { readonly what: 'publishing' }
  | { readonly what: 'progress'; readonly acknowledged: number; readonly afterMs: number }
  | { readonly what: 'done'; readonly acknowledged: number; readonly afterMs: number };

const mostMs = 180_000;
const progressEveryMs = 250;
const paceEveryMs = 20;
/** A broker that has stopped answering is not buried in more. */
const mostUnanswered = 20_000;

let stopped = false;

const run = async (
  { url, clients, pace, forMs }: Extract<LoadOrder, { readonly order: 'publish' }>,
  say: (message: LoadSaid) => void,
): Promise<void> => {
  const connections = await Promise.all(
    clients.map(({ username, password }) =>
      mqtt.connectAsync(url, { username, password, clientId: username, reconnectPeriod: 0 }),
    ),
  );
  const clocks = clients.map(() => 0);
  let published = 0;
  let acknowledged = 0;
  const publish = async (index: number): Promise<void> => {
    // No two readings of a device have the same time, or one would replace the other in the store.
    const at = Math.max((clocks[index] ?? 0) + 1, Date.now());
    clocks[index] = at;
    published += 1;
    await connections[index]?.publishAsync(
      `zhishou/v1/devices/${clients[index]?.username}/readings`,
      JSON.stringify({ at, values: { co2: 400 + (published % 300), temperature: 21.5 } }),
      { qos: 1 },
    );
    acknowledged += 1;
  };

  say({ what: 'publishing' });
  const startedAt = performance.now();
  const afterMs = (): number => performance.now() - startedAt;
  const over = (): boolean => stopped || afterMs() >= forMs;
  const progress = setInterval(
    () => say({ what: 'progress', acknowledged, afterMs: afterMs() }),
    progressEveryMs,
  );

  const lane = async (index: number): Promise<void> => {
    while (!over()) await publish(index);
  };
  const keepPace = (perSecond: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        const due = Math.floor((afterMs() / 1000) * perSecond);
        while (published < due && published - acknowledged < mostUnanswered)
          void publish(published % clients.length).catch(() => {});
        if (!over()) return;
        clearInterval(timer);
        resolve();
      }, paceEveryMs);
    });

  if ('perSecond' in pace) await keepPace(pace.perSecond);
  else
    await Promise.all(
      clients.flatMap((_, index) => Array.from({ length: pace.inFlight }, () => lane(index))),
    );
  clearInterval(progress);
  say({ what: 'done', acknowledged, afterMs: afterMs() });
  for (const connection of connections) connection.end(true);
};

serve<LoadOrder, LoadSaid>(mostMs, (order, say) => {
  if (order.order === 'publish') void run(order, say);
  else stopped = true;
});
