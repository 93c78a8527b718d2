import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { rate } from '../../../src/rules/kinds/rate.ts';
import { listen, minute, second } from './listen.ts';

const rising = { measurement: 'temperature', over: '10m', risesBy: 3 };

test('three readings over half of the span show a slope, two do not', () => {
  const alarm = listen(rate, rising);
  expect(alarm.says(20, 0)).toMatchObject({ met: false, figure: null });
  expect(alarm.says(35, 5 * minute)).toMatchObject({ met: false, figure: null });
  expect(alarm.says(38, 6 * minute)).toMatchObject({ met: true, figure: 3 });
});

test('three readings in one minute show none, however steep', () => {
  const alarm = listen(rate, rising);
  for (const [at, value] of [
    [0, 20],
    [20 * second, 40],
    [40 * second, 60],
  ] as const)
    expect(alarm.says(value, at).met).toBe(false);
});

test.each([
  // limits, °C per minute, met
  [{ risesBy: 3 }, 3, true],
  [{ risesBy: 3 }, 2.9, false],
  [{ risesBy: 3 }, -5, false],
  [{ fallsBy: 3 }, -3, true],
  [{ fallsBy: 3 }, -2.9, false],
  [{ fallsBy: 3 }, 5, false],
])('asked for %j, a change by %d a minute is met: %s, at even and uneven intervals', (limit, slope, met) => {
  const even = listen(rate, { measurement: 'temperature', over: '10m', ...limit });
  const uneven = listen(rate, { measurement: 'temperature', over: '10m', ...limit });
  let last = even.ask(0);
  for (let at = 0; at <= 10 * minute; at += 30 * second) last = even.says(20 + (slope * at) / minute, at);
  expect(last).toMatchObject({ met, figure: slope });
  for (const at of [0, 1, 2, 3, 100, 290, 291, 292, 500, 599].map((s) => s * second))
    last = uneven.says(20 + (slope * at) / minute, at);
  expect(last).toMatchObject({ met, figure: slope });
});

test('one reading that jumps makes no slope', () => {
  const alarm = listen(rate, rising);
  for (let at = 0; at < 10 * minute; at += 30 * second) alarm.says(20, at);
  expect(alarm.says(45, 10 * minute).met).toBe(false);
});

test('readings that come late and backwards show the same slope', () => {
  const alarm = listen(rate, rising);
  for (let at = 9 * minute; at >= 0; at -= 30 * second) alarm.says(20 + (4 * at) / minute, at, 9 * minute);
  expect(alarm.ask(9 * minute)).toMatchObject({ met: true, figure: 4 });
});

test('it is over by time alone when the window has moved on, at a moment that is known beforehand', () => {
  const alarm = listen(rate, rising);
  for (let at = 0; at <= 10 * minute; at += minute) alarm.says(20 + (4 * at) / minute, at);
  let now = 10 * minute;
  for (let { met, nextAt } = alarm.ask(now); met; { met, nextAt } = alarm.ask(now)) {
    if (nextAt === null) throw new Error('nobody would ask again');
    expect(alarm.ask(nextAt - 1).met).toBe(true);
    now = nextAt;
  }
  expect(now).toBeGreaterThan(14 * minute);
  expect(now).toBeLessThan(17 * minute);
  expect(alarm.ask(now).nextAt).toBeNull();
});

test('its figure is per minute, and falling has a sign', () => {
  const [branch] = rate.branches(rate.params.parse({ measurement: 'm', over: '10m', fallsBy: 2 }));
  expect(branch?.condition).toMatchObject({ limit: -2 });
  expect(branch?.condition.on === 'window' && branch.condition.unit('°C')).toBe('°C/min');
});

test.each([
  [rising, []],
  [{ ...rising, measurement: 'smoke' }, ['smoke of smoke-alarm is no number']],
  [
    { ...rising, risesBy: 200 },
    ['200 a minute is unreachable: temperature of smoke-alarm lies within -60..500'],
  ],
])('%j asked of a smoke alarm', (when, faults) => {
  const type = deviceTypes.get('smoke-alarm');
  expect(type && rate.faults(rate.params.parse(when), type)).toEqual(faults);
});

test.each([
  [{ measurement: 'co', over: '10m' }, 'exactly one'],
  [{ measurement: 'co', over: '10m', risesBy: 1, fallsBy: 1 }, 'exactly one'],
  [{ measurement: 'co', over: '10m', risesBy: 0 }, '>0'],
])('%j is refused', (when, why) => {
  const parsed = rate.params.safeParse(when);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});
