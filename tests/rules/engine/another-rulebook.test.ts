import { describe, expect, test } from 'vitest';
import { createStreet, deviceOf, rulesOf } from '../street.ts';

const kitchen = deviceOf('gas-1', 'gas-detector');
const book = (gas: string, more = '') =>
  rulesOf(`
source: a test
rules:
  - { id: gas, kind: threshold, types: [gas-detector], when: { measurement: gas_lel, ${gas} }, ${more} alert: { kind: gas, priority: high, title: { zh: 甲, en: a } } }
  - { id: tamper, kind: flag, types: [gas-detector], when: { measurement: tamper }, alert: { kind: tamper, priority: medium, title: { zh: 乙, en: b } } }`);

const street = (rules: ReturnType<typeof book>) => {
  const one = createStreet(rules);
  one.watch(kitchen, 0, 0);
  one.resume(0);
  return one;
};

describe('another rulebook, while an alert is active', () => {
  test('leaves it alone where its rule asks what it asked before', () => {
    const one = street(book('above: 10'));
    one.says(kitchen, 'gas_lel', 15, 0);
    one.adopt(book('above: 10'), 1000);
    expect(one.log).toEqual(['holds gas gas-1']);
  });

  test('tells it of a rule that only looks different, so that it takes on the new priority and title', () => {
    const one = street(book('above: 10'));
    one.says(kitchen, 'gas_lel', 15, 0);
    const findings = one.adopt(book('above: 10', 're-alarm: 5m,'), 1000);
    expect(findings).toMatchObject([{ what: 'level', level: 1, holding: 1 }]);
    expect(one.log).toEqual(['holds gas gas-1']);
  });

  test('holds the newest value against the new limit: the alert goes on or is over', () => {
    const one = street(book('above: 10'));
    one.says(kitchen, 'gas_lel', 15, 0);
    one.adopt(book('above: 12'), 1000);
    expect(one.log).toEqual(['holds gas gas-1']);
    one.adopt(book('above: 20'), 2000);
    expect(one.log).toEqual(['holds gas gas-1', 'clears gas gas-1']);
    one.adopt(book('above: 12'), 3000);
    expect(one.log.at(-1)).toBe('holds gas gas-1');
  });

  test('ends it where no rule concerns it any more', () => {
    const one = street(book('above: 10'));
    one.says(kitchen, 'gas_lel', 15, 0);
    one.says(kitchen, 'tamper', true, 0);
    one.adopt(book('above: 10').slice(1), 1000);
    expect(one.log.at(-1)).toBe('clears gas gas-1');
    one.adopt([], 2000);
    expect(one.log.at(-1)).toBe('clears tamper gas-1');
  });
});
