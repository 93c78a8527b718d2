import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { average } from '../../../src/rules/kinds/average.ts';
import { hour, listen, minute, second } from './listen.ts';

const co2 = { measurement: 'co2', over: '1h', above: 1000, deadband: 40 };

/** One value a minute from `from` on, up to and without `to`; the last answer. */
const saying = (
  room: ReturnType<typeof listen>,
  value: number,
  from: number,
  to: number,
  everyMs = minute,
) => {
  let verdict = room.ask(from);
  for (let at = from; at < to; at += everyMs) verdict = room.says(value, at);
  return verdict;
};

test('stale air is not called before three quarters of the hour are known', () => {
  const room = listen(average, co2);
  expect(saying(room, 1200, 0, 45 * minute)).toMatchObject({ met: false, figure: 1200 });
  expect(room.says(1200, 45 * minute)).toMatchObject({ met: true, figure: 1200 });
});

test('a mean that is just the limit counts, whatever its fractions add up to', () => {
  const room = listen(average, { measurement: 'hcho', over: '1h', above: 0.08 });
  expect(saying(room, 0.08, 0, hour)).toMatchObject({ met: true, figure: 0.08 });
});

test('a short peak in good air is nobody’s concern', () => {
  const room = listen(average, co2);
  saying(room, 600, 0, 50 * minute);
  expect(saying(room, 3000, 50 * minute, 55 * minute).met).toBe(false);
});

test('a device that speaks faster while the value is high does not weigh more', () => {
  const room = listen(average, co2);
  saying(room, 700, 0, 50 * minute);
  const { met, figure } = saying(room, 1500, 50 * minute, hour, second);
  expect(met).toBe(false);
  expect(figure).toBeGreaterThan(780);
  expect(figure).toBeLessThan(880);
});

test('one sample as a stretch begins weighs next to nothing yet', () => {
  const room = listen(average, co2);
  saying(room, 900, 0, hour);
  expect(room.says(90_000, hour + second).met).toBe(false);
});

test('what was met goes on until the mean is back by more than the deadband', () => {
  const room = listen(average, co2);
  saying(room, 1010, 0, hour);
  expect(saying(room, 980, hour, 3 * hour)).toMatchObject({ met: true, figure: 980 });
  expect(saying(room, 950, 3 * hour, 5 * hour)).toMatchObject({ met: false, figure: 950 });
});

test('samples that come late count in their own time, and those older than the span not at all', () => {
  const room = listen(average, co2);
  for (let at = 50 * minute; at >= 0; at -= minute) room.says(1200, at, hour);
  expect(room.ask(hour)).toMatchObject({ met: true, figure: 1200 });
  const before = room.memory();
  room.says(9000, 0, hour);
  expect(room.memory()).toEqual(before);
});

test('a clock that runs ahead a little changes nothing but the time', () => {
  const room = listen(average, co2);
  for (let at = 0; at <= hour; at += minute) room.says(1200, at + 5 * second, at);
  expect(room.ask(hour)).toMatchObject({ met: true, figure: 1200 });
});

test('when the device falls silent its mean stops telling, at a moment that is known beforehand', () => {
  const room = listen(average, co2);
  saying(room, 1200, 0, hour);
  let now = hour;
  for (let { met, nextAt } = room.ask(now); met; { met, nextAt } = room.ask(now)) {
    if (nextAt === null) throw new Error('nobody would ask again');
    expect(nextAt).toBeGreaterThan(now);
    now = nextAt;
  }
  // An eleventh of the hour at most is taken for known after the last word.
  expect(now).toBeGreaterThan(hour + 14 * minute);
  expect(now).toBeLessThan(hour + 21 * minute);
  for (let verdict = room.ask(now); verdict.nextAt !== null; verdict = room.ask(now)) now = verdict.nextAt;
  expect(now).toBeLessThan(2 * hour + 7 * minute);
});

test('between two moments at which it is asked, time alone changes no answer', () => {
  const room = listen(average, { ...co2, deadband: 0 });
  for (let at = 0; at <= hour; at += minute) room.says(at < 20 * minute ? 3000 : 500 + at / minute, at);
  let now = hour;
  for (let { nextAt } = room.ask(now); nextAt !== null; { nextAt } = room.ask(now)) {
    const { met } = room.ask(now);
    for (const part of [0.1, 0.5, 0.9])
      expect(room.ask(Math.floor(now + part * (nextAt - now - 1))).met).toBe(met);
    now = nextAt;
  }
});

test.each([
  [{ measurement: 'co2', over: '24h', above: 1000 }, []],
  [
    { measurement: 'co2', over: '5m', above: 1000 },
    ['air-monitor reports every 60 s: too seldom for an average over 300 s'],
  ],
  [{ measurement: 'co', over: '1h', above: 30 }, ['air-monitor has no measurement co']],
  [
    { measurement: 'humidity', over: '1h', below: 0 },
    ['0 is unreachable: humidity of air-monitor lies within 0..100, and the limit itself does not count'],
  ],
])('%j asked of an air monitor', (when, faults) => {
  const type = deviceTypes.get('air-monitor');
  expect(type && average.faults(average.params.parse(when), type)).toEqual(faults);
});

test.each([
  [{ measurement: 'co2', over: '1h' }, 'exactly one'],
  [{ measurement: 'co2', over: '0s', above: 1 }, 'at least 1s'],
  [{ measurement: 'co2', over: '1h', above: 1, clear: 0 }, 'clear'],
])('%j is refused', (when, why) => {
  const parsed = average.params.safeParse(when);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});
