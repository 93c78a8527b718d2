import { describe, expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { eventNames } from '../../src/model/reading.ts';
import { ruleKinds } from '../../src/rules/kinds/index.ts';

/** One sound `when` of each kind, for a type that it suits. */
const examples: Readonly<
  Record<string, { readonly type: string; readonly when: Readonly<Record<string, unknown>> }>
> = {
  threshold: { type: 'gas-detector', when: { measurement: 'gas_lel', above: 10 } },
  flag: { type: 'smoke-alarm', when: { measurement: 'smoke' } },
  event: { type: 'smoke-alarm', when: { event: 'test' } },
  silent: { type: 'smoke-alarm', when: { what: 'data', after: '25h' } },
};

describe.each([...ruleKinds])('the rule kind %s', (name, kind) => {
  const example = examples[name];
  const type = deviceTypes.get(example?.type ?? '');
  if (example === undefined || type === undefined)
    throw new Error(`the rule kind ${name} needs an example here`);
  const params = kind.params.parse(example.when);

  test('is registered under its own name, in kebab-case', () => {
    expect(kind.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });

  test('takes its example, finds nothing wrong with it for its type, and makes a condition of it', () => {
    expect(kind.faults(params, type)).toEqual([]);
    expect(['measurement', 'event', 'silence', 'link']).toContain(kind.condition(params).on);
  });

  test('refuses a word it does not know', () => {
    expect(kind.params.safeParse({ ...example.when, thershold: 1 }).success).toBe(false);
    expect(kind.params.safeParse({}).success).toBe(false);
  });

  test('answers yes or no whatever value a device may send, and leaves what cannot tell as it was', () => {
    const condition = kind.condition(params);
    if (condition.on !== 'measurement') return expect(condition).not.toHaveProperty('holds');
    for (const value of [0, -1, 1e308, true, false, '', 'open']) {
      for (const held of [true, false]) expect(typeof condition.holds(value, held)).toBe('boolean');
    }
    for (const held of [true, false]) expect(condition.holds('text', held)).toBe(held);
  });

  test('says of every device type in a sentence what does not suit it', () => {
    for (const other of deviceTypes.values()) {
      for (const fault of kind.faults(params, other)) expect(fault).toContain(other.name);
    }
  });

  test('never listens to a press, which rings whatever the rulebook says', () => {
    const condition = kind.condition(params);
    if (condition.on === 'event') expect(['sos', 'sos-cancel']).not.toContain(condition.event);
    expect(eventNames).toContain('sos');
    expect(kind.params.safeParse({ event: 'sos' }).success).toBe(false);
  });
});
