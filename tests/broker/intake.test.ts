import { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createCounters } from '../../src/broker/counters.ts';
import { createIntake } from '../../src/broker/intake.ts';
import { createLink } from '../../src/broker/link.ts';
import { createTurns } from '../../src/broker/turns.ts';

const budget = {
  messagesPerSecond: 1,
  messageBurst: 1,
  bytesPerSecond: 1,
  burstBytes: 1,
  valuesPerSecond: 1,
  valueBurst: 1,
};

test('a device is not taken for silent because the gateway stood still and could not hear it, and is so when it says nothing afterwards', () => {
  let at = 0;
  const monotonic = (): number => at;
  const counters = createCounters();
  const intake = createIntake(
    {
      host: '127.0.0.1',
      port: 0,
      tls: null,
      maxPacketBytes: 1000,
      connectTimeoutMs: 1000,
      budget,
      maxConnections: 1,
      now: monotonic,
      log: pino({ level: 'silent' }),
      onFatal: () => {},
    },
    createTurns(budget, monotonic, () => {}),
    counters,
    () => {},
    monotonic,
  );
  const conn = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const pager = createLink({} as Client, conn, { remote: '10.0.0.1', end: () => {} }, at);
  pager.ready = true;
  pager.keepAliveMs = 2000;
  const lookAt = (ms: number): boolean => {
    at = ms;
    intake.checkKeepAlive([pager]);
    return conn.destroyed;
  };
  expect([500, 1000, 1500, 4500].map(lookAt)).toEqual([false, false, false, false]);
  expect(lookAt(5000)).toBe(true);
  expect(counters.keepAliveLost).toBe(1);
});
