import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/api/sessions.ts';
import { Household } from '../../src/model/household.ts';
import { adminPassword, type DutyRoom, home301, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

describe('registering a device', () => {
  test('answers the device and its secret once; only the hash is kept, and the secret is never written down', async () => {
    const { status, body, headers } = await room.admin.call('POST', '/devices', {
      id: 'pager',
      type: 'call-button',
      place: home301,
    });
    expect(status).toBe(201);
    expect(headers.location).toBe('/api/v1/devices/pager');
    const secret = String(body.secret);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(room.core.devices.secretHash('pager')).toBe(hashSecret(secret));
    const read = await room.admin.call('GET', '/devices/pager');
    expect(read.body).toMatchObject({ id: 'pager', place: { id: 'h301' }, link: 'unknown' });
    expect(read.body.secret).toBeUndefined();
    expect(read.body.secretHash).toBeUndefined();
    expect(JSON.stringify(room.store.batches()) + room.logged()).not.toContain(secret);
  });

  test.each([
    ['a number', '{"id","path":[{"kind","id","name"},…],"text"}', 101],
    ['a path without kinds', 'path.0.kind: ', { id: 'h1', path: [{ id: 'h1', name: '1' }], text: '1' }],
    ['no path', 'path: ', { id: 'h1', text: '1' }],
  ])('whose place is %s is refused with what a place looks like', async (_what, said, place) => {
    const { status, body } = await room.admin.call('POST', '/devices', {
      id: 'p',
      type: 'call-button',
      place,
    });
    expect(status).toBe(400);
    expect(body.error?.message).toContain('body.place: must be the id of a known place, or a whole one');
    expect(body.error?.message).toContain(said);
  });

  test('a child behind a hub gets a secret too, though its hub connects for it', async () => {
    await room.register('hub1', 'hub');
    expect(await room.register('child', 'smoke-alarm', home301, { hub: 'hub1', address: 'Küche' })).not.toBe(
      '',
    );
    expect(room.core.devices.secretHash('child')).toBeNull();
  });

  test('a new secret stops the old one', async () => {
    const old = await room.register('pager');
    const { status, body } = await room.admin.call('POST', '/devices/pager/secret');
    expect(status).toBe(200);
    expect(body.secret).not.toBe(old);
    expect(room.core.devices.secretHash('pager')).toBe(hashSecret(String(body.secret)));
  });

  test('what cannot be registered says why', async () => {
    await room.register('pager');
    const code = async (body: object): Promise<unknown> =>
      (await room.admin.call('POST', '/devices', body)).body.error?.code;
    expect(await code({ id: 'pager', type: 'call-button' })).toBe('already-exists');
    expect(await code({ id: 'x', type: 'teapot' })).toBe('unknown-type');
    expect(await code({ id: 'x', type: 'call-button', hub: 'none' })).toBe('unknown-hub');
    expect(await code({ id: 'x', type: 'call-button', dialect: 'klingon' })).toBe('unknown-dialect');
    expect(await code({ id: 'a/b', type: 'call-button' })).toBe('bad-request');
    expect(await code({ id: 'x', type: 'call-button', colour: 'red' })).toBe('bad-request');
  });

  test('a place that is known is not told of otherwise by the next device: its card would hang beside a wrong address', async () => {
    await room.register('pager');
    const elsewhere = {
      ...home301,
      path: home301.path.map((step) =>
        step.kind === 'building' ? { ...step, id: 'b9', name: '9 号楼' } : step,
      ),
    };
    const refused = await room.admin.call('POST', '/devices', {
      id: 'smoke',
      type: 'smoke-alarm',
      place: elsewhere,
    });
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'place-differs']);
    expect(refused.body.error?.message).toContain('h301 lies in b1 (3 号楼) already, and not in b9 (9 号楼)');
    await room.register('smoke', 'smoke-alarm', { ...home301, text: '3 号楼 301，北门进' });
    const patch = (id: string, body: object) => room.admin.call('PATCH', `/devices/${id}`, body);
    expect((await patch('smoke', { place: elsewhere })).body.error?.code).toBe('place-differs');
    expect((await patch('smoke', { place: null })).status).toBe(200);
    // Nobody else knows the home now: the one device that stands there may be put right.
    expect((await patch('pager', { place: elsewhere })).status).toBe(200);
    expect((await patch('smoke', { place: 'h301' })).body.place).toEqual(elsewhere);
  });

  test('a street of devices is registered twenty at a time', async () => {
    const all = Array.from({ length: 400 }, (_, i) => `d${i}`);
    const take = async (): Promise<void> => {
      for (let id = all.pop(); id !== undefined; id = all.pop()) await room.register(id);
    };
    await Promise.all(Array.from({ length: 20 }, take));
    expect([...room.core.duty.committed.deviceIds()]).toHaveLength(400);
  });

  test('a device is changed and removed', async () => {
    await room.register('pager');
    // Nobody has named it: what its type is called is for each reader's language.
    expect((await room.admin.call('GET', '/devices/pager')).body.name).toBe('pager');
    expect((await room.admin.call('PATCH', '/devices/pager', { name: '王奶奶' })).body.name).toBe('王奶奶');
    expect((await room.admin.call('PATCH', '/devices/none', { name: 'x' })).status).toBe(404);
    expect((await room.admin.call('DELETE', '/devices/pager')).status).toBe(204);
    expect((await room.admin.call('GET', '/devices/pager')).status).toBe(404);
    expect((await room.admin.call('DELETE', '/devices/pager')).status).toBe(404);
  });

  test('a device is out of service for eight hours unless said otherwise, for thirty days at most, and back', async () => {
    await room.register('smoke1', 'smoke-alarm');
    const out = (body: object) => room.admin.call('POST', '/devices/smoke1/out-of-service', body);
    expect((await out({ reason: '换电池', onSite: '李师傅' })).body.outOfService).toEqual({
      since: room.clock.at,
      until: room.clock.at + 8 * 3_600_000,
      reason: '换电池',
      by: 'admin',
      onSite: '李师傅',
    });
    expect((await room.admin.call('POST', '/devices/smoke1/in-service')).body.outOfService).toBeNull();
    expect((await out({})).status).toBe(400);
    expect((await out({ reason: 'x', until: room.clock.at })).body.error?.code).toBe('invalid');
    expect((await out({ reason: 'x', until: room.clock.at + 31 * 86_400_000 })).body.error?.code).toBe(
      'invalid',
    );
    expect((await out({ reason: 'x', until: room.clock.at + 29 * 86_400_000 })).status).toBe(200);
  });
});

