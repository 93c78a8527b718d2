import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';

/** There will be no connection: the gateway refused the credentials, or the power was cut meanwhile. */
export class LinkRefusedError extends Error {
  override readonly name = 'LinkRefusedError';
}

/** What a connection needs to know. The will is published by the broker when the connection is lost. */
export type LinkOptions = {
  readonly url: string;
  readonly id: string;
  readonly secret: string;
  readonly status: { readonly topic: string; readonly online: string; readonly offline: string };
  readonly subscriptions: readonly string[];
  readonly onMessage: (topic: string, payload: Uint8Array) => void;
  /** Told `true` each time it is up and its subscriptions stand, `false` when that is over. */
  readonly onLine?: (up: boolean) => void;
  /** After so long without a word each side asks whether the other is there; 60 s unless told otherwise. */
  readonly keepAliveMs?: number;
  readonly agenda: Agenda;
  readonly random: Random;
};

/** How a message is published; QoS 1 and not retained unless it says so. */
export type PublishOptions = { readonly retain?: boolean; readonly qos?: 0 | 1 | 2 };

/** How much went over a connection. `acknowledged` counts PUBACKs, `refused` subscriptions answered with 0x80. */
export type LinkCounts = {
  readonly published: number;
  readonly acknowledged: number;
  readonly connections: number;
  readonly refused: number;
};

/** One MQTT connection of a device or hub. What is not acknowledged is kept and sent again after a reconnect, in order. */
export type Link = {
  readonly id: string;
  readonly isUp: () => boolean;
  /** Connects, and stays connected from then on; resolves when it is up and its subscriptions stand. Rejects with LinkRefusedError. */
  readonly open: () => Promise<void>;
  /** Resolves when the gateway has acknowledged the message; at QoS 0 when it was written. */
  readonly publish: (topic: string, payload: string | Uint8Array, options?: PublishOptions) => Promise<void>;
  /** The power goes: the socket is gone without a word, and nothing is tried until `open`. */
  readonly cut: () => void;
  /** The line breaks: the socket is gone without a word, and it connects again by itself. */
  readonly drop: () => void;
  /** Says that it goes, and goes; what is unacknowledged is given up. */
  readonly close: () => Promise<void>;
  readonly counts: () => LinkCounts;
  /** Messages that wait for their acknowledgement. */
  readonly waiting: () => number;
};

type Letter = {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly options: PublishOptions;
  readonly done: () => void;
};

const timersOf = (agenda: Agenda): Exclude<IClientOptions['timerVariant'], string | undefined> => {
  const running = new Map<number, () => void>();
  let last = 0;
  return {
    set: (task, everyMs = 0) => {
      last += 1;
      running.set(
        last,
        agenda.every(everyMs, () => task()),
      );
      return last;
    },
    clear: (timer) => {
      running.get(timer)?.();
      running.delete(timer);
    },
  };
};

/** A connection that is not yet opened. */
export const createLink = (options: LinkOptions): Link => {
  const outbox = new Set<Letter>();
  const opening: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let client: MqttClient | null = null;
  let up = false;
  let wanted = false;
  let failures = 0;
  let callOffRetry: () => void = () => {};
  let published = 0;
  let acknowledged = 0;
  let connections = 0;
  let refused = 0;

  const send = (letter: Letter): void => {
    const from = client;
    if (from === null || !up) return;
    from.publish(
      letter.topic,
      // mqtt.js takes Buffers and strings.
      typeof letter.payload === 'string' ? letter.payload : Buffer.from(letter.payload),
      { qos: letter.options.qos ?? 1, retain: letter.options.retain ?? false },
      (error) => {
        if (error != null || !outbox.delete(letter)) return;
        acknowledged += 1;
        letter.done();
      },
    );
  };

  const discard = (): void => {
    const old = client;
    client = null;
    if (up) options.onLine?.(false);
    up = false;
    if (old === null) return;
    old.removeAllListeners();
    old.on('error', () => {});
    old.stream.destroy();
    old.end(true);
  };

  const retry = (): void => {
    discard();
    if (!wanted) return;
    failures += 1;
    const delayMs = Math.min(10_000, 100 * 2 ** failures) * (0.5 + options.random.next());
    callOffRetry = options.agenda.at(Date.now() + delayMs, connectNow);
  };

  const giveUp = (reason: string): void => {
    wanted = false;
    discard();
    for (const { reject } of opening.splice(0)) reject(new LinkRefusedError(`${options.id}: ${reason}`));
  };

  const ready = (): void => {
    up = true;
    failures = 0;
    connections += 1;
    published += 1;
    client?.publish(options.status.topic, options.status.online, { qos: 1, retain: true }, (error) => {
      if (error == null) acknowledged += 1;
    });
    for (const letter of outbox) send(letter);
    options.onLine?.(true);
    for (const { resolve } of opening.splice(0)) resolve();
  };

  function connectNow(): void {
    const fresh = mqtt.connect(options.url, {
      clientId: options.id,
      username: options.id,
      password: options.secret,
      clean: true,
      protocolVersion: 4,
      keepalive: (options.keepAliveMs ?? 60_000) / 1000,
      reconnectPeriod: 0,
      connectTimeout: 30_000,
      resubscribe: false,
      timerVariant: timersOf(options.agenda),
      will: {
        topic: options.status.topic,
        payload: options.status.offline,
        qos: 1,
        retain: true,
      },
    });
    client = fresh;
    fresh.on('message', (topic, payload) => options.onMessage(topic, payload));
    fresh.on('error', (error) => {
      // [MQTT-3.2.2-5] 4: bad user name or password, 5: not authorised.
      const code = 'code' in error ? error.code : null;
      if (code === 4 || code === 5) giveUp(error.message);
    });
    fresh.on('close', () => {
      if (client === fresh) retry();
    });
    fresh.on('connect', () => {
      if (options.subscriptions.length === 0) return ready();
      fresh.subscribe([...options.subscriptions], { qos: 1 }, (_error, granted) => {
        if (client !== fresh) return;
        refused += (granted ?? []).filter((grant) => grant.qos === 128).length;
        ready();
      });
    });
  }

  return {
    id: options.id,
    isUp: () => up,
    open: () => {
      if (up) return Promise.resolve();
      const opened = new Promise<void>((resolve, reject) => opening.push({ resolve, reject }));
      if (!wanted) {
        wanted = true;
        connectNow();
      }
      return opened;
    },
    publish: (topic, payload, publishOptions = {}) =>
      new Promise((resolve) => {
        const letter: Letter = { topic, payload, options: publishOptions, done: resolve };
        outbox.add(letter);
        published += 1;
        send(letter);
      }),
    cut: () => {
      callOffRetry();
      giveUp('the power was cut');
    },
    drop: () => {
      if (!wanted || client === null) return;
      discard();
      callOffRetry();
      callOffRetry = options.agenda.at(Date.now(), connectNow);
    },
    close: async () => {
      wanted = false;
      callOffRetry();
      const old = client;
      if (old === null || !up) return discard();
      const lost = new Promise<void>((resolve) => old.once('close', () => resolve()));
      await Promise.race([
        lost,
        old
          .publishAsync(options.status.topic, options.status.offline, { qos: 1, retain: true })
          .catch(() => {}),
      ]);
      client = null;
      up = false;
      outbox.clear();
      old.removeAllListeners();
      old.on('error', () => {});
      await old.endAsync().catch(() => {});
    },
    counts: () => ({ published, acknowledged, connections, refused }),
    waiting: () => outbox.size,
  };
};
