import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Observed } from '../../src/model/rule.ts';
import { createStreet, deviceOf, homeOf, rulesOf } from './street.ts';

const rules = rulesOf(`
source: a test
rules:
  - { id: gas, kind: flag, types: [gas-detector], when: { measurement: gas }, on-delay: 3s, off-delay: 5s, alert: { kind: gas, priority: high, title: { zh: 甲, en: a } } }
  - { id: level, kind: threshold, types: [gas-detector], when: { measurement: gas_lel, above: 10, deadband: 2 }, on-delay: 7s, alert: { kind: gas, priority: high, title: { zh: 乙, en: b } } }
  - { id: once, kind: threshold, types: [gas-detector], when: { measurement: gas_lel, above: 25 }, off-delay: 4s, alert: { kind: gas, priority: high, title: { zh: 丙, en: c } } }
  - { id: quiet, kind: silent, types: [gas-detector], when: { what: data, after: 61s }, off-delay: 2s, alert: { kind: silent, priority: medium, title: { zh: 丁, en: d } } }
  - { id: link, kind: silent, types: [gas-detector], when: { what: link }, on-delay: 20s, alert: { kind: silent, priority: medium, title: { zh: 戊, en: e } } }
  - { id: steps, kind: threshold, types: [gas-detector], when: { measurement: gas_lel }, levels: [{ when: { above: 10, deadband: 1 }, off-delay: 6s, priority: high }, { when: { above: 25, deadband: 2 }, on-delay: 3s, off-delay: 2s, priority: critical }], alert: { kind: gas, title: { zh: 己, en: f } } }
  - { id: table, kind: exposure, types: [gas-detector], when: { measurement: gas_lel, table: [{ above: 9, for: 20s }, { above: 20, for: 8s }, { above: 30, for: 0s }] }, off-delay: 3s, alert: { kind: gas, priority: high, title: { zh: 庚, en: g } } }
  - { id: often, kind: count, types: [gas-detector], when: { of: { measurement: gas }, count: 2, window: 60s }, alert: { kind: gas, priority: high, title: { zh: 辛, en: h } } }
  - { id: row, kind: count, types: [gas-detector], when: { of: { measurement: gas_lel, above: 10 }, count: 3, consecutive: true }, off-delay: 2s, alert: { kind: gas, priority: high, title: { zh: 壬, en: i } } }
  - { id: mean, kind: average, types: [gas-detector], when: { measurement: gas_lel, over: 12m, above: 9 }, on-delay: 1s, alert: { kind: air, priority: low, title: { zh: 癸, en: j } } }
  - { id: rise, kind: rate, types: [gas-detector], when: { measurement: gas_lel, over: 1m, risesBy: 8 }, off-delay: 5s, alert: { kind: air, priority: low, title: { zh: 子, en: k } } }
  - { id: still, kind: inactivity, types: [gas-detector], when: { measurement: gas, is: true, over: 70s }, alert: { kind: inactivity, priority: high, title: { zh: 丑, en: l } } }
  - { id: both, kind: combination, when: { all: [gas, level], within: device }, on-delay: 4s, alert: { kind: gas, priority: high, title: { zh: 寅, en: m } } }
  - { id: spread, kind: combination, when: { any: [gas, steps], within: building, homes: 2 }, off-delay: 3s, groups: true, alert: { kind: gas, priority: high, title: { zh: 卯, en: n } } }`);

const homes = ['one', 'two'].map((id) => deviceOf(id, 'gas-detector', homeOf('tower', `home-${id}`)));

type Step =
  | { readonly what: 'wait'; readonly ms: number }
  | { readonly what: 'gas'; readonly home: number; readonly value: boolean }
  | { readonly what: 'level'; readonly home: number; readonly value: number }
  | { readonly what: 'link'; readonly home: number; readonly value: boolean }
  /** The same value every minute for a quarter of an hour. */
  | { readonly what: 'steady'; readonly home: number; readonly value: number }
  | { readonly what: 'restart' }
  | { readonly what: 'clock'; readonly ms: number };

const home = fc.nat(1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 9000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      ms: fc.integer({ min: 20_000, max: 90_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('gas' as const), home, value: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('level' as const),
      home,
      value: fc.constantFrom(0, 8, 9, 10, 20, 25, 30),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('link' as const), home, value: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('steady' as const),
      home,
      value: fc.constantFrom(0, 9, 12),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('clock' as const),
      ms: fc.integer({ min: -80_000, max: 80_000 }),
    }),
  },
);

/** Long ones too, or the rules that look back over minutes would never speak. */
const days = fc.array(step, { maxLength: 40, size: 'max' });

