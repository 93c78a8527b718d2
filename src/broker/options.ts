import type { Logger } from 'pino';

/** What one device may send, over all its connections, before it is held back: refilled per second up to the burst. Values are those that go to the disk. */
export type Budget = {
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly bytesPerSecond: number;
  readonly burstBytes: number;
  readonly valuesPerSecond: number;
  readonly valueBurst: number;
};

/** How the broker listens and what it allows. `port` 0 = any free port; `cert` and `key` are PEM text; `now` is epoch milliseconds. */
export type BrokerOptions = {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly port: number; readonly cert: string; readonly key: string } | null;
  /** A packet that announces more costs its connection before it is buffered. */
  readonly maxPacketBytes: number;
  /** Time from the connection to a whole CONNECT, and for a TLS handshake. */
  readonly connectTimeoutMs: number;
  readonly budget: Budget;
  /** All connections together, those that have not logged in included. */
  readonly maxConnections: number;
  /** Messages of one client that wait for their acknowledgement; beyond, the client is held back. 1,000 where it is not given. */
  readonly maxInFlight?: number;
  readonly now: () => number;
  readonly log: Logger;
  /** A promise between the parts was broken; whoever is told is expected to end the process. */
  readonly onFatal: (error: unknown, message: string) => void;
};
