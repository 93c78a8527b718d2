import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/api/sessions.ts';
import type { Place } from '../../src/model/place.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

type Problem = {
  readonly row: number | null;
  readonly line?: number;
  readonly column: string | null;
  readonly code: string;
};
type Registered = { readonly id: string; readonly secret: string; readonly place: { readonly id: string } };

const sendCsv = async (
  csv: string | Buffer,
  { query = '', accept = '', caller = room.admin }: { query?: string; accept?: string; caller?: Caller } = {},
) => {
  const answer = await room.api.app.inject({
    method: 'POST',
    url: `/api/v1/devices/import${query}`,
    headers: {
      authorization: `Bearer ${caller.token}`,
      'content-type': 'text/csv',
      ...(accept === '' ? {} : { accept }),
    },
    payload: csv,
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: answer.body,
    body: isJson ? answer.json() : {},
  };
};

const problemsOf = (body: { error?: { details?: { problems?: unknown } } }): (readonly unknown[])[] =>
  ((body.error?.details?.problems ?? []) as Problem[]).map(({ row, line, column, code }) => [
    row,
    line,
    column,
    code,
  ]);

const ids = (): string[] => [...room.core.duty.committed.deviceIds()].sort();

describe('an import of devices', () => {
  test.each([
    ['commas', ',', ''],
    ['semicolons and a byte order mark', ';', '\ufeff'],
    ['tabs', '\t', '\ufeff'],
  ])('with %s registers everybody in one commit, children before their hubs', async (_what, by, mark) => {
    const before = room.store.batches().length;
    const lines = [
      ['ID', 'type', 'name', 'hub', 'address', 'street', 'community', 'building', 'household', 'place_text'],
      [
        'smoke-7',
        'smoke-alarm',
        '"厨房, ""大""; 烟感"',
        'hub-7',
        'kitchen',
        '平安街道',
        '和平社区',
        '7栋',
        '701',
        '',
      ],
      ['hub-7', 'hub', '', '', '', '平安街道', '和平社区', '7栋', '', '和平社区 7栋 楼道'],
      [],
      ['pager-7', 'call-button', '', '', '', '平安街道', '和平社区', '7栋', '701', ''],
    ];
    const { status, body, headers } = await sendCsv(mark + lines.map((line) => line.join(by)).join('\r\n'));
    expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
    const devices = body.devices as Registered[];
    expect(devices.map(({ id }) => id)).toEqual(['smoke-7', 'hub-7', 'pager-7']);
    expect(room.store.batches().slice(before)).toHaveLength(1);
    expect(room.core.devices.secretHash('hub-7')).toBe(hashSecret(devices[1]?.secret ?? ''));
    expect(room.core.duty.committed.device('smoke-7')).toMatchObject({
      name: '厨房, "大"; 烟感',
      hub: 'hub-7',
      address: 'kitchen',
      place: {
        text: '平安街道 和平社区 7栋 701',
        path: [
          { name: '平安街道' },
          { name: '和平社区' },
          { kind: 'building' },
          { kind: 'household', name: '701' },
        ],
      },
    });
    expect(room.core.duty.committed.device('hub-7')?.place?.text).toBe('和平社区 7栋 楼道');
    expect(devices[2]?.place.id).toBe(devices[0]?.place.id);
    const registered = room.store
      .batches()
      .at(-1)
      ?.entries.filter(({ event }) => event === 'device.registered');
    expect(registered?.map(({ subject, actor }) => [subject, actor])).toEqual([
      ['device:hub-7', 'user:admin'],
      ['device:pager-7', 'user:admin'],
      ['device:smoke-7', 'user:admin'],
    ]);
    expect(JSON.stringify(room.store.batches()) + room.logged()).not.toContain(devices[1]?.secret);
  });

  test('finds the places that are known by their names, and those that it brings by their ids', async () => {
    await room.register('there', 'call-button', home301);
    const csv = [
      'id,type,place,street,community,building,household',
      'a,call-button,,平安街道,和平社区,3 号楼,301',
      'b,call-button,,平安街道,和平社区,3 号楼,302',
      'c,call-button,b1,,,,',
    ].join('\n');
    const check = await sendCsv(csv, { query: '?check=true' });
    expect(check.status).toBe(200);
    expect(check.body).toMatchObject({
      count: 3,
      newPlaces: [
        { text: '平安街道 和平社区 3 号楼 302', path: [{ id: 'st' }, { id: 'c1' }, { id: 'b1' }, {}] },
      ],
    });
    expect(check.body.newPlaces).toHaveLength(1);
    expect(ids()).toEqual(['there']);
    expect((await sendCsv(csv)).status).toBe(201);
    const place = (id: string) => room.core.duty.committed.device(id)?.place;
    expect(place('a')).toEqual(home301);
    expect(place('b')?.id).toMatch(/^b1-h302/);
    expect(place('c')).toMatchObject({ id: 'b1', path: [{}, {}, { id: 'b1' }] });
  });

  test('registers nobody while one row is bad, and names every one of them with its line and column', async () => {
    await room.register('there', 'call-button');
    const csv = [
      'id,type,name,hub,dialect,address,place,household,placeText',
      'good,call-button,,,,,,,',
      'there,call-button,,,,,,,',
      'twice,call-button,,,,,,,',
      '"twice","call-button","two',
      'lines",,,,,,',
      'x,teapot,,none,klingon,,nowhere,,',
      'a/b,call-button,,,,,,,',
      'y,,,,,,,,',
      'z,call-button,,,,,h301,301,',
      'w,call-button,,,,,,,somewhere',
      'v,call-button,,,,,,,,,',
    ].join('\n');
    for (const query of ['', '?check=true']) {
      const { status, body } = await sendCsv(csv, { query });
      expect([status, body.error.code]).toEqual([422, 'invalid']);
      expect(problemsOf(body)).toEqual([
        [2, 3, 'id', 'already-exists'],
        [4, 6, 'id', 'already-exists'],
        [5, 7, 'type', 'unknown-type'],
        [5, 7, 'hub', 'unknown-hub'],
        [5, 7, 'dialect', 'unknown-dialect'],
        [5, 7, 'place', 'unknown-place'],
        [6, 8, 'id', 'invalid'],
        [7, 9, 'type', 'invalid'],
        [8, 10, 'place', 'invalid'],
        [9, 11, 'placeText', 'invalid'],
        [10, 12, '', 'invalid'],
      ]);
    }
    expect(ids()).toEqual(['there']);
  });

  test('tells hubs that hang on each other, children of no hub and addresses that are taken', async () => {
    await room.register('hub-1', 'hub');
    await room.register('old', 'smoke-alarm', home301, { hub: 'hub-1', address: 'kitchen' });
    const { body } = await room.admin.call('POST', '/devices/import', [
      { id: 'a', type: 'hub', hub: 'b' },
      { id: 'b', type: 'hub', hub: 'a' },
      { id: 'c', type: 'smoke-alarm', hub: 'old' },
      { id: 'd', type: 'smoke-alarm', hub: 'hub-1', address: 'kitchen' },
      { id: 'e', type: 'smoke-alarm', hub: 'hub-1', address: 'bath' },
      { id: 'f', type: 'smoke-alarm', hub: 'hub-1', address: 'bath' },
      { id: 'g', type: 'smoke-alarm', colour: 'red' },
    ]);
    expect(problemsOf(body)).toEqual([
      [1, undefined, 'hub', 'unknown-hub'],
      [2, undefined, 'hub', 'unknown-hub'],
      [3, undefined, 'hub', 'unknown-hub'],
      [4, undefined, 'address', 'already-exists'],
      [6, undefined, 'address', 'already-exists'],
      [7, undefined, null, 'invalid'],
    ]);
  });

  test('a child speaks its hub’s convention, and is found by its address, from the import on', async () => {
    const { status } = await room.admin.call('POST', '/devices/import', [
      { id: 'kitchen', type: 'smoke-alarm', hub: 'z2m', address: 'Küche', place: home301 },
      { id: 'z2m', type: 'hub', dialect: 'zigbee2mqtt', place: 'h301' },
    ]);
    expect(status).toBe(201);
    expect(room.core.duty.committed.device('kitchen')?.dialect).toBe('zigbee2mqtt');
    expect(room.core.duty.committed.device('z2m')?.place).toEqual(home301);
  });

  test('whoever rang unregistered under a hub is recognised by it', async () => {
    await room.register('hub-1', 'hub', homeElsewhere);
    room.core.devices.receive(
      {
        sender: 'hub-1',
        topic: 'zhishou/v1/hubs/hub-1/devices/pager-9/events',
        bytes: Buffer.from('{"event":"sos"}'),
        retained: false,
        receivedAt: room.clock.at,
      },
      () => undefined,
    );
    await sendCsv('id,type,hub\npager-9,call-button,hub-1');
    const [alert] = [...room.core.duty.committed.alerts.values()];
    expect(alert).toMatchObject({ kind: 'sos', device: 'pager-9', count: 1 });
  });

  test('what is no CSV of devices is refused with what is wrong', async () => {
    const refused = async (csv: string | Buffer): Promise<unknown> => {
      const { status, body } = await sendCsv(csv);
      return [status, ...(problemsOf(body)[0] ?? []), body.error.details.problems[0].message];
    };
    expect(await refused(Buffer.from([0x69, 0x64, 0x0a, 0xb1, 0xe0]))).toEqual([
      422,
      null,
      undefined,
      null,
      'invalid',
      expect.stringContaining('UTF-8'),
    ]);
    expect(await refused('id,type,colour\na,hub,red')).toEqual([
      422,
      null,
      1,
      'colour',
      'invalid',
      expect.stringContaining('placeText'),
    ]);
    expect(await refused('id,type,ID\na,hub,b')).toEqual([422, null, 1, 'id', 'invalid', expect.any(String)]);
    expect((await refused('id,type\n')) as unknown[]).toContain(422);
    expect((await refused('')) as unknown[]).toContain(422);
    expect((await refused('id,type\n"a,hub\n')) as unknown[]).toContain('invalid');
    const tooMany = `id,type\n${Array.from({ length: 5001 }, (_, index) => `d${index},hub`).join('\n')}`;
    expect((await refused(tooMany)) as unknown[]).toContain('An import holds 5000 devices at most.');
    expect((await sendCsv('x'.repeat(4 * 1024 * 1024 + 1))).status).toBe(413);
    expect((await room.admin.call('POST', '/devices/import', {})).status).toBe(422);
    expect((await room.admin.call('POST', '/devices/import', [])).status).toBe(422);
    expect(ids()).toEqual([]);
  });

  test('a street of 5,000 comes whole, its secrets as CSV where that is asked for', async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `d${index},call-button,=1+${index},${index}`);
    const { status, headers, text } = await sendCsv(`id,type,name,household\n${lines.join('\n')}`, {
      accept: 'text/csv',
    });
    expect(status).toBe(201);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    const told = text.trimEnd().split('\r\n');
    expect(told).toHaveLength(5001);
    expect(told[0]).toBe('id,type,name,place,hub,secret');
    expect(told[43]).toMatch(/^d42,call-button,"'=1\+42","42",,[\w][\w-]{42}$/);
    expect(room.core.devices.secretHash('d42')).toBe(hashSecret(told[43]?.split(',').at(-1) ?? ''));
    expect(ids()).toHaveLength(5000);
  });

  test('an administrator of one community imports into no other', async () => {
    await room.register('far', 'call-button', homeElsewhere);
    const chen = await room.person('chen', 'admin', ['c1']);
    await room.register('near', 'call-button', home301);
    const csv = 'id,type,place\na,call-button,h301\nb,call-button,h999';
    const { body } = await sendCsv(csv, { caller: chen });
    expect(problemsOf(body)).toEqual([[2, 3, 'place', 'not-allowed']]);
    expect((await sendCsv('id,type,place\na,call-button,h301', { caller: chen })).status).toBe(201);
  });

  test('says nothing is committed while the store cannot', async () => {
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'the disk is full' });
    expect((await sendCsv('id,type\na,hub')).status).toBe(503);
    expect(ids()).toEqual([]);
  });
});

