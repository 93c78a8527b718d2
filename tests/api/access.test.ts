import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Role } from '../../src/model/user.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

/** Who may call what; the route's own answer does not matter, as long as it is no refusal of access. */
const needed: readonly (readonly [Role, 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', string])[] = [
  ['viewer', 'GET', '/session'],
  ['viewer', 'GET', '/devices'],
  ['viewer', 'GET', '/devices/x'],
  ['viewer', 'GET', '/devices/x/readings?measurement=a'],
  ['viewer', 'GET', '/readings?series=x:a'],
  ['viewer', 'GET', '/readings/export?format=csv&device=x'],
  ['viewer', 'GET', '/device-types'],
  ['viewer', 'GET', '/places'],
  ['viewer', 'GET', '/sites'],
  ['supervisor', 'PUT', '/places/x/site'],
  ['supervisor', 'DELETE', '/places/x/site'],
  ['viewer', 'GET', '/alerts'],
  ['viewer', 'GET', '/alerts/x'],
  ['viewer', 'GET', '/alerts/export?format=csv'],
  ['viewer', 'GET', '/figures?from=1&to=2'],
  ['viewer', 'GET', '/calls'],
  ['viewer', 'GET', '/calls/x'],
  ['viewer', 'GET', '/rules'],
  ['viewer', 'GET', '/floods'],
  ['viewer', 'GET', '/rules/files'],
  ['viewer', 'GET', '/rules/versions'],
  ['viewer', 'GET', '/rules/versions/x'],
  ['viewer', 'GET', '/rule-kinds'],
  ['viewer', 'GET', '/health'],
  ['operator', 'GET', '/households/x'],
  ['operator', 'GET', '/households/x/presence'],
  ['operator', 'PUT', '/households/x/presence'],
  ['operator', 'GET', '/test-modes'],
  ['operator', 'DELETE', '/test-modes/x'],
  ['operator', 'POST', '/alerts/x/take'],
  ['operator', 'POST', '/alerts/x/acknowledge'],
  ['operator', 'POST', '/alerts/x/claim'],
  ['operator', 'POST', '/alerts/x/release'],
  ['operator', 'POST', '/alerts/x/hand-over'],
  ['operator', 'POST', '/alerts/x/reset'],
  ['operator', 'POST', '/alerts/x/comment'],
  ['operator', 'POST', '/alerts/x/dispatch'],
  ['operator', 'POST', '/alerts/x/arrived'],
  ['operator', 'POST', '/alerts/x/family-informed'],
  ['operator', 'POST', '/alerts/x/close'],
  ['operator', 'POST', '/alerts/x/shelve'],
  ['operator', 'POST', '/alerts/x/unshelve'],
  ['operator', 'GET', '/seats'],
  ['operator', 'GET', '/shifts'],
  ['operator', 'GET', '/shifts/current/summary'],
  ['operator', 'POST', '/shifts'],
  ['operator', 'POST', '/shifts/x/sound-test'],
  ['operator', 'POST', '/shifts/x/hand-over'],
  ['operator', 'POST', '/calls'],
  ['operator', 'POST', '/calls/x/answer'],
  ['operator', 'POST', '/calls/x/hang-up'],
  ['operator', 'POST', '/calls/x/hand-over'],
  ['operator', 'POST', '/calls/x/leave'],
  ['operator', 'GET', '/calls/x/recording'],
  ['supervisor', 'POST', '/calls/x/listen'],
  ['supervisor', 'PUT', '/calls/x/legal-hold'],
  ['supervisor', 'POST', '/devices/x/out-of-service'],
  ['supervisor', 'POST', '/devices/x/in-service'],
  ['supervisor', 'POST', '/test-modes'],
  ['supervisor', 'PUT', '/households/x'],
  ['supervisor', 'DELETE', '/households/x'],
  ['supervisor', 'GET', '/journal'],
  ['supervisor', 'GET', '/quarantine'],
  ['supervisor', 'POST', '/quarantine/x/retry'],
  ['supervisor', 'POST', '/rules/try'],
  ['admin', 'POST', '/devices'],
  ['admin', 'PATCH', '/devices/x'],
  ['admin', 'PATCH', '/places/x'],
  ['admin', 'DELETE', '/devices/x'],
  ['admin', 'POST', '/devices/x/secret'],
  ['admin', 'POST', '/devices/import'],
  ['admin', 'GET', '/users'],
  ['admin', 'GET', '/users/x'],
  ['admin', 'POST', '/users'],
  ['admin', 'PATCH', '/users/x'],
  ['admin', 'DELETE', '/users/x'],
  ['admin', 'PUT', '/rules/files'],
  ['admin', 'POST', '/rules/versions/x/restore'],
  ['admin', 'POST', '/rules/check'],
];

describe('roles', () => {
  test('everybody may do what their role includes and nothing else, and nobody anything without signing in', async () => {
    const order: readonly Role[] = ['viewer', 'operator', 'supervisor', 'admin'];
    const people = new Map<Role, Caller>([['admin', room.admin]]);
    for (const role of order.slice(0, 3)) people.set(role, await room.person(`some-${role}`, role));
    for (const [role, method, url] of needed) {
      expect([url, (await room.anybody.call(method, url)).status]).toEqual([url, 401]);
      for (const [mine, caller] of people) {
        const { body } = await caller.call(
          method,
          url,
          method === 'GET' || method === 'DELETE' ? undefined : {},
        );
        const allowed = order.indexOf(mine) >= order.indexOf(role);
        expect([mine, method, url, body.error?.code === 'not-allowed']).toEqual([
          mine,
          method,
          url,
          !allowed,
        ]);
      }
    }
  });

  test('no route is forgotten above: each that the gateway has is named there or is open to anybody', () => {
    const listed = new Set(
      needed.map(([, method, url]) => `${method} ${url.split('?')[0]?.replaceAll('/x', '/{}')}`),
    );
    const { paths } = room.api.app.swagger() as {
      paths: Record<string, Record<string, { security?: unknown }>>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (security === undefined) continue;
        const name = `${method.toUpperCase()} ${path.replace('/api/v1', '').replaceAll(/\{\w+\}/g, '{}')}`;
        expect(listed.has(name) || name === 'DELETE /session', name).toBe(true);
      }
    }
  });

  test('a request is refused before its body is read', async () => {
    const answer = await room.api.app.inject({
      method: 'POST',
      url: '/api/v1/devices',
      headers: { 'content-type': 'application/json' },
      payload: 'no json',
    });
    expect(answer.statusCode).toBe(401);
  });
});

