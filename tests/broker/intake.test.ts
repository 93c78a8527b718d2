import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Client } from 'aedes';
import pino from 'pino';
import { expect, test } from 'vitest';
import { createCounters } from '../../src/broker/counters.ts';
import { createIntake } from '../../src/broker/intake.ts';
import { createLink } from '../../src/broker/link.ts';
import { createTurns } from '../../src/broker/turns.ts';

const ping = Buffer.of(0xc0, 0);
const budget = {
  messagesPerSecond: 1,
  messageBurst: 1,
  bytesPerSecond: 1,
  burstBytes: 1,
  valuesPerSecond: 1,
  valueBurst: 1,
};

test('what a device said while the gateway stood still is read before it is taken for silent', async () => {
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
  intake.watch(pager);
  at = 10_000;
  intake.checkKeepAlive([pager]);
  conn.push(ping);
  pager.conn.read();
  await setImmediate();
  expect(conn.destroyed).toBe(false);
  at = 14_000;
  intake.checkKeepAlive([pager]);
  await setImmediate();
  expect(conn.destroyed).toBe(true);
  expect(counters.keepAliveLost).toBe(1);
});