describe('what is no list of devices', () => {
  test('is refused, however it is made, and keeps nobody waiting for its cells', async () => {
    const commas = ','.repeat(3_000_000);
    const field = `id,type,name\nx,hub,${'a'.repeat(3_000_000)}`;
    const wide = `id,type\n${`${','.repeat(400)}\n`.repeat(5_000)}`;
    const lines = `id,type\n${',\n'.repeat(1_900_000)}`;
    for (const [csv, why] of [
      [commas, /more than/],
      [`${commas}\nid`, /more than/],
      [`id,type\n${commas}`, /more than/],
      [field, /^A line has more/],
      [wide, /^There are more/],
      [lines, /^There are more/],
    ] as const) {
      const { status, body } = await sendCsv(csv);
      expect([status, body.error?.code]).toEqual([422, 'invalid']);
      const told = body.error.details.problems as readonly { readonly message: string }[];
      expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(why)]);
      expect(JSON.stringify(body).length).toBeLessThan(1_000);
    }
    const deep = `[{"id":${'['.repeat(20_000)}${']'.repeat(20_000)},"type":"hub"}]`;
    for (const json of [deep, '[{"id":{"toString":1},"type":"hub"}]', '[{"id":null},7,[]]']) {
      const answer = await room.api.app.inject({
        method: 'POST',
        url: '/api/v1/devices/import',
        headers: { authorization: `Bearer ${room.admin.token}`, 'content-type': 'application/json' },
        payload: json,
      });
      expect([answer.statusCode, answer.json().error?.code]).toEqual([422, 'invalid']);
    }
    expect(ids()).toEqual([]);
  });
});

