import mqtt from 'mqtt';

/** What a load process is told: where to connect, as whom, and for how long it publishes. */
export type LoadOrder = {
  readonly url: string;
  readonly clients: readonly { readonly username: string; readonly password: string }[];
  readonly inFlight: number;
  readonly forMs: number;
};

/** Publishes readings of QoS 1 as fast as they are acknowledged and answers how many were, and in how many ms; says `publishing` when it begins. */
const run = async ({
  url,
  clients,
  inFlight,
  forMs,
}: LoadOrder): Promise<{ acknowledged: number; tookMs: number }> => {
  const connections = await Promise.all(
    clients.map(({ username, password }) =>
      mqtt.connectAsync(url, { username, password, clientId: username, reconnectPeriod: 0 }),
    ),
  );
  process.send?.('publishing');
  const startedAt = performance.now();
  let acknowledged = 0;
  let at = Date.now() - 200_000;
  const lane = async (index: number): Promise<void> => {
    const connection = connections[index];
    const topic = `zhishou/v1/devices/${clients[index]?.username}/readings`;
    while (connection && performance.now() - startedAt < forMs) {
      at += 1;
      await connection.publishAsync(
        topic,
        JSON.stringify({ at, values: { co2: 400 + (at % 300), temperature: 21.5 } }),
        { qos: 1 },
      );
      acknowledged += 1;
    }
  };
  await Promise.all(clients.flatMap((_, index) => Array.from({ length: inFlight }, () => lane(index))));
  const tookMs = performance.now() - startedAt;
  for (const connection of connections) connection.end(true);
  return { acknowledged, tookMs };
};

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result, () => process.exit(0)));
});
