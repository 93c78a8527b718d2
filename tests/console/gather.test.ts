import { beforeEach, expect, test } from 'vitest';
import { gather } from '../../console/src/feed/gather.ts';

let now = 0;
let drawn: number[] = [];
let timers: { at: number; run: () => void }[] = [];
beforeEach(() => {
  now = 0;
  drawn = [];
  timers = [];
});

const page = () =>
  gather({
    run: () => drawn.push(now),
    everyMs: 50,
    now: () => now,
    soon: (run, ms) => timers.push({ at: now + ms, run }),
  });

const passTo = (at: number): void => {
  for (const timer of timers.splice(0)) {
    if (timer.at > at) timers.push(timer);
    else {
      now = timer.at;
      timer.run();
    }
  }
  now = at;
};

test('one change is drawn at once', () => {
  now = 1_000;
  page().ask();
  expect(drawn).toEqual([1_000]);
});

test('a flood of changes is drawn twenty times a second, and the last of them is not forgotten', () => {
  const drawing = page();
  for (let at = 0; at < 1_000; at += 20) {
    passTo(at);
    drawing.ask();
  }
  passTo(1_100);
  expect(drawn.length).toBeLessThanOrEqual(21);
  expect(drawn.at(-1)).toBeGreaterThanOrEqual(980);
});

test('a page whose timers sleep draws with the next change or the next beat', () => {
  const drawing = page();
  drawing.ask();
  now = 10;
  drawing.ask();
  expect(drawn).toEqual([0]);
  now = 250;
  drawing.flush();
  expect(drawn).toEqual([0, 250]);
  drawing.flush();
  expect(drawn).toEqual([0, 250]);
});
