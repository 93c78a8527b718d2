import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';

const load = (...texts: readonly string[]) =>
  loadRulebook(
    texts.map((text, index) => ({ name: `${index + 1}.yaml`, text })),
    deviceTypes,
  );

/** Every problem as `file:line message`. */
const problems = (...texts: readonly string[]): readonly string[] => {
  const loaded = load(...texts);
  return loaded.ok ? [] : loaded.problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
};

const sound = `source: a test, 2026
rules:
  - id: smoke
    kind: flag
    types: [smoke-alarm]
    when: { measurement: smoke }
    on-delay: 1m
    alert:
      kind: smoke
      priority: critical
      latching: true
      title: { zh: 烟, en: Smoke }
`;
const edited = (from: string | RegExp, to: string): string => {
  const text = sound.replace(from, to);
  expect(text).not.toBe(sound);
  return text;
};

test('a sound rule comes out with its delays in milliseconds and its defaults', () => {
  const loaded = load(sound);
  expect(loaded).toMatchObject({
    ok: true,
    rules: [
      {
        id: 'smoke',
        types: ['smoke-alarm'],
        levels: [
          {
            params: { measurement: 'smoke', is: true },
            priority: 'critical',
            latching: true,
            onDelayMs: 60_000,
            offDelayMs: 0,
            title: null,
          },
        ],
        reAlarmAfterMs: null,
        alert: { kind: 'smoke', test: false },
        shelvable: false,
        hours: null,
        limits: [],
        explains: [],
        groups: false,
      },
    ],
  });
});

test('a rule is for every type, or for all but some', () => {
  const every = load(edited('[smoke-alarm]', 'all').replace('smoke }', 'fault }'));
  expect(every.ok && every.rules[0]?.types).toEqual([...deviceTypes.keys()]);
  const most = load(edited('[smoke-alarm]', '{ all-except: [hub, siren] }').replace('smoke }', 'fault }'));
  expect(most.ok && most.rules[0]?.types).toHaveLength(deviceTypes.size - 2);
});

describe('a version', () => {
  const version = (text: string): string | undefined => {
    const loaded = load(text);
    if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
    return loaded.rules[0]?.version;
  };

  test('stays the same however the rule is laid out and commented', () => {
    const layout = `rules: [{ alert: { priority: critical, kind: smoke, title: { en: Smoke, zh: 烟 }, latching: true },
      when: { measurement: smoke }, on-delay: 60s, # a minute
      kind: flag, types: [smoke-alarm], id: smoke }]
source: another source`;
    expect(version(layout)).toBe(version(sound));
  });

  test.each([
    ['critical', 'high'],
    ['1m', '2m'],
    ['latching: true', 'latching: false'],
    ['en: Smoke', 'en: Fire'],
  ])('changes when %s becomes %s', (from, to) => {
    expect(version(edited(from, to))).not.toBe(version(sound));
  });
});

