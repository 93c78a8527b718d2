import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import type { RulebookVersion } from '../../src/model/rulebook.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';
import { batteryBelow, directoryOf, smokeAt, startOver } from './books.ts';
import type { Street } from './core.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const broken = 'source: a test\nrules:\n  - { id: smoke, kind: threshold }\n';

const texts = (street: Street): Record<string, string> =>
  Object.fromEntries(
    (street.gateway.duty.rulebook.current()?.files ?? []).map(({ name, text }) => [name, text]),
  );
const number = (street: Street): number => street.gateway.duty.rulebook.current()?.number ?? 0;
const ruleIds = (street: Street): string[] => street.gateway.duty.rules().map(({ id }) => id);
const fileAlerts = (street: Street) => street.open().filter(({ device }) => device === 'system');
const lines = (street: Street) =>
  street.batches.flatMap(({ entries }) => entries).filter(({ event }) => event === 'rulebook.adopted');
const version = (street: Street, wanted: number): RulebookVersion => {
  const found = street.batches
    .flatMap(({ puts }) => puts)
    .find(({ kind, id }) => kind === 'rulebook' && id === String(wanted));
  if (found?.kind !== 'rulebook' || found.body === null) throw new Error(`no version ${wanted}`);
  return found.body;
};
const smoke = (street: Street, density: number): string[] => {
  street.readings('s1', { smoke_density: density });
  return street.open().map(({ kind }) => kind);
};

describe('the first start', () => {
  test('takes every file as version 1, and the record says which, by their hashes and never by their texts', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(20) });
    expect(number(street)).toBe(1);
    expect(ruleIds(street)).toEqual(['smoke', 'battery']);
    expect(lines(street)).toMatchObject([
      {
        actor: 'system',
        subject: 'rulebook',
        version: 1,
        data: {
          number: 1,
          source: 'files',
          changed: [
            { name: 'fire.yaml', before: null, after: hashOf(smokeAt(10)) },
            { name: 'upkeep.yaml', before: null, after: hashOf(batteryBelow(20)) },
          ],
        },
      },
    ]);
    expect(JSON.stringify(lines(street))).not.toContain('smoke_density');
    expect(street.changes.map(({ what, event }) => [what, event])).toEqual([['rules', 'adopted']]);
  });

  test.each([
    ['bad files', directoryOf({ 'fire.yaml': broken })],
    ['an empty directory', directoryOf({})],
    [
      'a directory that cannot be read',
      { ok: false, problems: [{ file: '.', line: 1, column: 1, message: 'x' }] },
    ],
  ] as const)('is refused with %s', (_what, directory) => {
    expect(() => startOver(directory)).toThrow();
  });
});

