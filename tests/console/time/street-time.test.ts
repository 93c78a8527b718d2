// This machine stands in New York, the street in Shanghai.
process.env.TZ = 'America/New_York';

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countByTime } from '../../../console/src/rules/trial.ts';
import { sayTimes } from '../../../console/src/time/say-times.ts';
import { ticksOf } from '../../../console/src/time/ticks.ts';
import { fieldMoment, fieldText, lastTimeOf } from '../../../console/src/time/wall-clock.ts';

const street = 'Asia/Shanghai';
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** 2026-11-27 00:05:09 in the street, still the day before in New York. */
const at = Date.UTC(2026, 10, 26, 16, 5, 9);

test('this machine does stand elsewhere, or the rest would prove nothing', () => {
  expect(new Date(at).getHours()).toBe(11);
});

describe('a moment', () => {
  const times = sayTimes(street, 'zh', () => at);
  const inEnglish = sayTimes(street, 'en', () => at);

  test('is said by the street’s clock, and with its date where it is not the street’s today', () => {
    expect(times.minute(at)).toBe('00:05');
    expect(times.second(at)).toBe('00:05:09');
    expect(times.second(at - 10 * 60_000)).toBe('11/26 23:55:09');
    expect(inEnglish.minuteOf(at - 10 * 60_000)).toBe('26/11 23:55');
    expect(times.minuteOf(at + 10 * hourMs)).toBe('10:05');
    expect(times.full(at)).toBe('2026-11-27 00:05');
    expect(times.full(at, true)).toBe('2026-11-27 00:05:09');
    expect(times.longDay(at)).toBe('11月27日星期五');
    expect(inEnglish.longDay(at)).toBe('Friday 27 November');
    expect(times.day(at)).toBe('11/27');
  });

  test('has the year and the seconds that its span needs, and the year of the street', () => {
    expect(times.inSpan(at, hourMs)).toBe('11/27 00:05:09');
    expect(times.inSpan(at, dayMs)).toBe('11/27 00:05');
    expect(times.inSpan(at, 365 * dayMs)).toBe('2026/11/27 00:05');
    expect(inEnglish.inSpan(at - 400 * dayMs, hourMs)).toContain('2025');
    const newYear = Date.UTC(2026, 11, 31, 16);
    expect(times.year(newYear)).toBe(2027);
  });

  test('is typed as the street’s clock shows it, and stands in the field as it was typed', () => {
    expect(fieldText(at, street, 'minute')).toBe('2026-11-27T00:05');
    expect(fieldText(at, street, 'day')).toBe('2026-11-27');
    expect(fieldMoment('2026-11-27T00:05', street)).toBe(at - 9_000);
    expect(fieldMoment('2026-11-27', street)).toBe(Date.UTC(2026, 10, 26, 16));
    expect(fieldMoment('', street)).toBeNull();
    // At five past midnight 23:50 was a quarter of an hour ago, not tonight, and 00:05 is now.
    expect(times.full(lastTimeOf('23:50', at, street))).toBe('2026-11-26 23:50');
    expect(times.full(lastTimeOf('00:05', at, street))).toBe('2026-11-27 00:05');
    expect(times.full(lastTimeOf('00:06', at, street))).toBe('2026-11-26 00:06');
  });
});

describe('the marks of an axis of time', () => {
  const labels = (from: number, lengthMs: number, zone = street): readonly string[] =>
    ticksOf(from, from + lengthMs, zone, 'zh').map(({ label }) => label);

  test('stand at round hours of the street, with the date where its day begins', () => {
    expect(labels(at - 12 * hourMs, dayMs)).toEqual([
      '15:00',
      '18:00',
      '21:00',
      '11月27日',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
    ]);
    expect(labels(Date.UTC(2026, 10, 26, 0), dayMs, 'Asia/Kolkata')).toContain('11月27日');
  });

  test('are never more than ten, and grow from seconds to years with the span', () => {
    expect(labels(at, 60_000)).toEqual([
      '00:05:10',
      '00:05:20',
      '00:05:30',
      '00:05:40',
      '00:05:50',
      '00:06:00',
    ]);
    expect(labels(at, 7 * dayMs)[0]).toBe('11月28日');
    expect(labels(at, 365 * dayMs)).toEqual(['2027年', '3月', '5月', '7月', '9月', '11月']);
    for (const zone of [street, 'Asia/Kolkata', 'America/Santiago', 'Europe/Berlin'])
      for (let lengthMs = 60_000; lengthMs < 3 * 366 * dayMs; lengthMs *= 1.7) {
        const ticks = ticksOf(at - lengthMs, at, zone, 'en');
        expect(ticks.length, `${zone} ${lengthMs}`).toBeGreaterThanOrEqual(2);
        expect(ticks.length, `${zone} ${lengthMs}`).toBeLessThanOrEqual(11);
        const moments = ticks.map((tick) => tick.at);
        expect(moments).toEqual([...moments].sort((a, b) => a - b));
      }
  });

  test('count what a try-out found by the street’s days', () => {
    const counted = countByTime([at - hourMs, at, at + hourMs], at - 3 * dayMs, at + hourMs, street);
    expect(counted.by).toBe('day');
    expect(counted.counts).toEqual([0, 0, 1, 2]);
    expect(countByTime([at], at - hourMs, at + hourMs, street).by).toBe('hour');
  });
});

test('no other place in the console reads a clock of this machine’s zone', () => {
  const source = resolve(import.meta.dirname, '../../../console/src');
  const local =
    /toLocale(Time|Date)?String|DateTimeFormat|\bdayjs\b|\.(get|set)(Hours|Minutes|Date|Day|Month|FullYear)\(|\bDatePicker\b/;
  const wrong = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('time/'))
    .flatMap((file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .flatMap((line, index) => (local.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
    );
  expect(wrong).toEqual([]);
});
