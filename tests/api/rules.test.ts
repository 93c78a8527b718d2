import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batteryBelow, directoryOf, smokeAt } from '../gateway/books.ts';
import { ofType } from './console-client.ts';
import { type DutyRoom, openDutyRoom } from './duty-room.ts';

const broken = 'source: a test\nrules:\n  - { id: smoke, kind: threshold }\n';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  room.core.readRules(directoryOf({ 'fire.yaml': smokeAt(10) }));
  await room.settled();
});
afterEach(() => room[Symbol.asyncDispose]());

const put = (files: Readonly<Record<string, string | null>>, base: number, note?: string) =>
  room.admin.call('PUT', '/rules/files', {
    files: Object.entries(files).map(([name, text]) => ({ name, text })),
    base,
    ...(note === undefined ? {} : { note }),
  });

describe('the rulebook', () => {
  test('shows its rules, where they come from and what the directory has instead', async () => {
    const before = (await room.admin.call('GET', '/rules')).body;
    expect(before).toMatchObject({ version: 1, problems: [], differing: [] });
    room.core.readRules(directoryOf({ 'fire.yaml': broken }));
    const viewer = await room.person('viewer', 'viewer');
    const { body } = await viewer.call('GET', '/rules');
    expect(body).toMatchObject({ version: 1, at: before.at, differing: ['fire.yaml'] });
    expect(body.rules).toMatchObject([{ id: 'smoke' }]);
    expect((body.problems as { file: string; line: number }[])[0]).toMatchObject({
      file: 'fire.yaml',
      line: 3,
    });
  });

  test('is edited as a whole: every file of an edit or none, answered with the new version', async () => {
    const { status, body } = await put(
      { 'fire.yaml': smokeAt(12), 'upkeep.yaml': batteryBelow(20) },
      1,
      '按新标准',
    );
    expect([status, body]).toMatchObject([
      200,
      {
        number: 2,
        by: 'admin',
        source: 'api',
        note: '按新标准',
        changed: [{ name: 'fire.yaml' }, { name: 'upkeep.yaml', before: null }],
      },
    ]);
    expect(body.files).toBeUndefined();
    expect((await room.admin.call('GET', '/rules/files')).body).toEqual({
      version: 2,
      files: [
        { name: 'fire.yaml', text: smokeAt(12) },
        { name: 'upkeep.yaml', text: batteryBelow(20) },
      ],
    });
    await put({ 'upkeep.yaml': null }, 2);
    expect((await room.admin.call('GET', '/rules')).body.rules).toMatchObject([{ id: 'smoke' }]);
  });

  test('refuses a bad edit with everything that is wrong, and one that was made from an older version', async () => {
    const bad = await put({ 'fire.yaml': broken, 'upkeep.yaml': 'rules: [' }, 1);
    expect([bad.status, bad.body.error?.code]).toEqual([422, 'invalid']);
    const problems = bad.body.error?.details?.problems as { file: string }[];
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set(['fire.yaml', 'upkeep.yaml']));
    await put({ 'fire.yaml': smokeAt(12) }, 1);
    const stale = await put({ 'fire.yaml': smokeAt(13) }, 1);
    expect([stale.status, stale.body.error]).toMatchObject([
      409,
      { code: 'stale-version', details: { version: 2 } },
    ]);
  });

  test.each(['../fire.yaml', 'a/b.yaml', '.fire.yaml', 'fire.txt', 'fire.yaml\n', ''])(
    'takes no file by the name %j',
    async (name) => {
      expect((await put({ [name]: smokeAt(12) }, 1)).status).toBe(400);
    },
  );

  test('takes 消防.yaml, and no file twice', async () => {
    expect((await put({ '消防.yaml': batteryBelow(20) }, 1)).status).toBe(200);
    const twice = [1, 2].map((density) => ({ name: 'fire.yaml', text: smokeAt(density) }));
    expect((await room.admin.call('PUT', '/rules/files', { files: twice, base: 2 })).status).toBe(400);
  });

  test('answers an edit only once it is committed, and shows the old version until then', async () => {
    room.store.hold();
    let answered = false;
    const answer = put({ 'fire.yaml': smokeAt(5) }, 1).then((given) => {
      answered = true;
      return given;
    });
    while (room.store.held() === 0) await new Promise(setImmediate);
    expect((await room.admin.call('GET', '/rules')).body.version).toBe(1);
    expect(answered).toBe(false);
    room.store.release();
    expect((await answer).status).toBe(200);
    expect((await room.admin.call('GET', '/rules')).body.version).toBe(2);
  });

  test('names the rules about life that are gone until the alert about them is closed', async () => {
    expect((await room.admin.call('GET', '/rules')).body.gone).toEqual([]);
    await put({ 'fire.yaml': null, 'upkeep.yaml': batteryBelow(20) }, 1);
    expect((await room.admin.call('GET', '/rules')).body.gone).toMatchObject([
      { id: 'smoke', kind: 'smoke' },
    ]);
    const alert = room.alertOf('system');
    const closed = await room.admin.call('POST', `/alerts/${alert}/close`, {
      disposition: 'service-request',
    });
    expect(closed.status).toBe(200);
    expect((await room.admin.call('GET', '/rules')).body.gone).toEqual([]);
  });

  test('declares every kind with what a form and a sentence need: labels, units, words', async () => {
    const { body } = await room.admin.call('GET', '/rule-kinds');
    const kinds = body.kinds as { name: string; about: string; label: object; params: object }[];
    expect(kinds.find(({ name }) => name === 'combination')).toMatchObject({
      about: 'rules',
      params: { exactlyOne: ['all', 'any'], properties: { within: { words: { building: { zh: '楼栋' } } } } },
    });
    expect(kinds.find(({ name }) => name === 'threshold')).toMatchObject({
      about: 'devices',
      label: { zh: '阈值', en: 'Threshold' },
      params: {
        properties: {
          measurement: { about: 'measurement' },
          above: { unit: 'measured', label: { zh: '不低于', en: 'At or above' } },
        },
      },
    });
  });

  test('tells every console', async () => {
    const console = await room.console(room.admin);
    await put({ 'fire.yaml': smokeAt(12) }, 1);
    expect(await console.until(ofType('change'))).toMatchObject({
      what: 'rules',
      event: 'adopted',
      by: 'user:admin',
      data: { number: 2, source: 'api', changed: [{ name: 'fire.yaml' }] },
    });
  });

  test('is read by everybody and changed by an admin only', async () => {
    const supervisor = await room.person('lead', 'supervisor');
    const files = [{ name: 'fire.yaml', text: smokeAt(12) }];
    for (const [method, url, body] of [
      ['PUT', '/rules/files', { files, base: 1 }],
      ['POST', '/rules/versions/1/restore', {}],
      ['POST', '/rules/check', { files }],
    ] as const)
      expect([url, (await supervisor.call(method, url, body)).status]).toEqual([url, 403]);
    const viewer = await room.person('screen', 'viewer');
    for (const url of ['/rules', '/rules/files', '/rules/versions', '/rules/versions/1', '/rule-kinds'])
      expect([url, (await viewer.call('GET', url)).status]).toEqual([url, 200]);
  });
});