describe('the cards of the homes', () => {
  test('a card is written, read and erased', async () => {
    await room.register('pager');
    const card = { warnings: ['deaf', 'lives-alone'], residents: [{ name: '王秀兰' }] };
    expect((await room.admin.call('PUT', '/households/h301', card)).body).toMatchObject({
      place: 'h301',
      ...card,
    });
    expect((await room.admin.call('GET', '/households/h301')).body).toMatchObject(card);
    const note = '门铃坏了';
    const elsewhere = await room.admin.call('PUT', '/households/h301', { place: 'h302', note });
    expect(elsewhere.body.error?.code).toBe('invalid');
    const nowhere = await room.admin.call('PUT', '/households/h777', { note });
    expect(nowhere.body.error?.code).toBe('unknown-place');
    expect((await room.admin.call('DELETE', '/households/h301')).status).toBe(204);
    expect((await room.admin.call('GET', '/households/h301')).status).toBe(404);
    const journal = await room.admin.call('GET', '/journal?limit=1000');
    expect(JSON.stringify(journal.body)).not.toContain('王秀兰');
  });

  test.each([
    ['13800001234', '13800001234'],
    ['１３８　００００－１２３４', '138 0000-1234'],
    [' +86 138-0000-1234 ', '+86 138-0000-1234'],
    ['1380000', '1380000'],
    ['110', '110'],
    ['', ''],
  ])('a telephone number %o is kept as %o', async (phone, kept) => {
    await room.register('pager');
    const card = { residents: [{ name: '王秀兰', phone }], contacts: [{ name: '王芳', phone }] };
    expect((await room.admin.call('PUT', '/households/h301', card)).body).toMatchObject({
      residents: [{ phone: kept }],
      contacts: [{ phone: kept }],
    });
  });

  test.each([
    '没有电话',
    '12',
    '1234567890123456',
    '138000012x4',
    '138 0000 1234 转 2',
    '+',
    '-138',
    '138+0000',
  ])('a telephone number %o, which nobody could dial, is refused with its field', async (phone) => {
    await room.register('pager');
    for (const [field, card] of [
      ['body.contacts.1.phone', { contacts: [{ name: '王芳' }, { name: '张伟', phone }] }],
      ['body.residents.0.phone', { residents: [{ name: '王秀兰', phone }] }],
    ] as const) {
      const { status, body } = await room.admin.call('PUT', '/households/h301', card);
      expect([status, body.error?.message]).toEqual([
        400,
        expect.stringContaining(`${field}: must be a telephone number`),
      ]);
    }
  });

  test('a card that was stored with another telephone number is still read', async () => {
    await room.register('pager');
    const contacts = [{ name: '王芳', relation: '女儿', phone: '没有电话', hasKey: true }];
    const stored = { place: 'h301', warnings: [], residents: [], contacts, note: '' };
    expect(room.core.duty.putHousehold('admin', stored).ok).toBe(true);
    await room.settled();
    const { status, body } = await room.admin.call('GET', '/households/h301');
    expect([status, body]).toMatchObject([200, { contacts }]);
    expect(Household.parse(body)).toEqual(stored);
  });

  test.each([
    ['a misspelt field', { contact: [{ name: '张伟' }] }, '"contact"'],
    ['a misspelt field beside a good one', { note: 'x', resident: [] }, '"resident"'],
    ['a misspelt field of a contact', { contacts: [{ name: '张伟', tel: '110' }] }, '"tel"'],
    ['nothing', {}, 'says nothing of the home'],
    ['no more than its place', { place: 'h301' }, 'says nothing of the home'],
  ])(
    'a card with %s is refused by name, and the card that stands there is kept',
    async (_what, card, said) => {
      await room.register('pager');
      const contacts = [{ name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true }];
      await room.admin.call('PUT', '/households/h301', { contacts });
      const { status, body } = await room.admin.call('PUT', '/households/h301', card);
      expect([status, body.error?.code]).toEqual([400, 'bad-request']);
      expect(body.error?.message).toContain(said);
      expect((await room.admin.call('GET', '/households/h301')).body).toMatchObject({ contacts });
    },
  );
});

