import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommits } from '../../src/api/commits.ts';
import type { DutyDoor } from '../../src/gateway/doors.ts';
import { Alert } from '../../src/model/alert.ts';
import { type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom({ patience: { pollMs: 5, failingMs: 20, longestMs: 10_000 } });
});
afterEach(() => room[Symbol.asyncDispose]());

const pressed = async (device = 'pager'): Promise<string> => {
  await room.register(device);
  room.press(device);
  await room.settled();
  return room.alertOf(device);
};

const nextTurns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((turn) => setImmediate(turn));
};

describe('an operator’s command', () => {
  test('is answered only when it is committed', async () => {
    const alert = await pressed();
    room.store.hold();
    let answered = false;
    const answer = room.admin.call('POST', `/alerts/${alert}/take`).then((value) => {
      answered = true;
      return value;
    });
    while (room.store.held() === 0) await nextTurns(1);
    await nextTurns(20);
    expect(answered).toBe(false);
    expect((await room.admin.call('GET', `/alerts/${alert}`)).body).toMatchObject({
      state: 'latched-unacknowledged',
    });
    room.store.release();
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(Alert.parse(body)).toMatchObject({
      id: alert,
      claimedBy: 'admin',
      acknowledged: true,
      state: 'latched-acknowledged',
    });
  });

  test('is refused only when what the refusal rests on is committed: of two who take at once one wins, however slow the store', async () => {
    const alert = await pressed();
    const wang = await room.person('wang', 'operator');
    room.store.hold();
    const order: string[] = [];
    const first = room.admin.call('POST', `/alerts/${alert}/take`).finally(() => order.push('first'));
    while (room.store.held() === 0) await nextTurns(1);
    const second = wang.call('POST', `/alerts/${alert}/take`).finally(() => order.push('second'));
    await nextTurns(20);
    expect(order).toEqual([]);
    room.store.release();
    expect((await first).status).toBe(200);
    const { status, body } = await second;
    expect(status).toBe(409);
    expect(body.error).toMatchObject({ code: 'already-claimed', details: { claimedBy: 'admin', alert } });
    expect(order).toEqual(['first', 'second']);
  });

  test('gets 503 at once and has no effect while the store fails; reading goes on', async () => {
    const alert = await pressed();
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'disk full' });
    for (const [method, url, body] of [
      ['POST', `/alerts/${alert}/take`, undefined],
      ['POST', '/devices', { id: 'new', type: 'call-button' }],
      ['PATCH', '/devices/pager', { name: 'x' }],
      ['DELETE', '/devices/pager', undefined],
      ['POST', '/devices/pager/secret', undefined],
      ['POST', '/devices/pager/out-of-service', { reason: 'x' }],
      ['POST', '/users', { username: 'li', password: 'a long password', role: 'viewer' }],
      ['PATCH', '/users/admin', { name: 'x' }],
      ['PUT', '/households/h301', { note: 'x' }],
    ] as const) {
      const answer = await room.admin.call(method, url, body);
      expect([url, answer.status, answer.body.error?.code]).toEqual([url, 503, 'store-unavailable']);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect((await room.admin.call('GET', '/alerts?open=true')).body.alerts).toHaveLength(1);
    room.core.setHealth({ ok: true });
    await room.settled();
    expect(room.core.duty.committed.alerts.get(alert)?.acknowledged).toBe(false);
    expect(room.core.duty.committed.device('new')).toBeNull();
  });

  test('says that it stands when the store begins to fail while it waits, and takes effect when the store recovers', async () => {
    const alert = await pressed();
    room.store.hold();
    const answer = room.admin.call('POST', `/alerts/${alert}/take`);
    while (room.store.held() === 0) await nextTurns(1);
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'disk full' });
    const { status, body } = await answer;
    expect(status).toBe(503);
    expect(body.error?.code).toBe('store-unavailable');
    expect(body.error?.message).toContain('takes effect when the store recovers');
    room.core.setHealth({ ok: true });
    room.store.release();
    await room.settled();
    expect(room.core.duty.committed.alerts.get(alert)?.claimedBy).toBe('admin');
  });

  test('rides out a store that fails for a moment', async () => {
    let commit = (): void => undefined;
    let ok = true;
    const duty: Pick<DutyDoor, 'settled' | 'storeHealth'> = {
      settled: () => new Promise((resolve) => (commit = resolve)),
      storeHealth: () => (ok ? { ok } : { ok, since: 0, error: 'busy' }),
    };
    const commits = createCommits(duty, { pollMs: 1, failingMs: 60_000, longestMs: 60_000 });
    const answer = commits.run(() => {
      ok = false;
      return { ok: true, value: 7 };
    });
    await nextTurns(20);
    ok = true;
    commit();
    expect(await answer).toBe(7);
  });
});

