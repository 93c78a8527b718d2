import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createSparingLog } from '../../src/broker/sparing-log.ts';
import { openStreet, topicOf } from './street.ts';

const openLog = () => {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { lines, log: pino({ base: null, timestamp: false }, sink) };
};

test('a device refused four times a second is one line, and then one a minute with how often', () => {
  const { lines, log } = openLog();
  let at = 0;
  const warn = createSparingLog(log, () => at);
  for (; at <= 120_000; at += 250) {
    warn('publish refused', { reason: 'not-its-own-topic', device: 'hub-1', topic: `a/${at}` });
    if (at === 30_000) warn('publish refused', { reason: 'not-its-own-topic', device: 'hub-2' });
  }
  expect(lines.map(({ device, times }) => [device, times])).toEqual([
    ['hub-1', undefined],
    ['hub-2', undefined],
    ['hub-1', 240],
    ['hub-1', 240],
  ]);
});

test('a thousand strangers at once are twenty lines, and then how many were left out', () => {
  const { lines, log } = openLog();
  let at = 0;
  const warn = createSparingLog(log, () => at);
  for (let n = 0; n < 1000; n++) warn('login refused', { user: `u${n}`, reason: 'unknown-device' });
  expect(lines).toHaveLength(20);
  at = 10_000;
  warn('login refused', { user: 'late', reason: 'unknown-device' });
  expect(lines.at(-1)).toMatchObject({ user: 'late', leftOut: 980 });
});

test('a refused login is one line that tells an unknown device from a wrong secret, and one refused message is one line', async () => {
  const { lines, log } = openLog();
  await using street = await openStreet({ log });
  street.door.register('pager-1', 'right');
  const answers = await Promise.allSettled([
    street.connect('pager-1', { password: 'wrong' }),
    street.connect('pager-1', { username: 'nobody' }),
  ]);
  const said = answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) : 'in'));
  expect(said[0]).toBe(said[1]);
  await expect.poll(() => street.broker.stats().connections).toBe(0);
  expect(lines.map(({ msg, user, reason }) => [msg, user, reason]).toSorted()).toEqual([
    ['login refused', 'nobody', 'unknown-device'],
    ['login refused', 'pager-1', 'wrong-secret'],
  ]);
  const pager = await street.connect('pager-1', { password: 'right' });
  void pager.publishAsync(topicOf('pager-2', 'events'), '{}', { qos: 1 }).catch(() => {});
  await expect.poll(() => street.broker.stats().connections).toBe(0);
  expect(lines.slice(2)).toMatchObject([{ msg: 'publish refused', reason: 'not-its-own-topic' }]);
});