describe('a later start', () => {
  test('with the same files makes no version', () => {
    const files = { 'fire.yaml': smokeAt(10) };
    const again = startOver(files, startOver(files).stored());
    expect([number(again), lines(again)]).toEqual([1, []]);
  });

  test('takes up what was edited on disk meanwhile, and leaves alone what was edited here', () => {
    const before = startOver({ 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(20) });
    before.edit({ 'fire.yaml': smokeAt(12) });
    const after = startOver({ 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(30) }, before.stored());
    expect(texts(after)).toEqual({ 'fire.yaml': smokeAt(12), 'upkeep.yaml': batteryBelow(30) });
    expect(after.gateway.duty.rulebook.differing()).toEqual(['fire.yaml']);
    expect(lines(after)[0]?.data).toMatchObject({ source: 'files', changed: [{ name: 'upkeep.yaml' }] });
  });

  test('with bad files runs on the old rules and says so, until the files are good again', () => {
    const before = startOver({ 'fire.yaml': smokeAt(10) });
    before.register('s1', 'smoke-alarm');
    const after = startOver({ 'fire.yaml': broken }, before.stored());
    expect(smoke(after, 11)).toEqual(['system', 'smoke']);
    expect(after.gateway.duty.rulebook.problems().length).toBeGreaterThan(0);
    expect(after.gateway.stats().ruleProblems).toBeGreaterThan(0);
    expect(fileAlerts(after)[0]?.evidence[0]?.note).toContain('fire.yaml:3:');

    const again = startOver({ 'fire.yaml': broken }, after.stored());
    expect(fileAlerts(again)).toMatchObject([{ active: true, count: 1 }]);
    expect(again.read(directoryOf({ 'fire.yaml': smokeAt(10) }))).toEqual({ what: 'mended' });
    expect(again.read(directoryOf({ 'fire.yaml': broken }))).toMatchObject({ what: 'refused' });
    again.read(directoryOf({ 'fire.yaml': smokeAt(12) }));
    expect(fileAlerts(again)).toMatchObject([{ active: false, state: 'returned-unacknowledged' }]);
    expect([number(again), again.gateway.duty.rulebook.problems()]).toEqual([2, []]);
  });

  test('of a program that cannot read the stored book any more takes the directory in its place, as a new version', () => {
    const stored = startOver({ 'fire.yaml': smokeAt(10) }).stored();
    const outdated = {
      ...stored,
      rulebook: stored.rulebook && { ...stored.rulebook, files: [{ name: 'old.yaml', text: broken }] },
    };
    const after = startOver({ 'fire.yaml': smokeAt(10) }, outdated);
    expect([number(after), texts(after)]).toEqual([2, { 'fire.yaml': smokeAt(10) }]);
  });
});

describe('files that are edited while the gateway runs', () => {
  test('are in force at once, and an alert whose rule is gone returns', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(20) });
    street.register('s1', 'smoke-alarm');
    street.readings('s1', { battery: 10 });
    expect(street.only()).toMatchObject({ kind: 'battery', active: true });
    street.read(directoryOf({ 'fire.yaml': smokeAt(5) }));
    expect(street.only()).toMatchObject({ kind: 'battery', active: false });
    expect(smoke(street, 6)).toEqual(['battery', 'smoke']);
    expect(texts(street)).toEqual({ 'fire.yaml': smokeAt(5) });
  });

  test('are good or bad with the whole book: a rule that stands already in a file made here is a problem', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.edit({ 'upkeep.yaml': batteryBelow(20) });
    const outcome = street.read(directoryOf({ 'fire.yaml': smokeAt(10), 'more.yaml': batteryBelow(30) }));
    expect(outcome).toMatchObject({ what: 'refused' });
    expect([number(street), ruleIds(street)]).toEqual([2, ['smoke', 'battery']]);
  });

  test('and that are all gone, or cannot be read, are taken for a mistake', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.edit({ 'upkeep.yaml': batteryBelow(20) });
    const unreadable = {
      ok: false,
      problems: [{ file: 'fire.yaml', line: 1, column: 1, message: 'EIO' }],
    } as const;
    for (const directory of [directoryOf({}), unreadable]) {
      expect(street.read(directory)).toMatchObject({ what: 'refused' });
      expect(ruleIds(street)).toEqual(['smoke', 'battery']);
    }
    expect(fileAlerts(street)).toMatchObject([{ active: true, count: 1 }]);
  });

  test('win over an edit made here of the same file, which stays among the versions', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.edit({ 'fire.yaml': smokeAt(12) });
    street.read(directoryOf({ 'fire.yaml': smokeAt(14) }));
    expect(texts(street)).toEqual({ 'fire.yaml': smokeAt(14) });
    expect(version(street, 2).files[0]?.text).toBe(smokeAt(12));
  });

  test('to what the book says already are no new version, and a later edit here outlives the next start', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.edit({ 'fire.yaml': smokeAt(12) });
    expect(street.read(directoryOf({ 'fire.yaml': smokeAt(12) }))).toEqual({ what: 'unchanged' });
    street.edit({ 'fire.yaml': smokeAt(16) });
    const after = startOver({ 'fire.yaml': smokeAt(12) }, street.stored());
    expect(texts(after)).toEqual({ 'fire.yaml': smokeAt(16) });
  });
});