describe('what is wrong is named with its file and line', () => {
  test.each([
    [
      'types: [smoke-alarm]',
      'types: [smoke-alram]',
      '1.yaml:5 rules.0.types.0: there is no device type smoke-alram',
    ],
    ['types: [smoke-alarm]', 'types: everything', '1.yaml:5 rules.0.types: must be a list of device types'],
    [
      'measurement: smoke',
      'measurement: smoek',
      '1.yaml:6 rules.0.when: smoke-alarm has no measurement smoek',
    ],
    [
      'measurement: smoke',
      'measurement: temperature',
      '1.yaml:6 rules.0.when: temperature of smoke-alarm is no flag',
    ],
    [
      '{ measurement: smoke }',
      '{ measurement: smoke, iss: true }',
      '1.yaml:6 rules.0.when.iss: is not known here',
    ],
    ['on-delay: 1m', 'on-delay: 60', '1.yaml:7 rules.0.on-delay: has no unit: write 60s'],
    ['on-delay: 1m', "on-delay: '60'", '1.yaml:7 rules.0.on-delay: has no unit: write 60s'],
    ['on-delay: 1m', 'on-delay: 1 minute', '1.yaml:7 rules.0.on-delay: must be a length of time'],
    ['on-delay: 1m', 'on-delay: 31d', '1.yaml:7 rules.0.on-delay: must be a length of time'],
    ['on-delay: 1m', 'ondelay: 1m', '1.yaml:7 rules.0.ondelay: is not known here'],
    ['kind: flag', 'kind: flags', '1.yaml:4 rules.0.kind:'],
    ['kind: smoke\n', 'kind: smog\n', '1.yaml:9 rules.0.alert.kind:'],
    ['      priority: critical\n', '', '1.yaml:8 rules.0.alert.priority:'],
    ['zh: 烟, ', '', '1.yaml:12 rules.0.alert.title.zh:'],
    ['id: smoke', 'id: smoke alarm', '1.yaml:3 rules.0.id: must be an id'],
    ['source: a test, 2026\n', '', '1.yaml:1 source:'],
    ['rules:', 'rulez: 1\nrules:', '1.yaml:2 rulez: is not known here'],
    ['kind: flag', 'kind: flag\n    kind: flag', '1.yaml:5 Map keys must be unique'],
    ['kind: flag', 'kind: [flag', '1.yaml:'],
    ['kind: flag', 'kind: !!js flag', '1.yaml:4 Unresolved tag'],
  ])('%j written as %j', (from, to, problem) => {
    const found = problems(edited(from, to));
    expect(
      found.some((one) => one.startsWith(problem)),
      found.join('\n'),
    ).toBe(true);
  });

  test('a limit out of the measurement’s range and a deadband wider than the limit', () => {
    const gas = (when: string): string =>
      edited('kind: flag', 'kind: threshold')
        .replace('smoke-alarm', 'gas-detector')
        .replace('{ measurement: smoke }', when);
    expect(problems(gas('{ measurement: gas_lel, above: 5000 }'))).toEqual([
      expect.stringContaining('1.yaml:6 rules.0.when: 5000 is out of range'),
    ]);
    expect(problems(gas('{ measurement: gas_lel, above: 10, deadband: 12 }'))).toEqual([
      expect.stringContaining('1.yaml:6 rules.0.when: 10 would never clear'),
    ]);
  });

  test('an event cannot be delayed, and a press is no ground for a rule', () => {
    const onEvent = edited('kind: flag', 'kind: event');
    expect(problems(onEvent.replace('{ measurement: smoke }', '{ event: test }'))).toEqual([
      expect.stringContaining('1.yaml:7 rules.0.on-delay: event is over as it comes'),
    ]);
    expect(
      problems(onEvent.replace('{ measurement: smoke }', '{ event: sos }').replace('    on-delay: 1m\n', '')),
    ).toEqual([expect.stringContaining('1.yaml:6 rules.0.when.event:')]);
  });

  test('an id that stands twice, in one file or in two', () => {
    expect(problems(sound, sound)).toEqual(['2.yaml:3 rules.0.id: smoke stands already in 1.yaml']);
  });

  test('every problem of every file at once, also beside rules that cannot be read', () => {
    const twice = `${edited('smoke }', 'smoek }').replace('priority: critical', 'priority: huge')}  - 17\n`;
    const found = problems(
      twice,
      edited('source: a test, 2026', 'source: ""').replace('1m', '1'),
      'rules: [',
    );
    expect(found.map((one) => one.split(' ')[0])).toEqual([
      '1.yaml:6',
      '1.yaml:10',
      '1.yaml:13',
      '2.yaml:1',
      '2.yaml:3',
      '2.yaml:7',
      '3.yaml:1',
    ]);
  });
});

