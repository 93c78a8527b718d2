import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { deviceTypes } from '../../devices/index.ts';
import type { DeviceType } from '../../src/model/device-type.ts';
import type { EventName, Value } from '../../src/model/reading.ts';
import type { Memory } from '../../src/model/rule.ts';
import { ruleKinds } from '../../src/rules/kinds/index.ts';
import type { Condition, Sample, WindowCondition } from '../../src/rules/kinds/kind.ts';

type Example = {
  readonly type: string | null;
  readonly when: readonly Readonly<Record<string, unknown>>[];
};

/** Some sound `when`s of each kind, for a type that they suit; null for what is about other rules. */
const examples: Readonly<Record<string, Example>> = {
  threshold: {
    type: 'gas-detector',
    when: [
      { measurement: 'gas_lel', above: 10 },
      { measurement: 'gas_lel', above: 10, clear: 8 },
    ],
  },
  flag: { type: 'smoke-alarm', when: [{ measurement: 'smoke' }] },
  event: { type: 'hub', when: [{ event: 'test' }, { event: 'power-lost', until: 'power-restored' }] },
  silent: {
    type: 'hub',
    when: [{ what: 'data', after: { mains: '10m' } }, { what: 'link' }, { what: 'hub' }],
  },
  average: {
    type: 'air-monitor',
    when: [
      { measurement: 'co2', over: '1h', above: 1000, deadband: 40 },
      { measurement: 'humidity', over: '24h', outside: [20, 80] },
    ],
  },
  rate: {
    type: 'smoke-alarm',
    when: [
      { measurement: 'temperature', over: '5m', risesBy: 3 },
      { measurement: 'temperature', over: '5m', fallsBy: 3 },
    ],
  },
  exposure: { type: 'co-detector', when: [{ measurement: 'co', table: [{ above: 30, for: '2h' }] }] },
  count: {
    type: 'door-sensor',
    when: [
      { of: { event: 'tamper' }, count: 3, window: '10m' },
      { of: { measurement: 'open', is: true }, count: 3, window: '10m', evidence: 'first' },
      { of: { measurement: 'battery', below: 50 }, count: 3, window: '10m' },
      { of: { measurement: 'battery', below: 50 }, count: 3, consecutive: true },
    ],
  },
  inactivity: {
    type: 'water-monitor',
    when: [
      { measurement: 'water_total', lessThan: 5, over: '12h' },
      { measurement: 'water_leak', is: true, over: '12h' },
    ],
  },
  combination: { type: null, when: [{ any: ['smoke', 'heat'], within: 'floor', homes: 2 }] },
};

/** JSON Schema, as far as a form is drawn from it. */
type Field = {
  readonly label?: unknown;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly items?: Field | false;
  readonly anyOf?: readonly Field[];
  readonly oneOf?: readonly Field[];
  readonly prefixItems?: readonly Field[];
  readonly enum?: readonly string[];
  readonly words?: Readonly<Record<string, unknown>>;
  readonly exactlyOne?: readonly string[];
};

const isSaid = (text: unknown): boolean =>
  z.strictObject({ zh: z.string().min(1), en: z.string().min(1) }).safeParse(text).success;

/** Everything that stands below a field and must have a label: its path with what it says. */
const named = (field: Field, path: string): readonly (readonly [string, Field])[] => {
  const inner: readonly (readonly [string, Field])[] = [
    ...Object.entries(field.properties ?? {}).map(([name, each]) => [`${path}.${name}`, each] as const),
    ...(field.prefixItems ?? []).map((each, index) => [`${path}[${index}]`, each] as const),
    ...[...(field.anyOf ?? []), ...(field.oneOf ?? [])].map(
      (each, index) => [`${path}|${index}`, each] as const,
    ),
  ];
  return [
    ...inner,
    ...inner.flatMap(([at, each]) => named(each, at)),
    ...(field.items ? named(field.items, `${path}[]`) : []),
  ];
};

const holdsOf = (condition: Condition) => (condition.on === 'measurement' ? condition.holds : null);

