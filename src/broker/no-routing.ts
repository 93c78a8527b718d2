import { Readable } from 'node:stream';
import type { Client } from 'aedes';
import type { Link } from './link.ts';

type Done = () => void;

/**
 * Stands where aedes has its emitter: what one client publishes reaches no other, so there is nothing to route.
 * It answers at once; aedes' own takes a turn to unsubscribe, and in that turn a client that closes by itself could
 * take the entry of its successor with it.
 */
export const nowhere = {
  on: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  removeListener: (_topic: string, _listener: unknown, done?: Done): void => done?.(),
  emit: (_packet: unknown, done?: Done): void => done?.(),
  close: (done?: Done): void => done?.(),
};

type Identified = { readonly messageId?: number };

const notStored = new Error('no such packet');

/**
 * Stands where aedes has its store: every session is clean, waiting commands are the gateway's own, nothing is
 * retained because nobody but the gateway reads what devices say, and wills are link-down. What is left is which
 * QoS 2 messages wait for their PUBREL.
 */
export const createSessionStore = (linkOf: (client: Client) => Link | undefined) => ({
  setup: async (): Promise<void> => {},
  subscriptionsByClient: async () => [],
  subscriptionsByTopic: async () => [],
  cleanSubscriptions: async (): Promise<void> => {},
  addSubscriptions: async (): Promise<void> => {},
  removeSubscriptions: async (): Promise<void> => {},
  storeRetained: async (): Promise<void> => {},
  createRetainedStreamCombi: () => Readable.from([]),
  outgoingStream: () => Readable.from([]),
  outgoingEnqueue: async (): Promise<void> => {},
  outgoingEnqueueCombi: async (): Promise<void> => {},
  outgoingUpdate: async (): Promise<void> => {},
  /** Hands the PUBACK on to the `ack` event as it is. */
  outgoingClearMessageId: async (_client: Client, packet: Identified) => packet,
  putWill: async (): Promise<void> => {},
  delWill: async (): Promise<void> => {},
  streamWill: () => [],
  cleanIncoming: async (): Promise<void> => {},
  incomingGetPacket: async (client: Client, packet: Identified) => {
    if (handshakeOf(linkOf(client), packet)?.recorded !== true) throw notStored;
    return packet;
  },
  incomingStorePacket: async (client: Client, packet: Identified): Promise<void> => {
    const handshake = handshakeOf(linkOf(client), packet);
    if (handshake !== undefined) handshake.recorded = true;
  },
  incomingDelPacket: async (client: Client, packet: Identified): Promise<void> => {
    linkOf(client)?.handshakes?.delete(packet.messageId ?? 0);
  },
});

const handshakeOf = (link: Link | undefined, packet: Identified) =>
  link?.handshakes?.get(packet.messageId ?? 0);