/** A book of a rule on the cable's heat, of a rule that rests on it, and of a hub's, each with something added or put in its place. */
const book = (parts: { hot?: string; both?: string; hub?: string } = {}): string => `source: a test, 2026
rules:
  - id: hot
    kind: threshold
    types: [circuit-monitor]
    ${parts.hot ?? 'when: { measurement: cable_temperature, above: 70 }\n    alert: { kind: electrical, priority: high, title: { zh: 热, en: Hot } }'}
  - id: both
    kind: combination
    ${parts.both ?? 'when: { any: [hot], within: building, homes: 2 }'}
    alert: { kind: electrical, priority: high, title: { zh: 多, en: Many } }
  - id: hub
    kind: silent
    types: [hub]
    when: { what: hub }
    ${parts.hub ?? 'explains: [hot]'}
    alert: { kind: silent, priority: high, title: { zh: 网关, en: Hub } }
`;
const hot = (more: string, alert = 'kind: electrical, priority: high'): { readonly hot: string } => ({
  hot: `${more}\n    alert: { ${alert}, title: { zh: 热, en: Hot } }`,
});
const heat = 'when: { measurement: cable_temperature, above: 70 }';
const levels = (...written: readonly string[]): string =>
  `when: { measurement: cable_temperature }\n    levels: [${written.map((one) => `{ ${one} }`).join(', ')}]`;

describe('levels, hours, limits, and rules that rest on others', () => {
  test('a sound book of them is read', () => {
    expect(problems(book())).toEqual([]);
    const all = `${heat}
    only: { from: '22:00', to: '06:00', days: [sat, sun] }
    limits: [{ place: b1, when: { above: 60 } }, { device: d1, off: true }]
    shelvable: true`;
    const loaded = load(book(hot(all)));
    expect(loaded).toMatchObject({
      ok: true,
      rules: [
        {
          hours: { days: [6, 7], from: 1320, to: 360, inside: true },
          limits: [
            { where: { place: 'b1' }, off: false, params: [{ measurement: 'cable_temperature', above: 60 }] },
            { where: { device: 'd1' }, off: true, params: [] },
          ],
          shelvable: true,
        },
        { kind: 'combination', types: [] },
        { explains: ['hot'] },
      ],
    });
  });

  test('levels share what they have in common, and each has its own priority and delays', () => {
    const written = levels(
      'when: { above: 70 }, priority: high, off-delay: 1m',
      'when: { above: 90 }, priority: critical, latching: true, title: { zh: 危, en: Danger }',
    );
    const loaded = load(book({ ...hot(written, 'kind: electrical'), hub: '' }));
    expect(loaded.ok && loaded.rules[0]).toMatchObject({
      levels: [
        { params: { above: 70 }, priority: 'high', offDelayMs: 60_000, latching: false, title: null },
        {
          params: { above: 90 },
          priority: 'critical',
          offDelayMs: 0,
          latching: true,
          title: { en: 'Danger' },
        },
      ],
      shelvable: false,
    });
  });

  test.each([
    [hot(`${heat}\n    shelvable: true`, 'kind: electrical, priority: critical'), 'cannot be shelved'],
    [hot(`${heat}\n    shelvable: true`, 'kind: smoke, priority: low'), 'cannot be shelved'],
    [
      hot(`${heat}\n    only: { from: '08:00', to: '09:00' }`, 'kind: electrical, priority: critical'),
      'counts at every hour',
    ],
    [
      hot(`${heat}\n    except: { from: '08:00', to: '09:00' }`, 'kind: gas, priority: high'),
      'counts at every hour',
    ],
    [hot(`${heat}\n    only: { from: '8:00', to: '25:00' }`), 'a time of day'],
    [
      hot(`${heat}\n    only: { from: '08:00', to: '09:00' }\n    except: { from: '08:00', to: '09:00' }`),
      'exclude each other',
    ],
    [hot(`${heat}\n    limits: [{ place: b, off: true }]`, 'kind: co, priority: high'), 'counts everywhere'],
    [hot(`${heat}\n    limits: [{ place: b, when: { above: 9999 } }]`), 'out of range'],
    [hot(`${heat}\n    limits: [{ place: b, device: d, off: true }]`), 'a device or a place'],
    [hot(`${heat}\n    limits: [{ place: b }]`), 'one of when, levels, off'],
    [hot(`${heat}\n    limits: [{ place: b, levels: [{ above: 1 }, { above: 2 }] }]`), 'has 1 levels, not 2'],
    [hot(`${heat}\n    groups: true`), 'has alerts to group'],
    [
      hot(
        levels('when: { above: 90 }, priority: high', 'when: { above: 70 }, priority: critical'),
        'kind: electrical',
      ),
      'can never be reached by itself',
    ],
    [
      hot(
        levels('when: { above: 70 }, priority: high', 'when: { above: 90 }, priority: high'),
        'kind: electrical',
      ),
      'from the mildest up',
    ],
    [hot(levels('when: { above: 70 }, priority: high')), 'needs a priority, here or in each'],
    [
      hot(`${levels('when: { above: 70 }, priority: high')}\n    on-delay: 1m`, 'kind: electrical'),
      'stand in each of the levels',
    ],
    [hot(levels('when: { above: 70, belov: 1 }, priority: high'), 'kind: electrical'), 'is not known here'],
    [{ both: 'when: { any: [hat], within: building, homes: 2 }' }, 'there is no rule hat'],
    [{ both: 'when: { any: [both], within: building, homes: 2 }' }, 'round in a circle'],
    [
      { both: 'types: [hub]\n    when: { any: [hot], within: building, homes: 2 }' },
      'not about device types',
    ],
    [{ both: 'when: { any: [hot], within: village }' }, 'rules.1.when.within'],
    [{ hub: 'explains: [nothing]' }, 'there is no rule nothing'],
    [{ ...hot(heat, 'kind: gas, priority: high') }, 'nothing explains it away'],
  ])('%j: %s', (parts, why) => {
    const found = problems(book(parts));
    expect(
      found.some((one) => one.includes(why)),
      found.join('\n') || 'nothing is wrong',
    ).toBe(true);
  });
});