describe('the verbs of an alert', () => {
  test('take no body, an empty one, or an empty one that calls itself JSON', async () => {
    const alert = await pressed();
    for (const [headers, payload] of [
      [{}, undefined],
      [{ 'content-type': 'application/json' }, ''],
      [{ 'content-type': 'application/json' }, '{}'],
    ] as const) {
      const answer = await room.api.app.inject({
        method: 'POST',
        url: `/api/v1/alerts/${alert}/acknowledge`,
        headers: { authorization: `Bearer ${room.admin.token}`, ...headers },
        ...(payload === undefined ? {} : { payload }),
      });
      expect(answer.statusCode).toBe(200);
    }
  });

  test('carry an alert from the press to its close, and its timeline tells all of it', async () => {
    const alert = await pressed();
    const say = (verb: string, body: object = {}) =>
      room.admin.call('POST', `/alerts/${alert}/${verb}`, body);
    expect((await say('take')).body).toMatchObject({ claimedBy: 'admin' });
    expect((await say('comment', { note: '电话没人接' })).status).toBe(200);
    expect((await say('dispatch', { who: 'neighbour' })).body.dispatchedAt).toBe(room.clock.at);
    expect((await say('release')).body.claimedBy).toBeUndefined();
    expect((await say('claim')).body.claimedBy).toBe('admin');
    expect((await say('close')).body.error?.code).toBe('needs-disposition');
    expect((await say('close', {})).body.error?.code).toBe('needs-disposition');
    expect((await say('close', { disposition: 'returned' })).status).toBe(400);
    expect((await say('close', { disposition: 'assistance-given' })).body).toMatchObject({
      state: 'closed',
      disposition: 'assistance-given',
    });
    const { body } = await room.admin.call('GET', `/alerts/${alert}`);
    const timeline = body.timeline as { event: string; note?: string; actor: string }[];
    expect(timeline.map(({ event }) => event)).toEqual([
      'raised',
      'taken',
      'commented',
      'dispatched',
      'released',
      'claimed',
      'closed',
    ]);
    expect(timeline[2]).toMatchObject({ note: '电话没人接', actor: 'user:admin' });
    expect(body.evidence).toMatchObject([{ event: 'sos' }]);
    expect((await say('take')).body.error).toMatchObject({ code: 'already-closed' });
  });

  test('a call for help in which nobody was reached is not filed away as a mistake before it is said who saw the person, and when', async () => {
    const alert = await pressed();
    const device = room.core.duty.committed.alerts.get(alert)?.device ?? '';
    room.send(device, 'voice/up', { call: 'c-1', type: 'request' });
    room.send(device, 'voice/up', { call: 'c-1', type: 'cancel' });
    await room.settled();
    const close = (reached?: object) =>
      room.admin.call('POST', `/alerts/${alert}/close`, { disposition: 'pressed-by-mistake', reached });
    const refused = await close();
    expect([refused.status, refused.body.error?.code]).toEqual([409, 'nobody-reached']);
    expect((await room.admin.call('GET', `/alerts/${alert}`)).body.state).not.toBe('closed');
    for (const half of [
      { how: 'seen', by: '老李' },
      { how: 'seen', by: ' ', at: room.clock.at },
      { how: 'heard' },
    ])
      expect((await close(half)).body.error?.code).toBe('bad-request');
    const at = room.clock.at;
    expect((await close({ how: 'seen', by: '邻居老李', at })).body.state).toBe('closed');
    const { body } = await room.admin.call('GET', `/alerts/${alert}`);
    expect((body.timeline as object[]).at(-1)).toMatchObject({
      event: 'closed',
      data: { disposition: 'pressed-by-mistake', reached: 'seen', seenAt: at },
      seenBy: '邻居老李',
    });
    expect((body.timeline as object[]).at(-1)).not.toHaveProperty('note');
  });

  test('an alert whose condition holds cannot be closed', async () => {
    await room.register('smoke1', 'smoke-alarm');
    room.send('smoke1', 'readings', { values: { smoke: true } });
    await room.settled();
    const answer = await room.admin.call('POST', `/alerts/${room.alertOf('smoke1')}/close`, {
      disposition: 'false-cooking',
    });
    expect([answer.status, answer.body.error?.code]).toEqual([409, 'still-active']);
  });

  test('a command made from a stale version is refused', async () => {
    const alert = await pressed();
    const answer = await room.admin.call('POST', `/alerts/${alert}/acknowledge`, { version: 99 });
    expect([answer.status, answer.body.error?.code]).toEqual([409, 'stale-version']);
  });

  test('an alert is not given to somebody from whom its place is hidden', async () => {
    const alert = await pressed();
    await room.person('elsewhere', 'operator', [homeElsewhere.path[1]?.id ?? '']);
    await room.person('here', 'operator', ['c1']);
    await room.admin.call('POST', `/alerts/${alert}/take`);
    expect(
      (await room.admin.call('POST', `/alerts/${alert}/hand-over`, { to: 'elsewhere' })).body.error?.code,
    ).toBe('unknown-user');
    expect(
      (await room.admin.call('POST', `/alerts/${alert}/hand-over`, { to: 'nobody' })).body.error?.code,
    ).toBe('unknown-user');
    expect((await room.admin.call('POST', `/alerts/${alert}/hand-over`, { to: 'here' })).body.claimedBy).toBe(
      'here',
    );
  });

  test('a verb that nobody knows, and an alert that nobody knows, are not found', async () => {
    const alert = await pressed();
    expect((await room.admin.call('POST', `/alerts/${alert}/explode`)).status).toBe(404);
    expect((await room.admin.call('POST', '/alerts/none/take')).body.error?.code).toBe('not-found');
    expect((await room.admin.call('GET', '/alerts/none')).body.error?.code).toBe('not-found');
  });
});
