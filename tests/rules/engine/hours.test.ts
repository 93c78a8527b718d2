import { describe, expect, test } from 'vitest';
import { createClockwork } from '../../../src/rules/hours.ts';
import { createStreet, deviceOf, rulesOf } from '../street.ts';

const door = deviceOf('door-1', 'door-sensor');
const rules = rulesOf(`
source: a test
rules:
  - id: open-at-night
    kind: flag
    types: [door-sensor]
    when: { measurement: open }
    only: { from: '22:00', to: '06:00' }
    alert: { kind: system, priority: medium, title: { zh: 夜间开门, en: Open at night } }`);
const at = (text: string): number => Date.parse(text);
const evening = at('2026-11-24T21:00:00+08:00');

describe('the edges of a rule’s hours', () => {
  test('fire without a message: a door left open is told of when the night begins, and no more when it ends', () => {
    const street = createStreet(rules);
    street.watch(door, evening, evening);
    street.resume(evening);
    street.says(door, 'open', true, evening);
    street.tick(at('2026-11-24T21:59:59+08:00'));
    expect(street.log).toEqual([]);
    street.tick(at('2026-11-24T22:00:00+08:00'));
    expect(street.log).toEqual(['holds open-at-night door-1']);
    street.tick(at('2026-11-25T05:59:59+08:00'));
    expect(street.log).toHaveLength(1);
    street.tick(at('2026-11-25T06:00:00+08:00'));
    expect(street.log.at(-1)).toBe('clears open-at-night door-1');
    street.tick(at('2026-11-25T22:00:00+08:00'));
    expect(street.log).toHaveLength(3);
  });

  test('that passed while the gateway was away are found at its start', () => {
    const street = createStreet(rules);
    street.watch(door, evening, evening);
    street.resume(evening);
    street.says(door, 'open', true, evening);
    street.restart(new Map([[door, evening]]), at('2026-11-24T23:00:00+08:00'));
    expect(street.log).toEqual(['holds open-at-night door-1']);
    street.restart(new Map([[door, evening]]), at('2026-11-25T12:00:00+08:00'));
    expect(street.log.at(-1)).toBe('clears open-at-night door-1');
  });

  test('move with the wall clock when it is set', () => {
    const street = createStreet(rules);
    street.watch(door, evening, evening);
    street.resume(evening);
    street.says(door, 'open', true, evening);
    const set = 2 * 3_600_000;
    street.heed(street.engine().shift(set, evening + set));
    expect(street.log).toEqual(['holds open-at-night door-1']);
  });

  test('a reading outside the hours raises nothing, and one inside does at once', () => {
    const street = createStreet(rules);
    street.resume(evening);
    street.says(door, 'open', true, evening);
    street.says(door, 'open', false, evening + 1000);
    expect(street.log).toEqual([]);
    const night = at('2026-11-25T01:00:00+08:00');
    street.tick(night);
    street.says(door, 'open', true, night);
    expect(street.log).toEqual(['holds open-at-night door-1']);
  });
});

describe('the clock of the street', () => {
  const night = { days: [1, 2, 3, 4, 5, 6, 7], from: 22 * 60, to: 6 * 60, inside: true };
  const workdays = { days: [1, 2, 3, 4, 5], from: 8 * 60, to: 18 * 60, inside: true };

  test.each([
    ['Asia/Shanghai', night, '2026-11-24T21:59:59+08:00', false, '2026-11-24T22:00:00+08:00'],
    ['Asia/Shanghai', night, '2026-11-24T22:00:00+08:00', true, '2026-11-25T06:00:00+08:00'],
    ['Asia/Shanghai', workdays, '2026-11-27T18:00:00+08:00', false, '2026-11-30T08:00:00+08:00'],
    [
      'Asia/Shanghai',
      { ...workdays, inside: false },
      '2026-11-28T12:00:00+08:00',
      true,
      '2026-11-30T08:00:00+08:00',
    ],
    // The night in which the clock is set back is an hour longer, that in which it is set forward an hour shorter.
    ['Europe/Berlin', night, '2026-10-24T23:00:00+02:00', true, '2026-10-25T06:00:00+01:00'],
    ['Europe/Berlin', night, '2027-03-27T23:00:00+01:00', true, '2027-03-28T06:00:00+02:00'],
    // A time that the clock jumps over.
    [
      'Europe/Berlin',
      { ...night, from: 150, to: 240 },
      '2027-03-28T01:00:00+01:00',
      false,
      '2027-03-28T03:30:00+02:00',
    ],
    // A span that begins and ends at the same time is the whole day.
    [
      'Asia/Shanghai',
      { ...night, days: [3], from: 0, to: 0 },
      '2026-11-25T12:00:00+08:00',
      true,
      '2026-11-26T00:00:00+08:00',
    ],
    // The days are those on which a span begins.
    [
      'Asia/Shanghai',
      { ...night, days: [2] },
      '2026-11-25T01:00:00+08:00',
      true,
      '2026-11-25T06:00:00+08:00',
    ],
    [
      'Asia/Shanghai',
      { ...night, days: [2] },
      '2026-11-26T01:00:00+08:00',
      false,
      '2026-12-01T22:00:00+08:00',
    ],
  ])('in %s, %j at %s: counts %s, until %s', (zone, hours, moment, counts, next) => {
    const clockwork = createClockwork(zone);
    expect(clockwork.counts(hours, at(moment))).toBe(counts);
    expect(clockwork.nextEdge(hours, at(moment))).toBe(at(next));
  });

  test('a zone that does not exist is refused', () => {
    expect(() => createClockwork('Asia/Nowhere').counts(night, 0)).toThrow(RangeError);
  });
});