describe('rights by place', () => {
  const twoHomes = async (): Promise<Caller> => {
    await room.register('near', 'call-button', home301);
    await room.register('far', 'call-button', homeElsewhere);
    await room.register('nowhere', 'call-button', null);
    for (const device of ['near', 'far', 'nowhere']) room.press(device);
    await room.settled();
    return room.person('li', 'supervisor', ['c1']);
  };

  test('only what lies within is listed; what has no place is everybody’s', async () => {
    const li = await twoHomes();
    const devices = (await li.call('GET', '/devices')).body.devices as { id: string }[];
    expect(devices.map(({ id }) => id)).toEqual(['near', 'nowhere']);
    for (const open of ['', '?open=true']) {
      const alerts = (await li.call('GET', `/alerts${open}`)).body.alerts as { device: string }[];
      expect(alerts.map(({ device }) => device).sort()).toEqual(['near', 'nowhere']);
    }
    const places = (await li.call('GET', '/places')).body.places as { id: string }[];
    expect(places.map(({ id }) => id).sort()).toEqual(['b1', 'c1', 'h301']);
  });

  test('what lies elsewhere is not found, whatever is asked of it', async () => {
    const li = await twoHomes();
    const far = room.alertOf('far');
    await room.admin.call('PUT', '/households/h999', { note: 'x' });
    for (const [method, url, body] of [
      ['GET', '/devices/far', undefined],
      ['GET', '/devices/far/readings?measurement=battery', undefined],
      ['GET', '/readings?series=near:battery&series=far:battery', undefined],
      ['GET', '/readings/export?format=csv&device=near&device=far', undefined],
      ['GET', '/readings/export?format=csv&place=c2', undefined],
      ['GET', `/alerts/${far}`, undefined],
      ['POST', `/alerts/${far}/take`, {}],
      ['POST', '/devices/far/out-of-service', { reason: 'x' }],
      ['GET', '/households/h999', undefined],
      ['PUT', '/households/h999', { note: 'x' }],
      ['DELETE', '/households/h999', undefined],
    ] as const) {
      expect([url, (await li.call(method, url, body)).status]).toEqual([url, 404]);
    }
    expect((await li.call('POST', `/alerts/${room.alertOf('near')}/take`)).status).toBe(200);
    expect((await li.call('POST', `/alerts/${room.alertOf('nowhere')}/take`)).status).toBe(200);
    expect(room.core.duty.committed.alerts.get(far)?.claimedBy).toBeUndefined();
  });

  test('a closed alert elsewhere stays hidden', async () => {
    const li = await twoHomes();
    const far = room.alertOf('far');
    await room.admin.call('POST', `/alerts/${far}/close`, { disposition: 'test' });
    expect((await li.call('GET', `/alerts/${far}`)).status).toBe(404);
    expect((await li.call('POST', `/alerts/${far}/take`)).body.error?.code).toBe('not-found');
  });

  test('an administrator of one community registers no device in another', async () => {
    const chen = await room.person('chen', 'admin', ['c1']);
    await room.register('far', 'call-button', homeElsewhere);
    for (const place of [homeElsewhere, 'h999']) {
      expect(
        (await chen.call('POST', '/devices', { id: 'd', type: 'call-button', place })).body.error?.code,
      ).toBe('not-allowed');
    }
    expect(
      (await chen.call('POST', '/devices', { id: 'd', type: 'call-button', place: home301 })).status,
    ).toBe(201);
    expect((await chen.call('PATCH', '/devices/d', { place: 'h999' })).body.error?.code).toBe('not-allowed');
    expect((await chen.call('DELETE', '/devices/far')).status).toBe(404);
  });

  test('an administrator of one community makes nobody, himself included, more than he is', async () => {
    await twoHomes();
    const chen = await room.person('chen', 'admin', ['c1']);
    const user = { username: 'wu', password: 'long enough a word', role: 'operator' };
    const refusals: unknown[] = [];
    for (const [method, url, body] of [
      ['POST', '/users', user],
      ['POST', '/users', { ...user, places: [] }],
      ['POST', '/users', { ...user, places: ['c1', 'c2'] }],
      ['PATCH', '/users/chen', { places: [] }],
      ['PATCH', '/users/chen', { places: ['c2'] }],
      ['PATCH', '/users/admin', { password: 'a word of my own' }],
      ['DELETE', '/users/admin', undefined],
    ] as const)
      refusals.push((await chen.call(method, url, body)).body.error?.code);
    expect(refusals).toEqual(Array.from({ length: 7 }, () => 'not-allowed'));
    expect((await chen.call('POST', '/users', { ...user, places: ['h301'] })).status).toBe(201);
    expect((await chen.call('PATCH', '/users/wu', { places: ['b1'] })).status).toBe(200);
    expect((await room.admin.call('PATCH', '/users/chen', { places: [] })).status).toBe(200);
  });

  test('the record of the whole street takes rights to all of it', async () => {
    const li = await twoHomes();
    expect((await li.call('GET', '/journal')).body.error?.code).toBe('not-allowed');
    expect((await room.admin.call('GET', '/journal')).status).toBe(200);
  });

  test('what a hub elsewhere says of children that nobody registered, or that are not its own, is not shown', async () => {
    const li = await twoHomes();
    await room.register('hub-far', 'hub', homeElsewhere);
    await room.register('hub-near', 'hub', home301);
    for (const hub of ['hub-far', 'hub-near'])
      for (const child of ['ghost', 'near'])
        room.core.devices.receive(
          {
            sender: hub,
            topic: `zhishou/v1/hubs/${hub}/devices/${child}/events`,
            bytes: Buffer.from('{"event":"tamper","data":{"note":"private"}}'),
            retained: false,
            receivedAt: Date.now(),
          },
          () => {},
        );
    await room.settled();
    const seen = (await li.call('GET', '/quarantine')).body.quarantine as { sender: string }[];
    expect(seen.map(({ sender }) => sender)).toEqual(['hub-near', 'hub-near']);
  });
});
