import { describe, expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import type { Value } from '../../src/model/reading.ts';
import { interestOf, type Recorded, tryOut } from '../../src/rules/try-out.ts';
import { rulesOf } from './street.ts';

const minute = 60_000;
const rulesFrom = (rules: string) => rulesOf(`source: a test\nrules:\n${rules}`);
const alert = (kind: string, priority: string): string =>
  `alert: { kind: ${kind}, priority: ${priority}, title: { zh: 测, en: t } }`;

const air = { id: 'air-1', type: 'air-monitor', hub: null, place: null, createdAt: 0 };
const smoke = { id: 'smoke-1', type: 'smoke-alarm', hub: null, place: null, createdAt: 0 };

const said = (device: typeof air, measurement: string, value: Value, at: number, now = at): Recorded => ({
  now,
  device,
  reading: { device: device.id, measurement, value, at, receivedAt: now },
  late: now - at > 5 * minute,
});

const tried = (rules: string, recorded: readonly Recorded[], to: number, most = 100, from = 0) => {
  const { would, count, readings } = tryOut(
    {
      rules: rulesFrom(rules),
      types: deviceTypes,
      timeZone: 'Asia/Shanghai',
      devices: [air, smoke],
      from,
      to,
      most,
    },
    recorded,
  );
  return { count, readings, would: would.map(({ rule, device, from, to }) => [rule, device, from, to]) };
};

const co2 = `  - { id: co2, kind: threshold, types: [air-monitor], when: { measurement: co2, above: 1000, deadband: 100 }, ${alert('air', 'low')} }`;

describe('a draft over a written-down day', () => {
  test('finds a spike from the reading that rises over the limit to the one that is back below the deadband', () => {
    const day = [900, 1001, 950, 899, 1200].map((value, index) => said(air, 'co2', value, index * minute));
    expect(tried(co2, day, 10 * minute)).toEqual({
      count: 2,
      readings: 5,
      would: [
        ['co2', 'air-1', minute, 3 * minute],
        ['co2', 'air-1', 4 * minute, null],
      ],
    });
  });

  test('says what was held against what, and how urgent it would have been', () => {
    const { would } = tryOut(
      {
        rules: rulesFrom(co2),
        types: deviceTypes,
        timeZone: 'Asia/Shanghai',
        devices: [air],
        from: 0,
        to: minute,
        most: 1,
      },
      [said(air, 'co2', 1500, 10)],
    );
    expect(would).toMatchObject([
      { priority: 'low', evidence: { at: 10, value: 1500, limit: 1000, unit: 'ppm' } },
    ]);
  });

  test('lets a delay run out between two readings, at its own time', () => {
    const delayed = co2.replace('when:', 'on-delay: 90s, off-delay: 30s, when:');
    const day = [said(air, 'co2', 1500, 0), said(air, 'co2', 400, 10 * minute)];
    expect(tried(delayed, day, 20 * minute).would).toEqual([['co2', 'air-1', 90_000, 10 * minute + 30_000]]);
    expect(
      tried(delayed, [said(air, 'co2', 1500, 0), said(air, 'co2', 400, minute)], 20 * minute).count,
    ).toBe(0);
  });

  test('raises each event as it came', () => {
    const tamper = `  - { id: tamper, kind: event, types: all, when: { event: tamper }, ${alert('tamper', 'medium')} }`;
    const events: Recorded[] = [3, 5].map((now) => ({ now, device: smoke, event: 'tamper', at: now }));
    expect(tried(tamper, events, minute).would).toEqual([
      ['tamper', 'smoke-1', 3, 3],
      ['tamper', 'smoke-1', 5, 5],
    ]);
  });

  test('knows who was silent, not before they were registered, and that the end of the span is no silence', () => {
    const silent = `  - { id: silent, kind: silent, types: [air-monitor], when: { what: data, after: 20m }, ${alert('silent', 'medium')} }`;
    const heard = [said(air, 'co2', 400, 0), said(air, 'co2', 400, 50 * minute)];
    expect(tried(silent, heard, 60 * minute).would).toEqual([['silent', 'air-1', 20 * minute, 50 * minute]]);
    const late = { ...air, createdAt: 55 * minute };
    const none = tryOut(
      {
        rules: rulesFrom(silent),
        types: deviceTypes,
        timeZone: 'Asia/Shanghai',
        devices: [late],
        from: 0,
        to: 60 * minute,
        most: 9,
      },
      [],
    );
    expect(none.count).toBe(0);
  });

  test('takes late and overtaken readings as the gateway does: for emergencies only', () => {
    const flame = `  - { id: smoke, kind: flag, types: [smoke-alarm], when: { measurement: smoke }, ${alert('smoke', 'critical')} }`;
    const day = [
      said(air, 'co2', 400, 20 * minute),
      // Measured before, arrived after.
      said(air, 'co2', 1500, 19 * minute, 21 * minute),
      said(air, 'co2', 1500, 10 * minute, 22 * minute),
      said(smoke, 'smoke', true, 10 * minute, 23 * minute),
    ];
    expect(tried(`${co2}\n${flame}`, day, 30 * minute).would).toEqual([
      ['smoke', 'smoke-1', 23 * minute, null],
    ]);
  });

  test('counts all and tells the first', () => {
    const day = Array.from({ length: 50 }, (_, index) =>
      said(air, 'co2', index % 2 === 0 ? 1500 : 400, index),
    );
    expect(tried(co2, day, minute, 2)).toEqual({
      count: 25,
      readings: 50,
      would: [
        ['co2', 'air-1', 0, 1],
        ['co2', 'air-1', 2, 3],
      ],
    });
  });
});

describe('what must be read for a draft', () => {
  test('is what its rules listen to, everything of a type whose silence counts, and nothing can be read of links', () => {
    const rules = rulesFrom(
      `${co2}
  - { id: quiet, kind: silent, types: [smoke-alarm], when: { what: data, after: 30h }, ${alert('silent', 'low')} }
  - { id: down, kind: silent, types: [siren], when: { what: link }, ${alert('silent', 'low')} }`,
    );
    const interest = interestOf(rules, deviceTypes);
    expect(interest.measurement('air-monitor', 'co2')).toBe(true);
    expect(interest.measurement('air-monitor', 'pm25')).toBe(false);
    expect(interest.measurement('smoke-alarm', 'battery')).toBe(true);
    expect([interest.events('air-monitor'), interest.events('smoke-alarm')]).toEqual([false, true]);
    expect(interest.untried).toEqual(['down']);
  });
});