describe('one mistake is one problem: what rests on a rule that cannot be read is not complained of too', () => {
  const resting = (): readonly { name: string; text: string }[] => {
    const combined = `source: a test
rules:
  - { id: both, kind: combination, when: { any: [smoke, hot], within: building, homes: 2 }, alert: { kind: smoke, priority: high, title: { zh: 二, en: two } } }`;
    return [
      { name: 'a.yaml', text: sound },
      { name: 'b.yaml', text: sound.replace('id: smoke', 'id: hot') },
      { name: 'c.yaml', text: combined },
    ];
  };
  test.each([
    ['a key', 'on-delay: 1m', 'on-dleay: 1m'],
    ['the kind', 'kind: flag', 'kind: flagg'],
    ['the id', 'id: smoke', 'id: 5'],
    ['the list', 'rules:', 'rulez:'],
    ['the whole file', 'kind: flag', 'kind: [flag'],
  ])('%s is wrong', (_what, from, to) => {
    const files = resting().map(({ name, text }) => ({
      name,
      text: name === 'a.yaml' ? text.replace(from, to) : text,
    }));
    const loaded = loadRulebook(files, deviceTypes);
    if (loaded.ok) throw new Error('nothing is wrong');
    expect(new Set(loaded.problems.map(({ file }) => file))).toEqual(new Set(['a.yaml']));
  });

  test('and one that is nowhere is', () => {
    const loaded = loadRulebook(resting().slice(1), deviceTypes);
    expect(loaded).toMatchObject({
      problems: [{ file: 'c.yaml', message: 'rules.0.when: there is no rule smoke' }],
    });
  });
});

describe('a file that means harm is refused in bounded time', () => {
  test.each([
    [
      'a bomb of aliases',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghij'].map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghi'[index]}`).join()}]`).join('\n')}\n`,
    ],
    ['a tower of brackets', '['.repeat(50_000)],
    ['an endless text', 'x'.repeat(2 * 1024 * 1024)],
    ['an empty file', ''],
    ['two documents', `${sound}---\n${sound}`],
    ['a bare word', 'rules'],
  ])('%s', (_, text) => {
    expect(problems(text).length).toBeGreaterThan(0);
  });

  test('whatever is written in it', () => {
    const mangled = fc
      .tuple(fc.nat(sound.length), fc.nat(20), fc.string({ maxLength: 12 }))
      .map(([at, cut, put]) => sound.slice(0, at) + put + sound.slice(at + cut));
    fc.assert(
      fc.property(fc.oneof(fc.string(), mangled), (text) => {
        const loaded = load(text);
        if (!loaded.ok) {
          expect(loaded.problems.length).toBeGreaterThan(0);
          for (const { line, column } of loaded.problems) expect(Math.min(line, column)).toBeGreaterThan(0);
        }
      }),
    );
  });
});
