import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { Aedes, type Client } from 'aedes';
import type { DeviceDoor } from '../gateway/doors.ts';
import type { Downlink } from '../gateway/ports.ts';
import { type BrokerStats, createCounters } from './counters.ts';
import { createOutgoing } from './downlink.ts';
import { createGuessing } from './guessing.ts';
import { createIntake } from './intake.ts';
import { createLink, holds, type Link } from './link.ts';
import { type Listeners, openListeners } from './listeners.ts';
import { createLobby } from './lobby.ts';
import { createLogin } from './login.ts';
import { createSessionStore, nowhere } from './no-routing.ts';
import type { BrokerOptions } from './options.ts';
import { createPresence } from './presence.ts';
import { createPublishing } from './publishing.ts';
import { createSparingLog } from './sparing-log.ts';
import { createTurns } from './turns.ts';

const drainTimeoutMs = 8000;
const watchEveryMs = 500;
const goodbyeMs = 1000;

/** The MQTT side of the gateway. */
export type Broker = {
  readonly downlink: Downlink;
  /** Opens the listeners and answers their ports; rejects where one cannot be had. */
  readonly listen: () => Promise<{ readonly mqtt: number; readonly mqtts: number | null }>;
  /** Serves another certificate (PEM) from the next TLS connection on. */
  readonly changeCertificate: (tls: { readonly cert: string; readonly key: string }) => void;
  /** Takes over an MQTT connection that came another way: the bytes of a WebSocket, and the address of the other side. */
  readonly accept: (stream: Duplex, remote: string) => void;
  /** Takes no new connection and no further message; what was taken takes effect, unless its sender owes, and is still acknowledged. */
  readonly stopTaking: () => void;
  /** Ends every connection after what was written to it has gone out; no device is reported as gone. Resolves within 2 s. */
  readonly close: () => Promise<void>;
  readonly stats: () => BrokerStats;
};

