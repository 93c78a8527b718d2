import { describe, expect, test } from 'vitest';
import {
  dayStartOf,
  hourStartOf,
  momentOf,
  wallText,
  wallTimeOf,
} from '../../../console/src/time/wall-clock.ts';

const hourMs = 3_600_000;

describe('the street’s clock', () => {
  test('goes by the street’s zone, wherever the desk stands', () => {
    const at = Date.UTC(2026, 10, 26, 16, 5, 9);
    expect(wallText(at, 'Asia/Shanghai', true)).toBe('2026-11-27 00:05:09');
    expect(wallText(at, 'America/New_York')).toBe('2026-11-26 11:05');
    expect(wallTimeOf(at, 'Asia/Shanghai')).toMatchObject({ month: 11, day: 27, hour: 0 });
  });

  test('leads back to the same moment, also around the hours that a zone skips or has twice', () => {
    const start = Date.UTC(2026, 2, 28);
    for (const zone of ['Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'])
      for (let hour = 0; hour < 24 * 3; hour += 1) {
        const at = start + hour * hourMs;
        expect([zone, momentOf(wallTimeOf(at, zone), zone)]).toEqual([zone, at]);
      }
    // 02:30 comes twice on this night: one of the two.
    const twice = momentOf(
      { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 },
      'Europe/Berlin',
    );
    expect([Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]).toContain(twice);
    // 02:30 does not come on this one: half an hour behind the gap.
    const never = momentOf(
      { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 },
      'Europe/Berlin',
    );
    expect(wallText(never, 'Europe/Berlin')).toBe('2026-03-29 03:30');
  });

  test('begins its days and hours where the street does, also where a day begins an hour late', () => {
    const at = Date.UTC(2026, 10, 26, 16, 5, 9);
    expect(wallText(dayStartOf(at, 'Asia/Shanghai'), 'Asia/Shanghai', true)).toBe('2026-11-27 00:00:00');
    expect(wallText(dayStartOf(at, 'Asia/Shanghai', -6), 'Asia/Shanghai')).toBe('2026-11-21 00:00');
    expect(wallText(dayStartOf(at, 'Asia/Shanghai', 5), 'Asia/Shanghai')).toBe('2026-12-02 00:00');
    expect(hourStartOf(at, 'Asia/Kolkata')).toBe(Date.UTC(2026, 10, 26, 15, 30));
    // In Chile clocks went from 24:00 to 01:00 on this night.
    const late = dayStartOf(Date.UTC(2026, 8, 6, 12), 'America/Santiago');
    expect(wallText(late, 'America/Santiago')).toBe('2026-09-06 01:00');
    expect(wallText(dayStartOf(late, 'America/Santiago', 1), 'America/Santiago')).toBe('2026-09-07 00:00');
  });
});
