import type { AedesOptions, Client, PublishPacket } from 'aedes';
import type { DeviceDoor } from '../gateway/doors.ts';
import type { Counters } from './counters.ts';
import type { Intake } from './intake.ts';
import { holds, type Link } from './link.ts';
import type { BrokerOptions } from './options.ts';
import type { SparingLog } from './sparing-log.ts';
import { topicFault } from './topics.ts';
import type { Account, Turns } from './turns.ts';

/** Reasons to refuse a message that have nothing to do with where it was published. */
const besideTheTopic: ReadonlySet<string> = new Set(['no-packet-id', 'no-such-device']);

type Sender = { readonly account: Account; readonly device: string };

/** The hook through which every PUBLISH goes, and how many messages wait for their commit. */
export type Publishing = {
  readonly authorizePublish: NonNullable<AedesOptions['authorizePublish']>;
  readonly inFlight: () => number;
};

/** What publishing needs of the rest of the broker. */
export type PublishingParts = {
  readonly options: BrokerOptions;
  readonly door: DeviceDoor;
  readonly linkOf: (client: Client) => Link | undefined;
  readonly intake: Intake;
  readonly turns: Turns;
  readonly counters: Counters;
  readonly warn: SparingLog;
};

/**
 * Hands a message to the door when it is its device's turn, in the order of arrival, and lets aedes go on only when it
 * is committed: aedes writes PUBACK as soon as this hook has answered.
 */
export const createPublishing = (parts: PublishingParts): Publishing => {
  const { options, door, linkOf, intake, turns, counters, warn } = parts;
  const maxInFlight = options.maxInFlight ?? 1000;
  let inFlight = 0;

  const refusal = (link: Link, device: string, topic: string): string | null => {
    const dialect = door.dialect(device);
    if (dialect === null) return 'no-such-device';
    if (dialect === link.dialect && topic === link.topic) return null;
    const fault = topicFault(topic);
    if (fault !== null) return fault;
    if (!dialect.mayPublish(device, topic)) return 'not-its-own-topic';
    link.dialect = dialect;
    link.topic = topic;
    return null;
  };

  const receive = (
    link: Link,
    { account, device }: Sender,
    packet: PublishPacket,
    answer: () => void,
  ): void => {
    const { topic, payload, retain, qos } = packet;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    inFlight++;
    counters.received++;
    if (++link.inFlight >= maxInFlight) intake.hold(link, holds.flight);
    const acknowledge = (): void => {
      inFlight--;
      counters.acknowledged++;
      if (--link.inFlight <= maxInFlight / 2) intake.release(link, holds.flight);
      if (link.gone) return;
      // Without an answer to write aedes goes straight on to the next bytes: not inside the door, and not inside its own parser.
      if (qos === 0) setImmediate(answer);
      else answer();
    };
    turns.take(account, bytes.length, () =>
      // Received is when it takes effect: the core's time never goes back, and what was held back is not older for it.
      door.receive(
        { sender: device, topic, bytes, retained: retain, receivedAt: options.now() },
        acknowledge,
      ),
    );
  };

  const tellMisdirected = (sender: string, packet: PublishPacket, reason: string): void => {
    const { topic, payload, retain } = packet;
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    try {
      door.misdirected({ sender, topic, bytes, retained: retain, receivedAt: options.now() }, reason);
    } catch (error) {
      options.onFatal(error, 'telling of a refused message failed');
    }
  };

  /** One effect from PUBLISH to PUBREL, however often it is sent [MQTT-4.3.3-2]; aedes asks again for every copy. */
  const receiveOnce = (link: Link, sender: Sender, packet: PublishPacket, answer: () => void): void => {
    const id = packet.messageId ?? 0;
    link.handshakes ??= new Map();
    const known = link.handshakes.get(id);
    if (known !== undefined) {
      if (known.answered) answer();
      else known.repeats.push(answer);
      return;
    }
    const handshake = { answered: false, recorded: false, repeats: [] as (() => void)[] };
    link.handshakes.set(id, handshake);
    receive(link, sender, packet, () => {
      handshake.answered = true;
      answer();
      for (const repeat of handshake.repeats.splice(0)) repeat();
    });
  };

  return {
    authorizePublish: (client, packet, done) => {
      const link = client === null ? undefined : linkOf(client);
      if (link?.device == null || link.account === null) return done(new Error('nobody is publishing'));
      const { account, device } = link;
      // [MQTT-2.3.1-1]
      const reason =
        packet.qos > 0 && !((packet.messageId ?? 0) > 0)
          ? 'no-packet-id'
          : refusal(link, device, packet.topic);
      if (reason !== null) {
        counters.refusedTopics++;
        link.told = true;
        warn('publish refused', { reason, device, remote: link.remote, topic: packet.topic.slice(0, 128) });
        if (!besideTheTopic.has(reason)) tellMisdirected(device, packet, reason);
        return done(new Error(`publish refused: ${reason}`));
      }
      if (packet.qos === 2) receiveOnce(link, { account, device }, packet, done);
      else receive(link, { account, device }, packet, done);
    },
    inFlight: () => inFlight,
  };
};
