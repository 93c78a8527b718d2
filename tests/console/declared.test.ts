import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  choicesOf,
  chosenOf,
  DeclaredKind,
  durationOf,
  firstValue,
  paramsInWords,
  type Saying,
} from '../../console/src/rules/declared.ts';
import { ruleKinds } from '../../src/rules/kinds/index.ts';

const kinds = new Map(
  [...ruleKinds.values()].map(({ name, label, about, params }) => [
    name,
    DeclaredKind.parse({
      name,
      label,
      about,
      params: z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }),
    }),
  ]),
);

const english: Saying = {
  text: ({ en }) => en,
  duration: (amount, unit) => `${amount}${unit}`,
  measurement: (name) => name.toUpperCase(),
  unit: (name) => (name === 'gas_lel' ? '%LEL' : name === 'co' ? 'ppm' : ''),
  rule: (id) => `<${id}>`,
  yes: 'yes',
  no: 'no',
  pair: (name, value) => `${name} ${value}`,
  list: (items) => items.join(', '),
  range: (from, to) => `${from} to ${to}`,
};

/** What the gateway answers of a rule with this `when`, in words. */
const said = (name: string, when: Readonly<Record<string, unknown>>): string => {
  const kind = kinds.get(name);
  if (kind === undefined) throw new Error(`there is no kind ${name}`);
  const read = ruleKinds.get(name)?.params.parse(when) ?? {};
  return paramsInWords(kind.params, read, english).join(' · ');
};

describe('a rule in words', () => {
  test.each([
    [
      'threshold',
      { measurement: 'gas_lel', above: 10, deadband: 1 },
      'GAS_LEL · At or above 10 %LEL · Deadband 1 %LEL',
    ],
    ['threshold', { measurement: 'ph', outside: [6.5, 8.5] }, 'PH · Outside 6.5 to 8.5'],
    ['flag', { measurement: 'smoke' }, 'SMOKE · Is yes'],
    [
      'event',
      { event: 'power-lost', until: 'power-restored' },
      'Event power lost · Until the event power restored',
    ],
    ['silent', { what: 'hub' }, 'Hub down'],
    ['silent', { what: 'data', after: '10m' }, 'No data · Nothing heard for 10m'],
    [
      'silent',
      { what: 'data', after: { mains: '10m', battery: '25h' } },
      'No data · Nothing heard for Devices on the mains 10m Battery devices 25h',
    ],
    ['average', { measurement: 'co', over: '8h', above: 30 }, 'CO · Averaged over 8h · At or above 30 ppm'],
    [
      'rate',
      { measurement: 'co', over: '90s', risesBy: 3 },
      'CO · Looked at over 90s · Rises by at least 3 ppm/min',
    ],
    [
      'exposure',
      {
        measurement: 'co',
        table: [
          { above: 30, for: '2h' },
          { above: 300, for: '0s' },
        ],
      },
      'CO · Levels and times At or above 30 ppm For 2h, At or above 300 ppm For 0s',
    ],
    [
      'count',
      { of: { event: 'tamper' }, count: 3, window: '10m' },
      'What is counted Event tampering · How many times 3 · Within 10m',
    ],
    [
      'count',
      { of: { measurement: 'battery', below: 5 }, count: 3, consecutive: true, evidence: 'first' },
      'What is counted BATTERY Below 5 · How many times 3 · Readings in a row · Told by the first',
    ],
    [
      'inactivity',
      { measurement: 'water_total', lessThan: 0.01, over: '12h' },
      'A counter that hardly moves · WATER_TOTAL · Less used than 0.01 · For 12h',
    ],
    [
      'combination',
      { any: ['smoke', 'heat'], within: 'building', homes: 2 },
      'Any of these rules <smoke>, <heat> · Within the same building · In at least so many homes 2',
    ],
  ])('says of %s %j: %s', (name, when, words) => {
    expect(said(name, when)).toBe(words);
  });
});

test('a length of time is told in the widest unit that tells it whole, whether it is written or was read', () => {
  expect([durationOf('90s'), durationOf(90_000), durationOf(7_200_000), durationOf('500ms')]).toEqual([
    { amount: 90, unit: 's' },
    { amount: 90, unit: 's' },
    { amount: 2, unit: 'h' },
    { amount: 0.5, unit: 's' },
  ]);
  expect([durationOf('soon'), durationOf(undefined)]).toEqual([null, null]);
});

test('a form finds out which alternative a rule has taken, and another begins with what has a place there', () => {
  const choices = choicesOf(kinds.get('silent')?.params ?? {}) ?? [];
  expect(
    [{ what: 'data', after: '5m' }, { what: 'link' }, { what: 'hub' }, {}].map((when) =>
      chosenOf(choices, when),
    ),
  ).toEqual([0, 1, 2, 0]);
  expect(firstValue(choices[2] ?? {}, { what: 'data', after: '5m' })).toEqual({ what: 'hub' });
  const still = choicesOf(kinds.get('inactivity')?.params ?? {}) ?? [];
  expect(chosenOf(still, { measurement: 'water_total', lessThan: 5, over: '12h' })).toBe(0);
  expect(chosenOf(still, { measurement: 'motion', is: true, over: '12h' })).toBe(1);
  expect(firstValue(still[1] ?? {}, { measurement: 'motion', lessThan: 5, over: '12h' })).toEqual({
    measurement: 'motion',
    over: '12h',
  });
});
