import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import pino from 'pino';
import { type Broker, createBroker } from '../../src/broker/broker.ts';
import type { BrokerOptions } from '../../src/broker/options.ts';
import type { Outbound } from '../../src/gateway/ports.ts';
import { createFakeDoor, type FakeDoor } from './fake-door.ts';
import { createRawClient, type RawClient } from './raw-client.ts';

/** A broker on a free port before a fake door, with the clients that a test connects to it. */
export type Street = {
  readonly broker: Broker;
  readonly door: FakeDoor;
  readonly port: number;
  readonly tlsPort: number | null;
  /** What the broker said to be the end of it. */
  readonly fatal: readonly string[];
  /** Registers the device where it is not and resolves when it is connected; rejects where it is refused. */
  readonly connect: (device: string, settings?: Partial<IClientOptions>) => Promise<MqttClient>;
  readonly raw: () => Promise<RawClient>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

/** The secret that `connect` gives a device. */
export const secretOf = (device: string): string => `secret of ${device}`;

/** Starts a street; settings differ from the gateway's defaults only where given. */
export const openStreet = async (settings: Partial<BrokerOptions> = {}): Promise<Street> => {
  const door = createFakeDoor();
  const fatal: string[] = [];
  const broker = await createBroker(
    {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      maxPacketBytes: 262_144,
      connectTimeoutMs: 10_000,
      budget: {
        messagesPerSecond: 2000,
        messageBurst: 10_000,
        bytesPerSecond: 8 * 1024 * 1024,
        burstBytes: 16 * 1024 * 1024,
        valuesPerSecond: 10_000,
        valueBurst: 10_000,
      },
      maxConnections: 1000,
      now: Date.now,
      log: pino({ level: 'silent' }),
      onFatal: (error, message) =>
        void fatal.push(`${message}: ${error instanceof Error ? error.message : error}`),
      ...settings,
    },
    door,
  );
  const { mqtt: port, mqtts: tlsPort } = await broker.listen();
  const clients: MqttClient[] = [];
  const raws: RawClient[] = [];
  return {
    broker,
    door,
    port,
    tlsPort,
    fatal,
    connect: async (device, given = {}) => {
      if (door.secretHash(device) === null) door.register(device, secretOf(device));
      const client = mqtt.connect({
        protocol: 'mqtt',
        host: '127.0.0.1',
        port,
        username: device,
        password: secretOf(device),
        reconnectPeriod: 0,
        ...given,
      });
      clients.push(client);
      client.on('error', () => {});
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.once('error', reject);
        client.once('close', () => reject(new Error('closed')));
      });
      return client;
    },
    raw: async () => {
      const raw = await createRawClient(port);
      raws.push(raw);
      return raw;
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.end(true);
      for (const raw of raws) raw.socket.destroy();
      await broker.close();
    },
  };
};

/** A topic of the device's own. */
export const topicOf = (device: string, leaf: string): string => `zhishou/v1/devices/${device}/${leaf}`;

/** A command that waits for a device for a minute. */
export const commandFor = (device: string, command: string, given: Partial<Outbound> = {}): Outbound => ({
  command,
  connection: device,
  topic: topicOf(device, 'commands'),
  payload: JSON.stringify({ id: command }),
  expiresAt: Date.now() + 60_000,
  ...given,
});

/** The payloads of the next `count` messages a client gets. */
export const hear = (client: MqttClient, count: number): Promise<readonly string[]> =>
  new Promise((resolve) => {
    const heard: string[] = [];
    const note = (_topic: string, payload: Buffer): void => {
      heard.push(payload.toString());
      if (heard.length < count) return;
      client.off('message', note);
      resolve(heard);
    };
    client.on('message', note);
  });

/** Resolves when the connection of a client is closed; at once where it is already. */
export const closed = (client: MqttClient): Promise<void> =>
  client.connected ? new Promise((resolve) => client.once('close', () => resolve())) : Promise.resolve();