describe('a rule about life that is gone', () => {
  const both = { 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(20) };
  const gone = (street: Street) => street.gateway.duty.rulebook.gone().map(({ id, kind }) => `${id} ${kind}`);

  test('with its file is said loudly and by name, also at the next start, and no more when it is back', () => {
    const street = startOver(both);
    street.read(directoryOf({ 'upkeep.yaml': batteryBelow(20) }));
    expect(street.only()).toMatchObject({
      kind: 'system',
      rule: { id: 'life-rules-gone' },
      priority: 'high',
      state: 'latched-unacknowledged',
      evidence: [{ note: 'smoke (smoke)' }],
    });
    expect(gone(street)).toEqual(['smoke smoke']);
    const again = startOver({ 'upkeep.yaml': batteryBelow(20) }, street.stored());
    expect([again.only().state, gone(again)]).toEqual(['latched-unacknowledged', ['smoke smoke']]);
    again.read(directoryOf(both));
    expect([again.only().state, gone(again)]).toEqual(['returned-unacknowledged', []]);
  });

  test('while the gateway was stopped is said at its start', () => {
    const street = startOver({ 'upkeep.yaml': batteryBelow(20) }, startOver(both).stored());
    expect(gone(street)).toEqual(['smoke smoke']);
  });

  test('stays on the board when it is acknowledged, and leaves it when a person says that it is meant', () => {
    const street = startOver(both);
    street.edit({ 'fire.yaml': null });
    const { id } = street.only();
    street.gateway.duty.perform('li', { verb: 'acknowledge', alert: id });
    street.pass(200);
    expect([street.only().state, gone(street)]).toEqual(['latched-acknowledged', ['smoke smoke']]);
    street.gateway.duty.perform('li', { verb: 'close', alert: id, disposition: 'service-request' });
    street.pass(200);
    expect([street.open(), gone(street)]).toEqual([[], []]);
    street.edit({ 'fire.yaml': smokeAt(10) });
    expect(street.open()).toEqual([]);
  });

  test('rings again when another follows, and names both', () => {
    const street = startOver({ ...both, 'more.yaml': smokeAt(30, 'much') });
    street.edit({ 'more.yaml': null });
    street.gateway.duty.perform('li', { verb: 'acknowledge', alert: street.only().id });
    street.edit({ 'fire.yaml': null });
    expect(street.only()).toMatchObject({ state: 'latched-unacknowledged', count: 2 });
    expect(street.only().evidence.at(-1)?.note).toBe('much (smoke)\nsmoke (smoke)');
    street.edit({ 'more.yaml': smokeAt(30, 'much') });
    expect(gone(street)).toEqual(['smoke smoke']);
  });

  test.each([
    ['is only a rehearsal now', smokeAt(10).replace('kind: smoke,', 'kind: smoke, test: true,'), true],
    [
      'concerns other devices now',
      smokeAt(10)
        .replace('[smoke-alarm]', '[gas-detector]')
        .replace('smoke_density, above: 10', 'gas_lel, above: 10'),
      true,
    ],
    ['has another limit', smokeAt(12), false],
    ['has another name', smokeAt(10, 'smoke-found'), false],
  ])('is meant where it %s', (_what, text, missed) => {
    const street = startOver(both);
    expect(street.edit({ 'fire.yaml': text })).toMatchObject({ ok: true });
    expect(gone(street)).toEqual(missed ? ['smoke smoke'] : []);
    street.edit({ 'upkeep.yaml': batteryBelow(21) });
    expect(gone(street)).toEqual(missed ? ['smoke smoke'] : []);
  });

  test('is not missed where it was about no life', () => {
    const street = startOver(both);
    street.read(directoryOf({ 'fire.yaml': smokeAt(10) }));
    expect(street.open()).toEqual([]);
  });
});

