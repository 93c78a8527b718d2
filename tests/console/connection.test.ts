import { beforeEach, expect, test } from 'vitest';
import {
  keepLine,
  type Line,
  type Resumption,
  readMessage,
  type SocketEars,
} from '../../console/src/feed/connection.ts';
import { deadAfterMs, feedHealth, retryDelayMs } from '../../console/src/feed/health.ts';
import { liveTimes } from '../../src/api/live-times.ts';
import { helloOf } from './alerts.ts';

const hello = JSON.stringify(helloOf('run-1'));
const tick = JSON.stringify({ type: 'tick', seq: 1, serverTime: 5 });

let now = 0;
let sockets: {
  readonly from: Resumption | null;
  readonly ears: SocketEars;
  closed: boolean;
  readonly said: string[];
}[] = [];
let from: Resumption | null = null;
let agrees = true;
let lost: number[] = [];
let heard = 0;
let unreadable = 0;
let line: Line;

const socket = () => {
  const last = sockets.at(-1);
  if (last === undefined) throw new Error('nothing was opened');
  return last;
};

const passTo = (time: number): void => {
  for (; now < time; now += 250) line.pulse();
};

beforeEach(() => {
  now = 0;
  sockets = [];
  from = null;
  agrees = true;
  lost = [];
  heard = 0;
  unreadable = 0;
  line = keepLine({
    open: (resumption, ears) => {
      const made = { from: resumption, ears, closed: false, said: [] as string[] };
      sockets.push(made);
      return {
        send: (text) => made.said.push(text),
        close: () => {
          made.closed = true;
        },
      };
    },
    now: () => now,
    chance: () => 1,
    after: () => from,
    heard: () => {
      heard += 1;
    },
    agrees: () => agrees,
    unreadable: () => {
      unreadable += 1;
    },
    changed: () => undefined,
    lost: (code) => lost.push(code),
  });
});

test('a line that closes is stale at once and is dialled again within a second, from where it stopped', () => {
  socket().ears.heard(hello);
  expect(feedHealth(line.state(), now)).toBe('live');
  from = { after: 41, feed: 'run-1' };
  socket().ears.closed(1006);
  expect(feedHealth({ ...line.state() }, now)).toBe('stale');
  passTo(1_000);
  expect(sockets).toHaveLength(2);
  expect(socket().from).toEqual({ after: 41, feed: 'run-1' });
});

test('a socket that says nothing for 10 s is given up although it never closed', () => {
  socket().ears.heard(hello);
  passTo(5_000);
  socket().ears.heard(tick);
  passTo(14_900);
  expect(sockets).toHaveLength(1);
  passTo(5_000 + deadAfterMs + 1_500);
  expect(sockets[0]?.closed).toBe(true);
  expect(sockets).toHaveLength(2);
});

test('a socket that never opens is given up too', () => {
  passTo(deadAfterMs + 1_500);
  expect(sockets.length).toBeGreaterThan(1);
});

test('what a given-up socket still says is not heard', () => {
  const old = socket();
  old.ears.heard(hello);
  old.ears.closed(1006);
  passTo(1_500);
  old.ears.heard(tick);
  old.ears.closed(1006);
  expect(heard).toBe(1);
  expect(lost).toEqual([1006]);
});

test('a gateway that found us too slow is asked again at once', () => {
  socket().ears.heard(hello);
  socket().ears.closed(4008);
  line.pulse();
  expect(sockets).toHaveLength(2);
});

test('where the numbers are of another run, the line begins anew without one', () => {
  from = { after: 900, feed: 'run-0' };
  socket().ears.heard(hello);
  socket().ears.closed(1006);
  passTo(1_500);
  expect(socket().from).toEqual(from);
  agrees = false;
  socket().ears.heard(hello);
  line.pulse();
  expect(sockets).toHaveLength(3);
  expect(socket().from).toBeNull();
});

test('a message that cannot be read is counted and does not break the line', () => {
  socket().ears.heard(hello);
  socket().ears.heard('{"type":"change","seq":"seven"}');
  socket().ears.heard('no json');
  expect(unreadable).toBe(2);
  expect(line.state().open).toBe(true);
});

