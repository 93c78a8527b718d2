import { describe, expect, test } from 'vitest';
import { createStreet, deviceOf, rulesOf } from '../street.ts';

const kitchen = deviceOf('gas-1', 'gas-detector');
const gas = (more = '') =>
  rulesOf(`
source: a test
rules:
  - id: gas
    kind: threshold
    types: [gas-detector]
    when: { measurement: gas_lel, deadband: 1 }
    levels:
      - { when: { above: 10 }, priority: high, off-delay: 30s }
      - { when: { above: 25 }, priority: critical, latching: true, on-delay: 5s, off-delay: 10s }
    alert: { kind: gas, title: { zh: 燃气, en: Gas } }
    ${more}`);

describe('a rule with several levels is one alert whose level goes up and down', () => {
  test('each level has its own delays', () => {
    const street = createStreet(gas());
    street.says(kitchen, 'gas_lel', 12, 0);
    street.says(kitchen, 'gas_lel', 30, 1000);
    street.tick(5999);
    expect(street.log).toEqual(['holds gas gas-1']);
    street.tick(6000);
    expect(street.log.at(-1)).toBe('rises gas gas-1 to 2');
    street.says(kitchen, 'gas_lel', 15, 7000);
    street.tick(16_999);
    expect(street.log).toHaveLength(2);
    street.tick(17_000);
    expect(street.log.at(-1)).toBe('falls gas gas-1 to 1');
    street.says(kitchen, 'gas_lel', 3, 20_000);
    street.tick(50_000);
    expect(street.log.at(-1)).toBe('clears gas gas-1');
    expect(street.log).toHaveLength(4);
  });

  test('a jump over both levels is told once, at the higher one, with the evidence of the higher limit', () => {
    const [rule] = gas();
    if (rule === undefined) throw new Error('no rule');
    const levels = rule.levels.map((level) => ({ ...level, onDelayMs: 0 }));
    const street = createStreet([{ ...rule, levels }]);
    const findings = street.says(kitchen, 'gas_lel', 40, 0);
    expect(street.log).toEqual(['holds gas gas-1 to 2']);
    expect(findings).toMatchObject([
      { what: 'level', holding: 3, level: 2, evidence: { value: 40, limit: 25 } },
    ]);
  });

  test('a restart on the way up or down changes nothing', () => {
    const street = createStreet(gas());
    street.says(kitchen, 'gas_lel', 30, 0);
    street.restart(new Map([[kitchen, 0]]), 1000);
    street.tick(5000);
    street.says(kitchen, 'gas_lel', 15, 6000);
    street.restart(new Map([[kitchen, 6000]]), 7000);
    street.tick(16_000);
    expect(street.log).toEqual(['holds gas gas-1', 'rises gas gas-1 to 2', 'falls gas gas-1 to 1']);
  });

  test('the clock that finds both delays over in one look tells the way in order', () => {
    const street = createStreet(gas());
    street.says(kitchen, 'gas_lel', 30, 0);
    street.tick(5000);
    street.says(kitchen, 'gas_lel', 0, 6000);
    street.tick(60_000);
    expect(street.log.slice(2)).toEqual(['falls gas gas-1 to 1', 'clears gas gas-1']);
  });
});

describe('an event that lasts until another', () => {
  const [rule] = rulesOf(`
source: a test
rules:
  - { id: power, kind: event, types: [gas-detector], when: { event: power-lost, until: power-restored }, off-delay: 10s,
      alert: { kind: fault, priority: medium, title: { zh: 断电, en: Power lost } } }`);

  test('holds from the one to the other, with its delays', () => {
    if (rule === undefined) throw new Error('no rule');
    const street = createStreet([rule]);
    street.happens(kitchen, 'power-lost', 0);
    street.happens(kitchen, 'power-lost', 1000);
    expect(street.log).toEqual(['holds power gas-1']);
    street.happens(kitchen, 'power-restored', 2000);
    street.happens(kitchen, 'power-lost', 3000);
    street.happens(kitchen, 'power-restored', 4000);
    street.tick(13_999);
    expect(street.log).toHaveLength(1);
    street.tick(14_000);
    expect(street.log.at(-1)).toBe('clears power gas-1');
  });
});
