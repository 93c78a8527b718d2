import type { Client, Subscription } from 'aedes';
import type { DeviceDoor } from '../gateway/doors.ts';
import type { Congestion, Downlink, Outbound } from '../gateway/ports.ts';
import type { Counters } from './counters.ts';
import type { Intake } from './intake.ts';
import { holds, type Link } from './link.ts';
import type { Presence } from './presence.ts';
import { filterMatches, isFilterSound } from './topics.ts';

const maxUnanswered = 64;
const maxRemembered = 1024;
// A third of a second of sound.
const maxStreamBacklog = 4096;
const highestPacketId = 65_535;

/** Everything that goes out to the devices but acknowledgements. */
export type Outgoing = {
  readonly downlink: Downlink;
  /** Grants a subscription where the device may have it. */
  readonly grant: (link: Link, subscription: Subscription) => boolean;
  /** A SUBACK was written: what waits for the device goes out behind it. */
  readonly subscribed: (link: Link) => void;
  readonly unsubscribed: (link: Link, filters: readonly string[]) => void;
  /** A PUBACK has come. */
  readonly acknowledged: (link: Link, packetId: number) => void;
  /** Holds a connection back, or lets it go on, as the way to the disk demands. */
  readonly obeyCongestion: (link: Link, level: Congestion) => void;
};

/** What the way out needs of the rest of the broker. */
export type OutgoingParts = {
  readonly door: DeviceDoor;
  readonly presence: Presence;
  readonly intake: Intake;
  readonly links: ReadonlyMap<Client, Link>;
  readonly counters: Counters;
  readonly now: () => number;
};

/** Sends commands to the very client they are for, by `client.publish`: through the broker's own publish QoS 1 messages get lost behind QoS 0 ones. */
export const createOutgoing = ({ door, presence, intake, links, counters, now }: OutgoingParts): Outgoing => {
  const send = (link: Link, outbound: Outbound): void => {
    const { command, topic, payload, expiresAt } = outbound;
    if (link.gone || link.more || link.sent?.has(command) === true || expiresAt <= now()) return;
    const qos = grantedQos(link, topic);
    if (qos === -1) return;
    link.unanswered ??= new Map();
    if (link.unanswered.size >= maxUnanswered) {
      link.more = true;
      return;
    }
    remember(link, command);
    link.packetId = nextPacketId(link.packetId, link.unanswered);
    if (qos === 1) link.unanswered.set(link.packetId, command);
    counters.commandsSent++;
    link.client.publish({ cmd: 'publish', topic, payload, qos, retain: false, dup: false }, ignore);
  };

  /** Sound that comes late is of no use: what a slow connection has not taken yet is not added to. */
  const stream = (link: Link, topic: string, bytes: Uint8Array): void => {
    if (link.gone || grantedQos(link, topic) === -1 || link.conn.writableLength > maxStreamBacklog) return;
    const payload = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    link.client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, ignore);
  };

  const sendWaiting = (link: Link): void => {
    if (link.gone || link.device === null || link.filters === null) return;
    for (const outbound of door.waiting(link.device)) send(link, outbound);
  };

  const obeyCongestion = (link: Link, level: Congestion): void => {
    if (link.device === null) return;
    if (level === 'hard' || (level === 'soft' && !door.carriesEmergencies(link.device)))
      intake.hold(link, holds.congestion);
    else intake.release(link, holds.congestion);
  };

  return {
    downlink: {
      stream: (connection, topic, bytes) => {
        for (const link of presence.of(connection)) stream(link, topic, bytes);
      },
      send: (outbound) => {
        for (const link of presence.of(outbound.connection)) send(link, outbound);
      },
      disconnect: (connection) => {
        for (const link of presence.of(connection)) link.conn.destroy();
      },
      congestion: (level) => {
        for (const link of links.values()) if (link.ready) obeyCongestion(link, level);
      },
    },
    grant: (link, { topic, qos }) => {
      if (link.device === null) return false;
      link.filters ??= new Map();
      if (!isFilterSound(topic, link.filters.has(topic) ? 0 : link.filters.size)) return false;
      if (door.dialect(link.device)?.maySubscribe(link.device, topic) !== true) return false;
      link.filters.set(topic, qos);
      return true;
    },
    subscribed: sendWaiting,
    unsubscribed: (link, filters) => {
      for (const filter of filters) link.filters?.delete(filter);
    },
    acknowledged: (link, packetId) => {
      const command = link.unanswered?.get(packetId);
      if (command === undefined) return;
      link.unanswered?.delete(packetId);
      counters.commandsAcknowledged++;
      door.delivered(command);
      if (!link.more || (link.unanswered?.size ?? 0) > maxUnanswered / 2) return;
      link.more = false;
      sendWaiting(link);
    },
    obeyCongestion,
  };
};

/** The highest QoS, at most 1, at which this connection has asked for the topic; -1 = it has not. */
const grantedQos = (link: Link, topic: string): 0 | 1 | -1 => {
  // aedes lowers the QoS to that of a filter which is the topic itself.
  const exact = link.filters?.get(topic);
  if (exact !== undefined) return exact > 0 ? 1 : 0;
  let highest: 0 | 1 | -1 = -1;
  for (const [filter, qos] of link.filters ?? []) {
    if (!filterMatches(filter, topic)) continue;
    if (qos > 0) return 1;
    highest = 0;
  }
  return highest;
};

const remember = (link: Link, command: string): void => {
  link.sent ??= new Set();
  link.sent.add(command);
  if (link.sent.size <= maxRemembered) return;
  const oldest = link.sent.values().next();
  if (!oldest.done) link.sent.delete(oldest.value);
};

// [MQTT-2.3.1-2]: an id that waits for its PUBACK is not given to another message.
const nextPacketId = (last: number, unanswered: ReadonlyMap<number, string>): number => {
  let id = last;
  do id = id >= highestPacketId ? 1 : id + 1;
  while (unanswered.has(id));
  return id;
};

const ignore = (): void => {};