describe.each([...ruleKinds])('the rule kind %s', (name, kind) => {
  const example = examples[name];
  if (example === undefined) throw new Error(`the rule kind ${name} needs an example here`);
  const every = example.when.map((when) => kind.params.parse(when));
  const conditions = every.flatMap((params) => kind.branches(params).map(({ condition }) => condition));

  test('is registered under its own name, in kebab-case, and has a label in both languages', () => {
    expect(kind.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(kind.label).toEqual({ zh: expect.stringMatching(/./), en: expect.stringMatching(/./) });
  });

  const schema = z.toJSONSchema(kind.params, { io: 'input', unrepresentable: 'any' }) as Field;

  test('has a label in both languages for each of its parameters and alternatives, however deep, and words for each value of an enum', () => {
    const fields = named(schema, '');
    expect(fields.filter(([, { label }]) => !isSaid(label)).map(([path]) => path)).toEqual([]);
    const unsaid = fields.flatMap(([path, { enum: values, words }]) =>
      (values ?? []).filter((value) => !isSaid(words?.[value])).map((value) => `${path}=${value}`),
    );
    expect(unsaid).toEqual([]);
  });

  test('names only fields that it has as those of which one is there', () => {
    const objects = [['', schema] as const, ...named(schema, '')].map(([, field]) => field);
    for (const { exactlyOne, properties } of objects)
      for (const name of exactlyOne ?? []) expect(Object.keys(properties ?? {})).toContain(name);
    for (const when of example.when) {
      const { exactlyOne } = schema;
      if (exactlyOne === undefined) continue;
      const [there] = exactlyOne.filter((name) => name in when);
      expect(there).toBeDefined();
      const { [there ?? '']: _gone, ...without } = when;
      expect(kind.params.safeParse(without).success).toBe(false);
    }
  });

  test('takes its examples, finds nothing wrong with them for their type, and makes conditions of them', () => {
    const type = deviceTypes.get(example.type ?? '');
    expect(kind.about).toBe(example.type === null ? 'rules' : 'devices');
    for (const params of every) {
      if (type !== undefined) expect(kind.faults(params, type)).toEqual([]);
      expect(kind.branches(params).length).toBeGreaterThan(0);
    }
    expect(conditions.every(({ on }) => (on === 'combination') === (example.type === null))).toBe(true);
  });

  test('refuses a word it does not know', () => {
    for (const when of example.when)
      expect(kind.params.safeParse({ ...when, thershold: 1 }).success).toBe(false);
    expect(kind.params.safeParse({}).success).toBe(false);
  });

  test('answers yes or no whatever value a device may send, and leaves what cannot tell as it was', () => {
    for (const holds of conditions.map(holdsOf).filter((asked) => asked !== null)) {
      for (const held of [true, false]) {
        for (const value of [0, -1, 1e308, true, false, '', 'open'])
          expect(typeof holds(value, held)).toBe('boolean');
        expect(holds('text', held)).toBe(held);
      }
    }
  });

  test('says of every device type in a sentence what does not suit it', () => {
    for (const other of deviceTypes.values()) {
      for (const fault of every.flatMap((params) => kind.faults(params, other)))
        expect(fault).toContain(other.name);
    }
  });

  test('never listens to a press, which rings whatever the rulebook says', () => {
    for (const condition of conditions) {
      const heard =
        condition.on === 'event'
          ? [condition.event, condition.until]
          : condition.on === 'window'
            ? condition.events
            : [];
      expect(heard).not.toContain('sos');
      expect(heard).not.toContain('sos-cancel');
    }
    expect(kind.params.safeParse({ event: 'sos' }).success).toBe(false);
    expect(kind.params.safeParse({ of: { event: 'sos' }, count: 1, window: '1m' }).success).toBe(false);
  });
});

/** A value that arrives: `agoMs` old by the device's clock (less than 0: its clock runs ahead), so long after the one before. */
type Arrival = { readonly value: Value; readonly agoMs: number; readonly laterMs: number };

const minute = 60_000;

/** What may come of a measurement, or any of the events. */
const values = (condition: WindowCondition, type: DeviceType): fc.Arbitrary<Value> => {
  const declared = type.measurements[condition.measurements[0] ?? ''];
  if (declared === undefined) return fc.constantFrom(...condition.events);
  if (declared.kind !== 'number') return fc.boolean();
  return fc.double({ min: declared.min, max: Math.min(declared.max, 2000), noNaN: true });
};

const arrivals = (condition: WindowCondition, type: DeviceType): fc.Arbitrary<Arrival> =>
  fc.record({
    value: values(condition, type),
    agoMs: fc.oneof(fc.constant(0), fc.integer({ min: -minute, max: 30 * 60 * minute })),
    laterMs: fc.oneof(fc.integer({ min: 0, max: 5 * minute }), fc.integer({ min: 0, max: 120 * minute })),
  });

const sampleOf = (condition: WindowCondition, value: Value, at: number): Sample => {
  const [measurement] = condition.measurements;
  return measurement === undefined ? { event: value as EventName, at } : { measurement, value, at };
};

const stored = (memory: Memory): Memory => JSON.parse(JSON.stringify(memory));

const begun = 1_800_000_000_000;

/** Everything that arrives, one after the other, each given with what was remembered before and after. */
const remember = (
  condition: WindowCondition,
  coming: readonly Arrival[],
  see: (before: Memory, after: Memory, sample: Sample, now: number) => void,
): void => {
  let memory = condition.begin(begun);
  let now = begun;
  for (const { value, agoMs, laterMs } of coming) {
    now += laterMs;
    const sample = sampleOf(condition, value, now - agoMs);
    const after = condition.take(memory, sample, now);
    see(memory, after, sample, now);
    memory = after;
  }
};

const windows = Object.entries(examples).flatMap(([name, { type: typeName, when }]) => {
  const kind = ruleKinds.get(name);
  const type = deviceTypes.get(typeName ?? '');
  if (kind === undefined || type === undefined) return [];
  return when.flatMap((written) =>
    kind.branches(kind.params.parse(written)).flatMap(({ condition }) =>
      condition.on === 'window'
        ? [
            {
              name: `${name} ${JSON.stringify(written)}`,
              condition,
              type,
              spanned: !('consecutive' in written),
            },
          ]
        : [],
    ),
  );
});

describe.each(windows)('over a span, $name', ({ condition, type, spanned }) => {
  const many = fc.array(arrivals(condition, type), { minLength: 1, maxLength: 40 });

  test('remembers the very same where nothing changed, and never touches what it was given', () => {
    fc.assert(
      fc.property(many, (coming) => {
        remember(condition, coming, (before, after, sample, now) => {
          if (JSON.stringify(before) === JSON.stringify(after)) expect(after).toBe(before);
          const kept = JSON.stringify(after);
          condition.judge(after, now, true);
          condition.take(after, sample, now + 1);
          condition.shift(after, 5);
          expect(JSON.stringify(after)).toBe(kept);
        });
      }),
      { numRuns: 50 },
    );
  });

  if (spanned) {
    test('takes no notice of what is older than the span', () => {
      remember(condition, fc.sample(arrivals(condition, type), 5), (_, memory, sample, now) => {
        expect(condition.take(memory, { ...sample, at: now - 24 * 60 * minute }, now)).toBe(memory);
      });
    });
  }

  test('says the same after a restart, and however the clock was set meanwhile', () => {
    fc.assert(
      fc.property(many, fc.integer({ min: -1e9, max: 1e9 }), fc.boolean(), (coming, byMs, held) => {
        remember(condition, coming, (before, after, sample, now) => {
          expect(stored(after)).toEqual(after);
          const verdict = condition.judge(after, now, held);
          expect(condition.judge(stored(after), now, held)).toEqual(verdict);

          const moved = condition.shift(after, byMs);
          expect(condition.shift(moved, -byMs)).toEqual(after);
          const later = (moment: number | null): number | null => (moment === null ? null : moment + byMs);
          expect(condition.judge(moved, now + byMs, held)).toEqual({
            ...verdict,
            since: later(verdict.since),
            nextAt: later(verdict.nextAt),
          });
          expect(
            condition.take(condition.shift(before, byMs), { ...sample, at: sample.at + byMs }, now + byMs),
          ).toEqual(moved);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('asks again only later, and never without end', () => {
    fc.assert(
      fc.property(many, fc.boolean(), (coming, held) => {
        let memory: Memory = null;
        let now = 0;
        remember(condition, coming, (_, after, __, at) => {
          memory = after;
          now = at;
        });
        let asked = 0;
        for (let { nextAt } = condition.judge(memory, now, held); nextAt !== null; asked++) {
          expect(nextAt).toBeGreaterThan(now);
          expect(Number.isSafeInteger(nextAt)).toBe(true);
          now = nextAt;
          ({ nextAt } = condition.judge(memory, now, held));
        }
        expect(asked).toBeLessThan(200);
      }),
      { numRuns: 50 },
    );
  });

  test('remembers little, however much it is told', () => {
    const [coming] = fc.sample(
      fc.array(arrivals(condition, type), { minLength: 10_000, maxLength: 10_000 }),
      {
        numRuns: 1,
        seed: 7,
      },
    );
    let longest = 0;
    let last: Memory = null;
    remember(condition, coming ?? [], (_, after) => {
      last = after;
      longest = Math.max(longest, JSON.stringify(after).length);
    });
    expect(last).not.toBeNull();
    expect(longest).toBeLessThan(2500);
  });

  test('is not confused by a value that cannot tell', () => {
    remember(condition, [{ value: 'text', agoMs: 0, laterMs: 0 }], (before, after) => {
      if (condition.measurements.length > 0) expect(after).toBe(before);
    });
  });
});