describe('the people', () => {
  test('are made, changed and removed by an administrator, and nothing of their password is ever answered', async () => {
    const made = await room.admin.call('POST', '/users', {
      username: 'wang',
      password: 'a long password',
      role: 'operator',
      places: ['c1'],
    });
    expect([made.status, made.body]).toEqual([
      201,
      { id: 'wang', username: 'wang', name: 'wang', role: 'operator', places: ['c1'], disabled: false },
    ]);
    expect(
      (
        await room.admin.call('POST', '/users', {
          username: 'wang',
          password: 'a long password',
          role: 'viewer',
        })
      ).body.error?.code,
    ).toBe('already-exists');
    expect(
      (await room.admin.call('POST', '/users', { username: 'li', password: 'short', role: 'viewer' })).body
        .error,
    ).toMatchObject({
      code: 'bad-request',
      details: { problems: [{ path: 'body.password' }] },
    });
    expect(
      (await room.admin.call('PATCH', '/users/wang', { name: '王芳', role: 'supervisor' })).body,
    ).toMatchObject({
      name: '王芳',
      role: 'supervisor',
      places: ['c1'],
    });
    const list = await room.admin.call('GET', '/users');
    expect((list.body.users as { id: string }[]).map(({ id }) => id)).toEqual(['admin', 'wang']);
    expect(JSON.stringify(list.body)).not.toContain('argon2');
    expect((await room.admin.call('DELETE', '/users/wang')).status).toBe(204);
    expect((await room.admin.call('GET', '/users/wang')).status).toBe(404);
  });

  test('two changes of one person at once both count', async () => {
    await room.person('wang', 'operator');
    await Promise.all([
      room.admin.call('PATCH', '/users/wang', { name: '王芳' }),
      room.admin.call('PATCH', '/users/wang', { role: 'viewer' }),
      room.admin.call('PATCH', '/users/wang', { places: ['c1'] }),
    ]);
    expect((await room.admin.call('GET', '/users/wang')).body).toMatchObject({
      name: '王芳',
      role: 'viewer',
      places: ['c1'],
    });
  });

  test('a new password ends the sessions that the old one opened', async () => {
    const wang = await room.person('wang', 'operator');
    expect((await wang.call('GET', '/session')).status).toBe(200);
    await room.admin.call('PATCH', '/users/wang', { password: 'another password' });
    expect((await wang.call('GET', '/session')).status).toBe(401);
    expect(
      (await room.anybody.call('POST', '/session', { username: 'wang', password: adminPassword })).status,
    ).toBe(401);
    expect(
      (await room.anybody.call('POST', '/session', { username: 'wang', password: 'another password' }))
        .status,
    ).toBe(200);
  });

  test('another role counts from the next request on', async () => {
    const wang = await room.person('wang', 'admin');
    expect((await wang.call('GET', '/users')).status).toBe(200);
    await room.admin.call('PATCH', '/users/wang', { role: 'viewer' });
    expect((await wang.call('GET', '/users')).body.error?.code).toBe('not-allowed');
  });

  test('the last administrator cannot be removed, disabled or demoted', async () => {
    expect((await room.admin.call('DELETE', '/users/admin')).body.error?.code).toBe('last-admin');
    expect((await room.admin.call('PATCH', '/users/admin', { disabled: true })).body.error?.code).toBe(
      'last-admin',
    );
    expect((await room.admin.call('PATCH', '/users/admin', { role: 'viewer' })).body.error?.code).toBe(
      'last-admin',
    );
    expect((await room.admin.call('GET', '/session')).status).toBe(200);
  });
});