describe('an edit by a person', () => {
  test('names who, and one that changes nothing makes no version', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    expect(street.edit({ 'fire.yaml': smokeAt(10) })).toMatchObject({ ok: true, value: { number: 1 } });
    expect(street.edit({ 'fire.yaml': smokeAt(11) })).toMatchObject({
      ok: true,
      value: { number: 2, by: 'li', source: 'api' },
    });
    expect(lines(street).at(-1)).toMatchObject({ actor: 'user:li' });
  });

  test('that is bad, made from an older version, or would leave nothing, changes nothing', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.edit({ 'fire.yaml': smokeAt(11) });
    expect(street.edit({ 'a.yaml': broken, 'b.yaml': 'rules: [' })).toMatchObject({
      ok: false,
      refusal: { code: 'invalid' },
    });
    expect(street.edit({ 'fire.yaml': smokeAt(12) }, 1)).toMatchObject({
      ok: false,
      refusal: { code: 'stale-version', details: { version: 2 } },
    });
    expect(street.edit({ 'fire.yaml': null })).toMatchObject({ ok: false, refusal: { code: 'invalid' } });
    expect([number(street), texts(street)]).toEqual([2, { 'fire.yaml': smokeAt(11) }]);
  });

  test('answers what stands wrong in the directory: the alert returns, and the bad file stays out at the next start too', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.read(directoryOf({ 'fire.yaml': broken }));
    street.edit({ 'fire.yaml': smokeAt(12) });
    expect(fileAlerts(street)).toMatchObject([{ active: false }]);
    expect(street.gateway.duty.rulebook.differing()).toEqual(['fire.yaml']);
    const after = startOver({ 'fire.yaml': broken }, street.stored());
    expect([texts(after), after.gateway.duty.rulebook.problems()]).toEqual([
      { 'fire.yaml': smokeAt(12) },
      [],
    ]);
  });

  test('is in force at once, and shown only once it is committed', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10) });
    street.register('s1', 'smoke-alarm');
    street.holdDisk(true);
    street.edit({ 'fire.yaml': smokeAt(5) });
    expect(number(street)).toBe(1);
    street.readings('s1', { smoke_density: 6 });
    street.holdDisk(false);
    expect([number(street), street.only().kind]).toEqual([2, 'smoke']);
  });

  test('and its journal line, its row and what it does to alerts are one batch', () => {
    const street = startOver({ 'fire.yaml': smokeAt(10), 'upkeep.yaml': batteryBelow(20) });
    street.register('s1', 'smoke-alarm');
    street.readings('s1', { battery: 10 });
    street.edit({ 'upkeep.yaml': null });
    const batch = street.batches.find(({ entries }) =>
      entries.some(({ version }) => version === 2 && entries[0]?.event === 'rulebook.adopted'),
    );
    expect(batch?.entries.map(({ event }) => event)).toEqual(['rulebook.adopted', 'alert.returned']);
    expect(batch?.puts.map(({ kind }) => kind)).toEqual(['rulebook', 'alert']);
  });
});

test('one call goes back to any earlier version, as a new one', () => {
  const street = startOver({ 'fire.yaml': smokeAt(10) });
  street.edit({ 'fire.yaml': smokeAt(11), 'upkeep.yaml': batteryBelow(20) });
  street.edit({ 'fire.yaml': smokeAt(12) });
  expect(street.restore(version(street, 1))).toMatchObject({
    ok: true,
    value: { number: 4, source: 'rollback', restores: 1, by: 'li' },
  });
  expect(texts(street)).toEqual({ 'fire.yaml': smokeAt(10) });
  expect(lines(street).at(-1)?.data).toMatchObject({ restores: 1 });
});