/** A broker that takes the devices' messages in at `door`; nothing a device publishes reaches another one. */
export const createBroker = async (options: BrokerOptions, door: DeviceDoor): Promise<Broker> => {
  const { log, now } = options;
  const monotonic = (): number => performance.now();
  const warn = createSparingLog(log, monotonic);
  const counters = createCounters();
  const links = new Map<Client, Link>();
  const linkOf = (client: Client): Link | undefined => links.get(client);
  const turns = createTurns(options.budget, monotonic, (error) =>
    options.onFatal(error, 'taking a message in failed'),
  );
  const intake = createIntake(options, turns, counters, warn, monotonic);
  const presence = createPresence(door, now, monotonic);
  const guessing = createGuessing(monotonic);
  const login = createLogin({ door, linkOf, presence, guessing, counters, warn, now });
  const publishing = createPublishing({ options, door, linkOf, intake, turns, counters, warn });
  const outgoing = createOutgoing({ door, presence, intake, links, counters, now });

  /** An exception in a hook would end the process without a word, a rejection would leave the client hanging: both are said aloud. */
  const hook =
    <Arguments extends readonly unknown[]>(what: string, answer: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      try {
        answer(...given);
      } catch (error) {
        options.onFatal(error, `${what} failed`);
      }
    };

  const aedes = new Aedes({
    mq: nowhere,
    persistence: createSessionStore(linkOf),
    connectTimeout: options.connectTimeoutMs,
    drainTimeout: drainTimeoutMs,
    // The intake keeps what follows a CONNECT, so that nothing queues in aedes.
    queueLimit: 1,
    // Bounded by the number of packet ids: dropping who has many QoS 2 messages on the way would drop him again at every return.
    maxInflightInbound: 0,
    // The ids are made longer than the 23 characters of MQTT 3.1 by the device's own.
    maxClientsIdLength: 0xffff,
    preConnect: hook('preparing a connection', login.preConnect),
    authenticate: hook('a login', login.authenticate),
    authorizePublish: publishing.authorizePublish,
    authorizeSubscribe: hook('a subscription', (client, subscription, done) => {
      const link = linkOf(client);
      if (link !== undefined && outgoing.grant(link, subscription)) return done(null, subscription);
      counters.refusedSubscriptions++;
      done(null, null);
    }),
    // Only commands are ever forwarded. Their packet ids are ours, so that we know a PUBACK's command.
    authorizeForward: (client, packet) => {
      const link = linkOf(client);
      if (link === undefined) return null;
      packet.messageId = link.packetId;
      return packet;
    },
  });
  aedes.publish = publishNowhere;

  // One connection in four may be of somebody who has not logged in: the others are for those who have.
  const lobby = createLobby(Math.ceil(options.maxConnections / 4), ({ remote }) => {
    counters.evicted++;
    warn('connection closed', { reason: 'not-logged-in', remote });
  });
  let loggedIn = 0;

  const ended = (link: Link): void => {
    link.gone = true;
    if (link.visitor === null) loggedIn--;
    else lobby.leave(link.visitor);
    links.delete(link.client);
    intake.forget(link);
    if (link.account !== null) turns.leave(link.account);
    presence.ended(link);
    if (links.size === 0) nobodyLeft();
  };

  let taking = true;
  let nobodyLeft = (): void => {};
  let listeners: Listeners | null = null;

  const accept = (stream: Duplex, remote: string): void => {
    if (!taking || (loggedIn + lobby.size() >= options.maxConnections && !lobby.giveWay())) {
      counters.refusedConnections++;
      if (taking) warn('connection refused', { reason: 'too-many-connections', remote });
      stream.on('error', () => {});
      stream.destroy();
      return;
    }
    const at = monotonic();
    const client = aedes.handle(stream);
    const visitor = { remote, end: () => void stream.destroy() };
    const link = createLink(client, stream, visitor, at);
    links.set(client, link);
    lobby.enter(visitor);
    intake.watch(link);
    stream.once('close', () => ended(link));
  };

  const withLink =
    <Rest extends readonly unknown[]>(what: string, answer: (link: Link, ...rest: Rest) => void) =>
    (client: Client, ...rest: Rest): void => {
      const link = linkOf(client);
      if (link !== undefined && !link.gone) hook(what, answer)(link, ...rest);
    };

  const ready = withLink('a new connection', (link) => {
    if (link.device === null) return;
    link.ready = true;
    if (link.visitor !== null) {
      lobby.leave(link.visitor);
      link.visitor = null;
      loggedIn++;
    }
    link.account = turns.join(link.device);
    if (!taking) intake.hold(link, holds.stopping);
    outgoing.obeyCongestion(link, door.congestion());
    presence.ready(link, link.device);
    intake.release(link, holds.login);
  });
  const subscribed = withLink('a subscription', outgoing.subscribed);
  const unsubscribed = withLink('the end of a subscription', outgoing.unsubscribed);
  const acknowledged = withLink('an acknowledged command', outgoing.acknowledged);
  const failed = (client: Client, error: Error): void => {
    const link = linkOf(client);
    if (link?.told) return;
    warn('connection failed', { reason: error.message, device: link?.device, remote: link?.remote });
  };
  aedes.on('clientReady', ready);
  aedes.on('subscribe', (_granted, client) => subscribed(client));
  aedes.on('unsubscribe', (filters, client) => unsubscribed(client, filters));
  aedes.on('ack', (packet, client) => acknowledged(client, packet?.messageId ?? 0));
  aedes.on('clientError', failed);
  aedes.on('connectionError', failed);
  // Without a listener this event would end the process.
  const events: EventEmitter = aedes;
  events.on('error', (error: unknown) => options.onFatal(error, 'the broker failed'));
  await aedes.listen();

  const watch = setInterval(
    hook('watching the connections', () => {
      intake.checkKeepAlive(links.values());
      presence.checkAbsent();
      turns.sweep();
    }),
    watchEveryMs,
  );

  const stopTaking = (): void => {
    if (!taking) return;
    taking = false;
    listeners?.close();
    for (const link of links.values()) intake.hold(link, holds.stopping);
    turns.finish();
  };

  /** A connection with unread bytes that is simply closed ends in a reset, which can overtake acknowledgements already sent. */
  const sayGoodbye = (): Promise<void> =>
    new Promise((resolve) => {
      const deadline = setTimeout(resolve, goodbyeMs);
      nobodyLeft = () => {
        clearTimeout(deadline);
        resolve();
      };
      if (links.size === 0) nobodyLeft();
      for (const link of links.values()) {
        link.conn.end();
        intake.discard(link);
      }
    });

  return {
    downlink: outgoing.downlink,
    listen: async () => {
      listeners = await openListeners(options, lobby, accept);
      if (!taking) listeners.close();
      return { mqtt: listeners.mqtt, mqtts: listeners.mqtts };
    },
    changeCertificate: (tls) => listeners?.changeCertificate(tls),
    accept,
    stopTaking,
    close: async () => {
      stopTaking();
      presence.stop();
      login.stop();
      intake.stop();
      turns.stop();
      clearInterval(watch);
      await sayGoodbye();
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const link of links.values()) link.conn.destroy();
    },
    stats: () => ({
      ...counters,
      connections: links.size,
      devices: presence.devices(),
      held: intake.held(),
      inFlight: publishing.inFlight(),
      waiting: turns.waiting(),
      guessersWaiting: login.guessersWaiting(),
    }),
  };
};

/** Stands in for aedes' own publish: what a device says, and what aedes says about itself, goes to nobody. */
const publishNowhere = (_packet: unknown, client: unknown, done?: () => void): void => {
  const answer = typeof client === 'function' ? (client as () => void) : done;
  answer?.();
};