test('a row that tells of a place otherwise than a device or a row before it is named, and nothing is registered', async () => {
  await room.register('known');
  const tower = { kind: 'building', id: 'b5', name: '5 号楼' } as const;
  const flat = { kind: 'household', id: 'b5-101', name: '101' } as const;
  const placeOf = (...path: (typeof tower | typeof flat | { kind: string; id: string; name: string })[]) => ({
    id: path.at(-1)?.id,
    path,
    text: '5 号楼 101',
  });
  const devices = [
    { id: 'a', type: 'call-button', place: placeOf(tower, flat) },
    { id: 'b', type: 'smoke-alarm', place: placeOf(tower, { ...flat, name: '102' }) },
    {
      id: 'c',
      type: 'smoke-alarm',
      place: { ...home301, path: home301.path.filter((step) => step.id !== 'b1') },
    },
    { id: 'd', type: 'smoke-alarm', place: 'b5-101' },
  ];
  const { status, body } = await room.admin.call('POST', '/devices/import', devices);
  expect(status).toBe(422);
  expect(problemsOf(body)).toEqual([
    [2, undefined, 'place', 'place-differs'],
    [3, undefined, 'place', 'place-differs'],
  ]);
  expect(ids()).toEqual(['known']);
  const right = devices.filter(({ id }) => id === 'a' || id === 'd');
  expect((await room.admin.call('POST', '/devices/import', right)).status).toBe(201);
});

