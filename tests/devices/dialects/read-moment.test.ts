import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readMoment } from '../../../devices/dialects/read-moment.ts';

test.each([
  [1_700_000_000_000, 1_700_000_000_000],
  [1_700_000_000_000.4, 1_700_000_000_000],
  [0, 0],
  ['2026-11-23T08:00:00+08:00', Date.UTC(2026, 10, 23)],
  ['2026-11-23T00:00:00Z', Date.UTC(2026, 10, 23)],
  ['2026-11-23 08:00:00.1239+0800', Date.UTC(2026, 10, 23) + 123],
  ['2026-11-22T19:30-04:30', Date.UTC(2026, 10, 23)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ['2026-11-23T08:00:00', null],
  ['2026-11-23', null],
  ['2026-02-29T00:00:00Z', null],
  ['2026-13-01T00:00:00Z', null],
  ['2026-11-23T24:00:00Z', null],
  ['1969-12-31T23:59:59Z', null],
  ['1700000000000', null],
  [-1, null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  [8_640_000_000_000_001, null],
  [null, null],
  [true, null],
  ['', null],
])('the time %j is %j', (value, at) => {
  expect(readMoment(value)).toBe(at);
});

test('every moment written as ISO is read back to the millisecond', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
      (date) => {
        expect(readMoment(date.toISOString())).toBe(date.getTime());
      },
    ),
  );
});