/** Runs the steps and says what the duty room was told and when, in time that no clock step touches. `interrupted`: restarts happen; `stepped`: so do steps of the clock; `tickMs`: how often time is looked at. */
const run = (
  steps: readonly Step[],
  how: { readonly interrupted: boolean; readonly stepped: boolean; readonly tickMs: number },
) => {
  const street = createStreet(rules);
  const heardAt = new Map(homes.map(({ id }) => [id, 0]));
  const gas = new Map<string, { value: boolean; since: number }>();
  let elapsed = 0;
  let offset = 1_000_000;
  const told: string[] = [];
  const note = (): void => {
    for (const line of street.log.splice(0)) told.push(`${line} at ${elapsed}`);
  };
  const watchAll = (): void => {
    for (const device of homes)
      street.watch(device, (heardAt.get(device.id) ?? 0) + offset, elapsed + offset);
    street.resume(elapsed + offset);
  };
  const tickTo = (until: number): void => {
    while (elapsed < until) {
      elapsed = Math.min(until, elapsed + how.tickMs);
      street.tick(elapsed + offset);
      note();
      // Nothing that is due may still wait.
      for (const { deadline, standsAt } of street.delays.values())
        expect(standsAt ?? deadline).toBeGreaterThan(elapsed + offset);
      for (const [id, { value, since }] of gas) {
        if (value && elapsed - since >= 3000) expect(street.active).toContain(`gas ${id}`);
        if (!value && elapsed - since >= 5000) expect(street.active).not.toContain(`gas ${id}`);
      }
    }
  };
  const hear = (device: Observed): void => {
    heardAt.set(device.id, elapsed);
    street.heed(street.engine().heard(device, elapsed + offset), elapsed + offset);
  };
  watchAll();
  for (const one of steps) {
    const now = elapsed + offset;
    if (one.what === 'wait') tickTo(elapsed + one.ms);
    else if (one.what === 'restart') {
      if (!how.interrupted) continue;
      street.restart(new Map(homes.map((device) => [device, (heardAt.get(device.id) ?? 0) + offset])), now);
    } else if (one.what === 'clock') {
      if (!how.stepped) continue;
      offset += one.ms;
      street.heed(street.engine().shift(one.ms, now + one.ms), now + one.ms);
    } else {
      const device = homes[one.home];
      if (device === undefined) throw new Error('no such home');
      if (one.what === 'link')
        street.heed(street.engine().link(device, one.value ? 'online' : 'offline', now), now);
      else if (one.what === 'steady') {
        for (let minute = 0; minute < steadyMinutes; minute += 1) {
          hear(device);
          street.says(device, 'gas_lel', one.value, elapsed + offset);
          tickTo(elapsed + 60_000);
        }
      } else {
        hear(device);
        const before = gas.get(device.id)?.value;
        if (one.what === 'gas' && before !== one.value)
          gas.set(device.id, { value: one.value, since: elapsed });
        street.says(device, one.what === 'gas' ? 'gas' : 'gas_lel', one.value, now);
      }
    }
    note();
  }
  return { told, active: [...street.active].sort() };
};

const steadyMinutes = 15;

/** In this one every rule speaks; a drawn one may leave any of them silent. */
const everyRuleSpeaks: readonly Step[] = [
  { what: 'level', home: 0, value: 0 },
  { what: 'wait', ms: 30_000 },
  { what: 'level', home: 0, value: 0 },
  { what: 'gas', home: 0, value: true },
  { what: 'gas', home: 1, value: true },
  { what: 'wait', ms: 9_000 },
  { what: 'restart' },
  { what: 'level', home: 0, value: 30 },
  { what: 'gas', home: 0, value: false },
  { what: 'wait', ms: 6_000 },
  { what: 'gas', home: 0, value: true },
  { what: 'level', home: 0, value: 30 },
  { what: 'wait', ms: 9_000 },
  { what: 'restart' },
  { what: 'level', home: 0, value: 30 },
  { what: 'link', home: 1, value: false },
  { what: 'wait', ms: 90_000 },
  { what: 'steady', home: 0, value: 12 },
];

const byTime = (told: readonly string[]): readonly string[] => [...told].sort();

test('a gateway that is restarted at any moment tells the duty room what one that ran on would have told', () => {
  const spoke = new Set<string>();
  fc.assert(
    fc.property(days, (steps) => {
      const steady = run(steps, { interrupted: false, stepped: false, tickMs: 500 });
      const restarted = run(steps, { interrupted: true, stepped: false, tickMs: 500 });
      expect(byTime(restarted.told)).toEqual(byTime(steady.told));
      expect(restarted.active).toEqual(steady.active);
      for (const line of steady.told) spoke.add(line.split(' ')[1] ?? '');
    }),
    { numRuns: 50, examples: [[everyRuleSpeaks]] },
  );
  expect([...spoke].sort()).toEqual(rules.map(({ id }) => id).sort());
});

test('steps of the wall clock, with restarts between, change nothing that the duty room is told', () => {
  fc.assert(
    fc.property(days, (steps) => {
      const steady = run(steps, { interrupted: false, stepped: false, tickMs: 500 });
      const stepped = run(steps, { interrupted: true, stepped: true, tickMs: 500 });
      expect(byTime(stepped.told)).toEqual(byTime(steady.told));
      expect(stepped.active).toEqual(steady.active);
    }),
    { numRuns: 50 },
  );
});

// What rests on spans or on other rules begins its delays when it is looked at.
test('however seldom time is looked at, the same alerts come and go for each rule on the values themselves', () => {
  const perRule = (told: readonly string[]) =>
    Object.groupBy(
      told
        .filter((line) => !/ (quiet|link|both|spread|rise|mean|often) /.test(line))
        .map((line) => line.replace(/ at \d+$/, '')),
      (line) => line.replace(/^\w+ /, ''),
    );
  fc.assert(
    fc.property(days, (steps) => {
      const often = run(steps, { interrupted: false, stepped: false, tickMs: 50 });
      const seldom = run(steps, { interrupted: false, stepped: false, tickMs: 8000 });
      expect(perRule(seldom.told)).toEqual(perRule(often.told));
    }),
    { numRuns: 25 },
  );
});
