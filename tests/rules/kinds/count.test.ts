import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import { count } from '../../../src/rules/kinds/count.ts';
import { listen, minute, windowOf } from './listen.ts';

const tampers = { of: { event: 'tamper' }, count: 3, window: '10m' };
const openings = { of: { measurement: 'open' }, count: 3, window: '10m' };
const surges = { of: { measurement: 'voltage', above: 240 }, count: 2, window: '10m' };
const row = { of: { measurement: 'co', above: 30 }, count: 3, consecutive: true };

test('three events within ten minutes, and over when the first is ten minutes old', () => {
  const device = listen(count, tampers);
  expect(device.event('tamper', 0)).toMatchObject({ met: false, figure: 1, nextAt: null });
  expect(device.event('tamper', 4 * minute).met).toBe(false);
  expect(device.event('tamper', 9 * minute)).toEqual({
    met: true,
    figure: 3,
    since: 9 * minute,
    nextAt: 10 * minute,
  });
  expect(device.ask(10 * minute - 1).met).toBe(true);
  expect(device.ask(10 * minute).met).toBe(false);
});

test('three events in eleven minutes are not three within ten', () => {
  const device = listen(count, tampers);
  for (const at of [0, 5, 11]) expect(device.event('tamper', at * minute).met).toBe(false);
});

test('an event that comes late counts in its own time', () => {
  const device = listen(count, { ...tampers, evidence: 'first' });
  device.event('tamper', 5 * minute);
  device.event('tamper', 6 * minute);
  expect(device.event('tamper', 2 * minute, 7 * minute)).toMatchObject({
    met: true,
    since: 2 * minute,
    nextAt: 12 * minute,
  });
});

test('a flag counts each time it becomes so, and not each time it is said again', () => {
  const door = listen(count, openings);
  for (const at of [0, 1, 2, 3]) expect(door.says(true, at * minute).met).toBe(false);
  door.says(false, 4 * minute);
  expect(door.says(true, 5 * minute)).toMatchObject({ met: false, figure: 2 });
  door.says(false, 6 * minute);
  expect(door.says(true, 7 * minute)).toMatchObject({ met: true, figure: 3, nextAt: 10 * minute });
});

test('a flag that was so before the window began did not become so within it', () => {
  const door = listen(count, { ...openings, count: 1 });
  for (let at = 0; at < 30; at++) door.says(true, at * minute);
  expect(door.ask(30 * minute)).toMatchObject({ met: false, figure: 0 });
});

test('readings in order count as often as they turn from not so to so within the window', () => {
  const readings = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * minute }), fc.boolean()), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(readings, (steps) => {
      const door = listen(count, { ...openings, count: 50 });
      const turned: number[] = [];
      let now = 0;
      let was = false;
      for (const [laterMs, open] of steps) {
        now += laterMs;
        if (open && !was) turned.push(now);
        was = open;
        const window = now - 10 * minute;
        expect(door.says(open, now).figure).toBe(turned.filter((at) => at > window).length);
      }
    }),
  );
});

test.each([
  // What is known at minute 9, what comes late, how often it became so
  [
    [
      [1, true],
      [9, true],
    ],
    [5, false],
    2,
  ],
  [
    [
      [1, true],
      [9, true],
    ],
    [5, true],
    1,
  ],
  [
    [
      [1, false],
      [9, false],
    ],
    [5, true],
    1,
  ],
  [
    [
      [1, false],
      [5, true],
      [9, false],
    ],
    [4, true],
    1,
  ],
  [
    [
      [1, false],
      [5, true],
      [9, false],
    ],
    [6, true],
    1,
  ],
  [
    [
      [1, false],
      [5, true],
      [9, false],
    ],
    [0, true],
    2,
  ],
  [
    [
      [5, true],
      [9, false],
    ],
    [1, false],
    1,
  ],
  [
    [
      [1, true],
      [9, true],
    ],
    [1, false],
    2,
  ],
] as const)('of %j and, late, %j, a flag became so %d times', (known, [lateAt, late], times) => {
  const door = listen(count, { ...openings, count: 50 });
  for (const [at, value] of known) door.says(value, at * minute);
  expect(door.says(late, lateAt * minute, 9 * minute).figure).toBe(times);
});

test.each([
  ['first', 241, 0],
  ['last', 260, 2 * minute],
])('a number tells the value of the %s time', (evidence, figure, since) => {
  const circuit = listen(count, { ...surges, evidence });
  circuit.says(241, 0);
  circuit.says(230, minute);
  expect(circuit.says(260, 2 * minute)).toMatchObject({ met: true, figure, since });
  expect(windowOf(count, surges)).toMatchObject({ limit: 240 });
});

test('three readings in a row, and over at the first that does not match', () => {
  const detector = listen(count, row);
  detector.says(35, 0);
  detector.says(20, 1);
  detector.says(35, 2);
  detector.says(40, 3);
  expect(detector.says(50, 4)).toEqual({ met: true, figure: 50, since: 4, nextAt: null });
  expect(detector.ask(1000 * minute).met).toBe(true);
  expect(detector.says(29, 1001 * minute).met).toBe(false);
  expect(detector.says(35, 1002 * minute).met).toBe(false);
});

test('a reading that comes late breaks the row where it belongs, and does not lengthen one that is broken', () => {
  const detector = listen(count, row);
  for (const at of [10, 20, 30]) detector.says(35, at);
  expect(detector.says(5, 15, 40).met).toBe(false);
  expect(detector.says(35, 12, 41).met).toBe(false);
  expect(detector.says(35, 25, 42).met).toBe(true);
});

test.each([
  [tampers, []],
  [{ ...tampers, of: { event: 'power-lost' } }, ['door-sensor never sends power-lost']],
  [openings, []],
  [{ ...openings, of: { measurement: 'battery' } }, ['battery of door-sensor is no flag']],
  [surges, ['door-sensor has no measurement voltage']],
  [
    { ...surges, of: { measurement: 'battery', below: 0 } },
    ['0 is unreachable: battery of door-sensor lies within 0..100, and the limit itself does not count'],
  ],
])('%j asked of a door sensor', (when, faults) => {
  const type = deviceTypes.get('door-sensor');
  expect(type && count.faults(count.params.parse(when), type)).toEqual(faults);
});

test.each([
  [{ ...tampers, window: undefined }, 'exactly one'],
  [{ ...tampers, consecutive: true }, 'exactly one'],
  [{ of: { event: 'tamper' }, count: 3, consecutive: true }, 'need a window'],
  [{ ...tampers, of: { event: 'sos' } }, 'must be'],
  [{ ...tampers, of: { measurement: 'co', above: 1, below: 0 } }, 'must be'],
  [{ ...tampers, count: 51 }, 'Too big'],
  [{ ...row, consecutive: false }, 'Invalid'],
])('%j is refused', (when, why) => {
  const parsed = count.params.safeParse(when);
  expect(parsed.error?.issues.map(({ message }) => message).join()).toContain(why);
});
