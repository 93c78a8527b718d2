import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Dialect } from '../model/dialect.ts';
import { createFraming, type Framing } from './framing.ts';
import type { Visitor } from './lobby.ts';
import type { Account } from './turns.ts';

/** Why a connection is not being read: bits, because several may hold at once. */
export const holds = { login: 1, budget: 2, flight: 4, congestion: 8, stopping: 16 } as const;

/** A QoS 2 message from its PUBLISH to its PUBREL. */
export type Handshake = {
  /** Committed: its PUBREC may go. */
  answered: boolean;
  /** aedes has taken note of it, and will look for it at the PUBREL. */
  recorded: boolean;
  /** Retransmissions that came before it was committed. */
  readonly repeats: (() => void)[];
};

/** One connection, as long as it lasts. What few of them need is not there until it is. */
export type Link = {
  readonly client: Client;
  readonly conn: Duplex;
  /** The address of the other side. */
  readonly remote: string;
  /** Its place among those who have not logged in; null once it has. */
  visitor: Visitor | null;
  /** Whose credential it has given; null before that. */
  device: string | null;
  /** CONNACK was sent. */
  ready: boolean;
  gone: boolean;
  /** Why it ends is in the log already. */
  told: boolean;
  /** It is being closed and what still comes is thrown away. */
  discarding: boolean;

  readonly framing: Framing;
  /** Its device's; null before the login. */
  account: Account | null;
  /** Bits of `holds`. */
  held: number;
  heldSince: number;
  /** Monotonic milliseconds of the last PINGRESP that was sent because it was held. */
  answeredAt: number;
  /** Something was asked for while it was held, and has to be woken. */
  declined: boolean;
  /** What came in one piece with the CONNECT and waits until the login is done. */
  rest: Buffer | null;
  /** Monotonic milliseconds of the last byte. */
  heardAt: number;
  /** 0 = the client asked for none. */
  keepAliveMs: number;
  willTopic: string | null;

  inFlight: number;
  /** The topic and dialect for which publishing was allowed last. */
  topic: string;
  dialect: Dialect | null;
  handshakes: Map<number, Handshake> | null;

  /** Granted filters with their QoS. */
  filters: Map<string, number> | null;
  /** Commands sent that wait for their PUBACK, by packet id. */
  unanswered: Map<number, string> | null;
  /** Commands sent over this connection, the newest 1,024. */
  sent: Set<string> | null;
  /** Commands are waiting until some of the unanswered are answered. */
  more: boolean;
  packetId: number;
};

/** A connection that has just been made and is not read beyond its CONNECT. */
export const createLink = (client: Client, conn: Duplex, visitor: Visitor, monotonicAt: number): Link => ({
  client,
  conn,
  remote: visitor.remote,
  visitor,
  device: null,
  ready: false,
  gone: false,
  told: false,
  discarding: false,
  framing: createFraming(),
  account: null,
  held: 0,
  heldSince: 0,
  answeredAt: 0,
  declined: false,
  rest: null,
  heardAt: monotonicAt,
  keepAliveMs: 0,
  willTopic: null,
  inFlight: 0,
  topic: '',
  dialect: null,
  handshakes: null,
  filters: null,
  unanswered: null,
  sent: null,
  more: false,
  packetId: 0,
});