test('a check tells the new places that look like a known one, or like each other, and refuses nothing', async () => {
  const head = 'id,type,street,community,building,household\n';
  await sendCsv(`${head}a,call-button,平安街道,和平社区,7栋,701\n`);
  const csv = `${head}${[
    'b,call-button,平安街道,和平社区,７栋,701',
    'c,call-button,平安街道,和平社区,7 栋,702',
    'd,call-button,平安街道,和平社区,7栋,703',
    'e,call-button,平安街道,新华社区,７栋,701',
    'f,call-button,平安街道,和平社区,8 栋,801',
    'g,call-button,平安街道,和平社区,8栋,801',
  ].join('\n')}\n`;
  const { status, body } = await sendCsv(csv, { query: '?check=true' });
  expect(status).toBe(200);
  type Alike = { place: Place; known: Place; message: string };
  const nameOf = ({ path }: Place): string | undefined => path.at(-1)?.name;
  expect(body.lookAlikes.map(({ place, known }: Alike) => [nameOf(place), nameOf(known)])).toEqual([
    ['７栋', '7栋'],
    ['7 栋', '7栋'],
    ['8栋', '8 栋'],
  ]);
  for (const { place, known, message } of body.lookAlikes as Alike[]) {
    expect(message).toContain(place.id);
    expect(message).toContain(known.id);
  }
  expect((await sendCsv(csv)).status).toBe(201);
});
