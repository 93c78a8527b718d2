import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { inactivity } from '../../../src/rules/kinds/inactivity.ts';
import { hour, listen, minute, windowOf } from './listen.ts';

const water = { measurement: 'water_total', lessThan: 0.01, over: '12h' };
const motion = { measurement: 'motion', is: true, over: '12h' };

/** The meter says its total every five minutes in [from, to); the last answer. */
const reading = (meter: ReturnType<typeof listen>, total: number, from: number, to: number) => {
  let verdict = meter.ask(from);
  for (let at = from; at < to; at += 5 * minute) verdict = meter.says(total, at);
  return verdict;
};

test('twelve hours after the last tap was opened, and not a minute before, by the clock', () => {
  const meter = listen(inactivity, water);
  reading(meter, 100, 0, 2 * hour);
  reading(meter, 100.05, 2 * hour, 14 * hour);
  expect(meter.ask(14 * hour - 1)).toMatchObject({ met: false, nextAt: 14 * hour });
  expect(meter.ask(14 * hour)).toMatchObject({ met: true, figure: 0, since: 2 * hour });
});

test('the watch must have lasted for all of the span', () => {
  const meter = listen(inactivity, water, 3 * hour);
  expect(reading(meter, 100, 3 * hour, 15 * hour).met).toBe(false);
  expect(meter.ask(15 * hour)).toMatchObject({ met: true, since: 3 * hour });
});

test('drops add up: who uses a little again and again is up and about', () => {
  const meter = listen(inactivity, water);
  let verdict = meter.ask(0);
  for (let at = 0; at < 48 * hour; at += 5 * minute) verdict = meter.says(100 + (at / hour) * 0.001, at);
  expect(verdict.met).toBe(false);
  expect(verdict.figure).toBeGreaterThanOrEqual(0.01);
  expect(verdict.figure).toBeLessThan(0.014);
});

test('less than the limit in all of the span is not enough', () => {
  const meter = listen(inactivity, water);
  let verdict = meter.ask(0);
  for (let at = 0; at < 13 * hour; at += 5 * minute) verdict = meter.says(100 + (at / hour) * 0.0005, at);
  expect(verdict.met).toBe(true);
  expect(verdict.figure).toBeCloseTo(0.006, 3);
});

test('it is over when water is used', () => {
  const meter = listen(inactivity, water);
  reading(meter, 100, 0, 13 * hour);
  expect(meter.says(100.009, 13 * hour).met).toBe(true);
  expect(meter.says(100.01, 13 * hour + minute)).toMatchObject({ met: false, figure: 0.01 });
});

test('without readings nobody can tell, and the first that comes tells of all the time between', () => {
  const still = listen(inactivity, water);
  reading(still, 100, 0, 6 * hour);
  expect(still.ask(12 * hour).met).toBe(false);
  expect(still.ask(20 * hour)).toMatchObject({ met: false, nextAt: null });
  expect(still.says(100, 21 * hour)).toMatchObject({ met: true, since: 0 });

  const busy = listen(inactivity, water);
  reading(busy, 100, 0, 6 * hour);
  expect(busy.says(100.1, 21 * hour)).toMatchObject({ met: false, nextAt: null });
});

test('a meter that falls silent does not end what it said', () => {
  const meter = listen(inactivity, water);
  reading(meter, 100, 0, 13 * hour);
  expect(meter.ask(13 * hour).met).toBe(true);
  expect(meter.ask(40 * hour).met).toBe(true);
});

test('readings that were held back tell when the water really ran', () => {
  const meter = listen(inactivity, water);
  reading(meter, 100, 0, hour);
  meter.says(100.05, 9 * hour);
  for (let at = hour; at < 9 * hour; at += 5 * minute)
    meter.says(at < 2 * hour ? 100 : 100.05, at, 9 * hour + minute);
  reading(meter, 100.05, 9 * hour, 14 * hour);
  expect(meter.ask(14 * hour)).toMatchObject({ met: true, since: 2 * hour });
});

test('in whatever order readings come, they tell the same', () => {
  const now = 13 * hour;
  const used = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 0, 0.003, 0.02)), {
    minLength: 1,
    maxLength: 10,
  });
  const shuffled = used.chain((steps) => {
    let total = 100;
    const readings = steps.map(([ago, use], index) => {
      total += use;
      return [now - (steps.length - index) * hour + ago * minute, total] as const;
    });
    return fc.record({
      readings: fc.constant(readings),
      order: fc.shuffledSubarray(readings, { minLength: readings.length }),
    });
  });
  fc.assert(
    fc.property(shuffled, ({ readings, order }) => {
      const [inOrder, asTheyCame] = [listen(inactivity, water), listen(inactivity, water)];
      for (const [at, total] of readings) inOrder.says(total, at, now);
      for (const [at, total] of order) asTheyCame.says(total, at, now);
      expect(asTheyCame.ask(now + hour)).toEqual(inOrder.ask(now + hour));
    }),
  );
});

test('a meter that was replaced begins anew: its fall is no use of water', () => {
  const meter = listen(inactivity, water);
  reading(meter, 900, 0, 6 * hour);
  reading(meter, 0.2, 6 * hour, 12 * hour);
  expect(meter.ask(12 * hour).met).toBe(true);
  expect(meter.says(0.25, 12 * hour + minute).met).toBe(false);
});

test('no motion for twelve hours is said by the clock, without any message', () => {
  const sensor = listen(inactivity, motion, hour);
  expect(sensor.ask(hour)).toMatchObject({ met: false, nextAt: 13 * hour });
  expect(sensor.says(true, 2 * hour).nextAt).toBe(14 * hour);
  sensor.says(false, 3 * hour);
  expect(sensor.says(true, hour + minute, 4 * hour).nextAt).toBe(14 * hour);
  expect(sensor.ask(14 * hour - 1).met).toBe(false);
  expect(sensor.ask(14 * hour)).toEqual({ met: true, figure: 12, since: 2 * hour, nextAt: null });
  expect(sensor.says(true, 15 * hour).met).toBe(false);
});

test('stillness means nothing while nobody is at home', () => {
  for (const when of [water, motion]) expect(windowOf(inactivity, when).restsWhileAway).toBe(true);
});

test.each([
  ['water-monitor', water, []],
  ['water-monitor', { ...water, measurement: 'water_leak' }, ['water_leak of water-monitor is no number']],
  [
    'water-monitor',
    { ...water, measurement: 'water_flow' },
    ['water_flow of water-monitor is no counter: it may lie below zero'],
  ],
  [
    'water-monitor',
    { ...water, over: '1h' },
    ['water-monitor reports every 300 s: too seldom to tell of 3600 s'],
  ],
  ['motion-sensor', motion, []],
  ['door-sensor', { ...motion, measurement: 'open' }, []],
  ['door-sensor', motion, ['door-sensor has no measurement motion']],
  [
    'motion-sensor',
    { ...motion, over: '10m' },
    ['motion-sensor reports every 600 s: too seldom to tell of 600 s'],
  ],
])('of a %s, %j has the faults %j', (name, when, faults) => {
  const type = deviceTypes.get(name);
  expect(type && inactivity.faults(inactivity.params.parse(when), type)).toEqual(faults);
});

test.each([[{ ...water, lessThan: 0 }], [{ ...water, is: true }], [{ measurement: 'motion' }]])(
  '%j is refused',
  (when) => {
    expect(inactivity.params.safeParse(when).success).toBe(false);
  },
);