test('no device takes the name under which the gateway speaks of itself', () => {
  const street = startOver({ 'fire.yaml': smokeAt(10) });
  expect(() => street.register('system', 'smoke-alarm')).toThrow();
});

test('whatever is edited, here or on disk, well or badly, and whenever the gateway is started again: the book is what a person would expect', () => {
  const names = ['a.yaml', 'b.yaml'] as const;
  const pool = [smokeAt(10, 'one'), smokeAt(11, 'one'), batteryBelow(20, 'two'), broken];
  const text = fc.option(fc.constantFrom(...pool), { nil: null });
  const step = fc.oneof(
    fc.record({
      what: fc.constant('disk' as const),
      name: fc.constantFrom(...names),
      text,
      read: fc.boolean(),
    }),
    fc.record({ what: fc.constant('edit' as const), name: fc.constantFrom(...names), text }),
    fc.record({ what: fc.constant('restore' as const), back: fc.nat(5) }),
    fc.record({ what: fc.constant('restart' as const) }),
  );
  type Files = Record<string, string>;
  const without = (files: Files, name: string, text: string | null): Files => {
    const { [name]: _before, ...rest } = files;
    return text === null ? rest : { ...rest, [name]: text };
  };
  const isGood = (files: Files): boolean => {
    const all = Object.values(files);
    const ids = all.map((one) => /id: (\w+)/.exec(one)?.[1]);
    return all.length > 0 && !all.includes(broken) && new Set(ids).size === ids.length;
  };
  const same = (a: Files, b: Files): boolean => names.every((name) => a[name] === b[name]);

  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let disk: Files = { 'a.yaml': smokeAt(10, 'one') };
      let book = disk;
      let seen = disk;
      let lastRead = disk;
      let refused = false;
      const versions: Files[] = [book];
      let street = startOver(disk);

      const become = (next: Files): void => {
        if (!same(next, book)) versions.push(next);
        book = next;
      };
      const expectRead = (): void => {
        lastRead = disk;
        const emptied = Object.keys(disk).length === 0 && Object.keys(seen).length > 0;
        const edits = names.filter((name) => disk[name] !== seen[name]);
        const next = edits.reduce((files, name) => without(files, name, disk[name] ?? null), book);
        refused = emptied || (edits.length > 0 && !same(next, book) && !isGood(next));
        if (refused) return;
        become(next);
        seen = disk;
      };
      const expectEdit = (next: Files): void => {
        if (!isGood(next) || same(next, book)) return;
        become(next);
        if (refused) seen = lastRead;
        refused = false;
      };

      for (const one of steps) {
        if (one.what === 'disk') {
          disk = without(disk, one.name, one.text);
          if (one.read) {
            street.read(directoryOf(disk));
            expectRead();
          }
        } else if (one.what === 'edit') {
          street.edit({ [one.name]: one.text });
          expectEdit(without(book, one.name, one.text));
        } else if (one.what === 'restore') {
          const wanted = one.back % versions.length;
          const files = directoryOf(versions[wanted] ?? {});
          if (!files.ok) throw new Error('no files');
          const head = {
            number: wanted + 1,
            at: 0,
            by: 'li',
            source: 'api',
            note: '',
            restores: null,
          } as const;
          street.restore({ ...head, changed: [], files: files.files });
          expectEdit(versions[wanted] ?? {});
        } else {
          street = startOver(disk, street.stored());
          expectRead();
        }
        expect(texts(street)).toEqual(book);
        expect(number(street)).toBe(versions.length);
        expect(street.gateway.duty.rulebook.problems().length > 0).toBe(refused);
        expect(fileAlerts(street).some(({ active }) => active)).toBe(refused);
        const current = street.gateway.duty.rulebook.current();
        const loaded = loadRulebook(current?.files ?? [], deviceTypes);
        expect(loaded).toEqual({ ok: true, rules: street.gateway.duty.rules() });
      }
    }),
    { numRuns: 150 },
  );
});