describe('the versions', () => {
  test('are listed newest first, page by page, with what each changed and without their texts', async () => {
    await put({ 'fire.yaml': smokeAt(11) }, 1);
    await put({ 'fire.yaml': smokeAt(12) }, 2);
    const page = await room.admin.call('GET', '/rules/versions?limit=2');
    expect(page.body).toMatchObject({
      versions: [
        { number: 3, source: 'api', changed: [{ name: 'fire.yaml' }] },
        { number: 2, by: 'admin' },
      ],
      next: 2,
    });
    expect(JSON.stringify(page.body)).not.toContain('smoke_density');
    const rest = await room.admin.call('GET', '/rules/versions?before=2');
    expect(rest.body).toMatchObject({ versions: [{ number: 1, by: 'system', source: 'files' }] });
    expect(rest.body.next).toBeUndefined();
  });

  test('keep their texts, and one call goes back to any of them', async () => {
    await put({ 'fire.yaml': smokeAt(11) }, 1);
    expect((await room.admin.call('GET', '/rules/versions/1')).body.files).toEqual([
      { name: 'fire.yaml', text: smokeAt(10) },
    ]);
    const stale = await room.admin.call('POST', '/rules/versions/1/restore', { base: 1 });
    expect(stale.status).toBe(409);
    const back = await room.admin.call('POST', '/rules/versions/1/restore', { note: '误改' });
    expect([back.status, back.body]).toMatchObject([
      200,
      { number: 3, source: 'rollback', restores: 1, note: '误改' },
    ]);
    expect((await room.admin.call('GET', '/rules/files')).body.files).toEqual([
      { name: 'fire.yaml', text: smokeAt(10) },
    ]);
    for (const [method, url] of [
      ['GET', '/rules/versions/9'],
      ['POST', '/rules/versions/9/restore'],
    ] as const)
      expect((await room.admin.call(method, url)).status).toBe(404);
  });
});

describe('a draft', () => {
  test('is told every fault, or that it is good, and changes nothing', async () => {
    const bad = await room.admin.call('POST', '/rules/check', { text: `${broken}  - { id: other }\n` });
    expect(bad.body.ok).toBe(false);
    const lines = (bad.body.problems as { line: number }[]).map(({ line }) => line);
    expect(new Set(lines)).toEqual(new Set([3, 4]));
    expect((await room.admin.call('POST', '/rules/check', { text: smokeAt(3) })).body).toEqual({
      ok: true,
      problems: [],
      warnings: [],
    });
    expect((await room.admin.call('GET', '/rules')).body.version).toBe(1);
  });

  test('is checked with the book it would be part of, and warned of an emergency that nothing would raise any more', async () => {
    const check = async (files: object[]) => (await room.admin.call('POST', '/rules/check', { files })).body;
    expect(await check([{ name: 'b.yaml', text: smokeAt(3) }])).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('stands already in') }],
    });
    const gone = await check([
      { name: 'b.yaml', text: batteryBelow(20) },
      { name: 'fire.yaml', text: null },
    ]);
    expect(gone).toEqual({ ok: true, problems: [], warnings: ['smoke would be gone, which raises smoke'] });
  });

  test('can be drawn as a form: every kind of rule says what may stand in it', async () => {
    const { body } = await room.admin.call('GET', '/rule-kinds');
    const kinds = body.kinds as { name: string; params: { properties?: object } }[];
    expect(kinds.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['threshold', 'flag', 'event', 'silent']),
    );
    expect(kinds.find(({ name }) => name === 'threshold')?.params.properties).toMatchObject({
      above: { type: 'number' },
    });
  });
});

test('a draft that would keep the gateway busy is refused unread', async () => {
  const { status, body } = await room.admin.call('POST', '/rules/check', { text: 'k: 1\n'.repeat(5000) });
  expect([status, body.error?.code]).toEqual([400, 'bad-request']);
});