test('nothing is said into a line that is not open', () => {
  expect(line.send({ type: 'shown', alert: 'a', version: 1 })).toBe(false);
  socket().ears.heard(hello);
  expect(line.send({ type: 'shown', alert: 'a', version: 1 })).toBe(true);
  expect(socket().said).toEqual(['{"type":"shown","alert":"a","version":1}']);
});

test('a line that was ended stays ended', () => {
  socket().ears.heard(hello);
  line.stop();
  socket().ears.closed(1000);
  passTo(60_000);
  expect(sockets).toHaveLength(1);
  expect(lost).toEqual([]);
});

test('the first retry comes within a second, later ones never more than 5 s apart, and seats do not come all at once', () => {
  for (const chance of [0, 0.5, 1]) {
    expect(retryDelayMs(0, chance)).toBeLessThan(1_000);
    expect(retryDelayMs(50, chance)).toBeLessThanOrEqual(5_000);
  }
  expect(retryDelayMs(4, 0)).toBeLessThan(retryDelayMs(4, 1));
});

test('the banner comes when a tick is missing, and after 15 s the page is blind, whatever the socket says', () => {
  const open = { open: true, heardAt: 100_000 };
  expect(feedHealth(open, 104_400)).toBe('live');
  expect(feedHealth(open, 104_500)).toBe('stale');
  expect(feedHealth(open, 115_000)).toBe('blind');
  expect(feedHealth({ open: false, heardAt: 100_000 }, 100_001)).toBe('stale');
});

test('a line that falls silent without closing is called stale within 5 s of its last message, and one that ticks a whole tick late never is', () => {
  socket().ears.heard(hello);
  const healthTo = (time: number): string[] => {
    const seen: string[] = [];
    for (; now < time; now += 250) {
      line.pulse();
      seen.push(feedHealth(line.state(), now));
    }
    return seen;
  };
  for (let last = 0; last < 60_000; last += 2 * liveTimes.tickMs) {
    expect(healthTo(last)).not.toContain('stale');
    socket().ears.heard(tick);
  }
  const fellSilent = now;
  while (feedHealth(line.state(), now) === 'live') healthTo(now + 250);
  expect(now - fellSilent).toBeLessThanOrEqual(4_750);
  expect(sockets).toHaveLength(1);
});

test('only what the gateway may say is a message', () => {
  expect(readMessage(hello)).toMatchObject({ type: 'hello', feed: 'run-1' });
  expect(readMessage('{"type":"hello"}')).toBeNull();
  expect(readMessage('[]')).toBeNull();
});

test('a line that waits to be dialled again is dialled at once when it is told to, whatever was being dialled', () => {
  socket().ears.heard(hello);
  line.dialNow();
  expect(sockets).toHaveLength(1);
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    socket().ears.closed(4001);
    passTo(now + 5_000);
  }
  socket().ears.closed(4001);
  const tried = sockets.length;
  line.dialNow();
  expect(sockets).toHaveLength(tried + 1);
  const begun = socket();
  line.dialNow();
  expect(begun.closed).toBe(true);
  // What was given up has nothing to say any more.
  begun.ears.closed(4001);
  socket().ears.heard(hello);
  expect(line.state()).toMatchObject({ open: true, attempts: 0 });
  expect(sockets).toHaveLength(tried + 2);
});

test('a line that was lost is dialled again within seconds also where the machine’s clock is put back meanwhile', () => {
  now = 3_600_000;
  socket().ears.heard(hello);
  socket().ears.closed(1006);
  line.pulse();
  now = 1_000;
  passTo(7_000);
  expect(sockets).toHaveLength(2);
});

test('a line that falls silent is given up also where the machine’s clock was put back before', () => {
  now = 3_600_000;
  socket().ears.heard(hello);
  now = 1_000;
  passTo(1_000 + deadAfterMs - 250);
  expect(sockets).toHaveLength(1);
  passTo(1_000 + deadAfterMs + 1_500);
  expect(sockets).toHaveLength(2);
});
