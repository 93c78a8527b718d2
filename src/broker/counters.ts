/** What has been counted since the start. */
export type Counters = {
  received: number;
  acknowledged: number;
  refusedLogins: number;
  refusedConnections: number;
  /** Connections that had not logged in and had to make room. */
  evicted: number;
  refusedTopics: number;
  refusedSubscriptions: number;
  tooLarge: number;
  malformed: number;
  keepAliveLost: number;
  commandsSent: number;
  commandsAcknowledged: number;
};

/** What `/metrics` shows of the broker: the counters, and how it stands now. */
export type BrokerStats = Readonly<Counters> & {
  readonly connections: number;
  /** Devices and hubs with at least one connection. */
  readonly devices: number;
  /** Connections that are not being read. */
  readonly held: number;
  readonly inFlight: number;
  /** Messages that wait for their device's turn. */
  readonly waiting: number;
  /** Wrong credentials that wait for their refusal. */
  readonly guessersWaiting: number;
};

/** Counters that all stand at zero. */
export const createCounters = (): Counters => ({
  received: 0,
  acknowledged: 0,
  refusedLogins: 0,
  refusedConnections: 0,
  evicted: 0,
  refusedTopics: 0,
  refusedSubscriptions: 0,
  tooLarge: 0,
  malformed: 0,
  keepAliveLost: 0,
  commandsSent: 0,
  commandsAcknowledged: 0,
});
