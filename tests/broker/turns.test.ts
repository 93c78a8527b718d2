import { setImmediate as loopTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Budget } from '../../src/broker/options.ts';
import { createTurns, type Turns } from '../../src/broker/turns.ts';

const ample: Budget = {
  messagesPerSecond: 1e6,
  messageBurst: 1e6,
  bytesPerSecond: 1e6,
  burstBytes: 1e6,
  valuesPerSecond: 1e6,
  valueBurst: 1e6,
};

/** Turns by a clock that only work moves, and what was done in them. */
const openTurns = (budget: Partial<Budget> = {}) => {
  const done: string[] = [];
  const failures: unknown[] = [];
  let at = 0;
  const turns: Turns = createTurns(
    { ...ample, ...budget },
    () => at,
    (error) => void failures.push(error),
  );
  return {
    turns,
    done,
    failures,
    pass: (ms: number): void => {
      at += ms;
    },
    /** Work that takes `ms` and comes to `values` values. */
    work:
      (what: string, ms = 0, values = 0) =>
      (): number => {
        done.push(what);
        at += ms;
        return values;
      },
  };
};

test('a message takes effect at once where nobody else is waiting', () => {
  const { turns, done, work } = openTurns();
  turns.take(turns.join('pager-1'), 10, work('press'));
  expect(done).toEqual(['press']);
  turns.stop();
});

test('a press waits for one message of each other device and not for all that one of them has sent', async () => {
  const { turns, done, work } = openTurns();
  const [meter, other, pager] = [turns.join('meter-1'), turns.join('meter-2'), turns.join('pager-1')];
  for (let i = 0; i < 20; i += 1) turns.take(meter, 10, work(`meter ${i}`, 11));
  for (let i = 0; i < 20; i += 1) turns.take(other, 10, work(`other ${i}`, 11));
  turns.take(pager, 10, work('press'));
  await expect.poll(() => done).toContain('press');
  expect(done.indexOf('press')).toBeLessThanOrEqual(3);
  turns.stop();
});

test('all connections of a device have one place in the line', async () => {
  const { turns, done, work } = openTurns();
  const connections = Array.from({ length: 16 }, () => turns.join('meter-1'));
  for (const connection of connections) turns.take(connection, 10, work('meter', 11));
  turns.take(turns.join('pager-1'), 10, work('press'));
  await expect.poll(() => done).toContain('press');
  expect(done.indexOf('press')).toBeLessThanOrEqual(2);
  turns.stop();
});

test('the event loop turns after ten milliseconds of work', async () => {
  const { turns, done, work } = openTurns();
  const meter = turns.join('meter-1');
  for (let i = 0; i < 100; i += 1) turns.take(meter, 10, work(`${i}`, 1));
  expect(done).toHaveLength(10);
  await loopTurn();
  expect(done).toHaveLength(20);
  await loopTurn();
  expect(done).toHaveLength(30);
  turns.stop();
});

test('what a device sends takes effect in the order in which it came, also where it had to wait', async () => {
  const { turns, done, work } = openTurns();
  const meter = turns.join('meter-1');
  for (let i = 0; i < 30; i += 1) turns.take(meter, 10, work(`${i}`, 3));
  await expect.poll(() => done).toHaveLength(30);
  expect(done).toEqual(Array.from({ length: 30 }, (_, i) => `${i}`));
  turns.stop();
});

test('who has sent more values than its share waits until it has made up for them, on whichever connection', async () => {
  const { turns, done, work, pass } = openTurns({ valuesPerSecond: 1000, valueBurst: 5000 });
  const [one, another] = [turns.join('meter-1'), turns.join('meter-1')];
  turns.take(one, 10, work('first', 0, 7000));
  expect(turns.mayRead(another)).toBe(false);
  turns.take(another, 10, work('second', 0, 1));
  turns.take(turns.join('pager-1'), 10, work('press'));
  await loopTurn();
  expect(done).toEqual(['first', 'press']);
  pass(2001);
  await expect.poll(() => done).toEqual(['first', 'press', 'second']);
  expect(turns.mayRead(one)).toBe(true);
  turns.stop();
});

test('who comes back with a new connection still owes what it owed', () => {
  const { turns, work, pass } = openTurns({ valuesPerSecond: 1000, valueBurst: 5000 });
  const before = turns.join('meter-1');
  turns.take(before, 10, work('first', 0, 7000));
  turns.leave(before);
  turns.sweep();
  expect(turns.mayRead(turns.join('meter-1'))).toBe(false);
  pass(2001);
  expect(turns.mayRead(turns.join('meter-1'))).toBe(true);
  turns.stop();
});

test('time is charged as well: one that keeps the gateway busy gets a fifth of it', async () => {
  const { turns, done, work, pass } = openTurns();
  const meter = turns.join('meter-1');
  for (let i = 0; i < 10; i += 1) turns.take(meter, 10, work(`${i}`, 100));
  for (let i = 0; i < 30; i += 1) await loopTurn();
  const atOnce = done.length;
  expect(atOnce).toBeLessThan(6);
  for (let i = 0; i < 4; i += 1) {
    pass(1000);
    await expect.poll(() => done.length).toBeGreaterThan(Math.min(9, atOnce + i));
  }
  turns.stop();
});

test('a hub that comes back and speaks for five hundred children four times over is served within seconds', async () => {
  const { turns, done, work } = openTurns({
    messagesPerSecond: 2000,
    messageBurst: 4000,
    valuesPerSecond: 10_000,
    valueBurst: 10_000,
  });
  const hub = turns.join('hub-1');
  for (let i = 0; i < 2000; i += 1) turns.take(hub, 120, work(`${i}`, 0.05, 3));
  await expect.poll(() => done).toHaveLength(2000);
  expect(turns.mayRead(hub)).toBe(true);
  turns.stop();
});

test('a message that breaks the promise never to throw is told, and the next one has its turn', () => {
  const { turns, done, failures, work } = openTurns();
  const meter = turns.join('meter-1');
  turns.take(meter, 10, () => {
    throw new Error('broken');
  });
  turns.take(meter, 10, work('next'));
  expect(failures).toEqual([new Error('broken')]);
  expect(done).toEqual(['next']);
  turns.stop();
});

test('at the end what was taken still takes effect, and afterwards nothing does', () => {
  const { turns, done, work } = openTurns();
  const meter = turns.join('meter-1');
  for (let i = 0; i < 5; i += 1) turns.take(meter, 10, work(`${i}`, 11));
  turns.finish();
  expect(done).toHaveLength(5);
  expect(turns.waiting()).toBe(0);
  turns.stop();
});
