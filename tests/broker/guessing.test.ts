import { expect, test } from 'vitest';
import { createGuessing } from '../../src/broker/guessing.ts';

const clock = () => {
  let at = 0;
  const pass = (ms: number): void => {
    at += ms;
  };
  return { now: () => at, pass };
};

test('each further guess for one device waits twice as long, up to ten seconds', () => {
  const guessing = createGuessing(() => 0);
  const delays = Array.from({ length: 8 }, () => {
    const delay = guessing.failed('10.0.0.1', 'pager-1');
    guessing.answered('10.0.0.1');
    return delay;
  });
  expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('who tries one device after another from one address waits longer too, and other addresses do not', () => {
  const guessing = createGuessing(() => 0);
  let last: number | null = 0;
  for (let i = 0; i < 50; i++) {
    last = guessing.failed('10.0.0.1', `pager-${i}`);
    guessing.answered('10.0.0.1');
  }
  expect(last).toBe(4000);
  expect(guessing.failed('10.0.0.2', 'pager-1')).toBe(250);
});

test('the right secret, or a quarter of an hour, wipes the slate clean', () => {
  const { now, pass } = clock();
  const guessing = createGuessing(now);
  const guess = () => {
    const delay = guessing.failed('10.0.0.1', 'pager-1');
    guessing.answered('10.0.0.1');
    return delay;
  };
  expect([guess(), guess()]).toEqual([250, 500]);
  guessing.succeeded('10.0.0.1', 'pager-1');
  expect([guess(), guess()]).toEqual([250, 500]);
  pass(15 * 60_000 + 1);
  expect(guess()).toBe(250);
});

test('of one address twenty wait, of all addresses a thousand; the others are cut off', () => {
  const guessing = createGuessing(() => 0);
  for (let address = 0; address < 60; address++) {
    for (let i = 0; i < 25; i++) guessing.failed(`10.0.0.${address}`, 'pager-1');
  }
  expect(guessing.waiting()).toBe(1000);
  expect(guessing.failed('10.0.1.1', 'pager-1')).toBeNull();
  guessing.answered('10.0.0.1');
  expect(guessing.failed('10.0.1.2', 'pager-1')).toBe(250);
});

test('a million user names from one address leave no million entries behind', () => {
  const guessing = createGuessing(() => 0);
  guessing.failed('10.0.0.2', 'first');
  guessing.answered('10.0.0.2');
  for (let i = 0; i < 10_000; i++) {
    guessing.failed('10.0.0.1', `name ${i}`);
    guessing.answered('10.0.0.1');
  }
  // The one that failed longest ago has made room, and so begins again.
  expect(guessing.failed('10.0.0.2', 'first')).toBe(250);
});
