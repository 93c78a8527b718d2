import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adminPassword, type DutyRoom, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const login = (
  username: string,
  password: string,
  headers: Record<string, string> = {},
  remoteAddress = '10.0.0.1',
) =>
  room.api.app.inject({
    method: 'POST',
    url: '/api/v1/session',
    payload: { username, password },
    headers,
    remoteAddress,
  });

describe('signing in', () => {
  test('an operator gets a token of 256 bits, and a cookie that no script can read and no other site can send', async () => {
    const answer = await login('admin', adminPassword);
    expect(answer.statusCode).toBe(200);
    const { token, user } = answer.json();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(user).toEqual({
      id: 'admin',
      username: 'admin',
      name: 'admin',
      role: 'admin',
      places: [],
      disabled: false,
    });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toContain(`=${token}`);
    expect(cookie).toContain('HttpOnly');
    expect(cookie).toContain('SameSite=Strict');
    expect(cookie).toContain('Path=/');
    expect(cookie).not.toContain('Secure');
  });

  test('the store never sees the token, only what it hashes to', async () => {
    const { token } = (await login('admin', adminPassword)).json();
    await room.settled();
    expect(JSON.stringify(room.store.batches())).not.toContain(token);
    expect([...room.core.duty.committed.sessions.keys()].every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
  });

  test('the session says who is signed in, until it is ended', async () => {
    expect((await room.admin.call('GET', '/session')).body.user).toMatchObject({
      id: 'admin',
      role: 'admin',
    });
    expect((await room.admin.call('DELETE', '/session')).status).toBe(204);
    expect((await room.admin.call('GET', '/session')).status).toBe(401);
  });

  test('a session ends by itself when its time is over', async () => {
    room.clock.at += 14 * 3_600_000 - 1;
    expect((await room.admin.call('GET', '/session')).status).toBe(200);
    room.clock.at += 1;
    const late = await room.admin.call('GET', '/session');
    expect(late.status).toBe(401);
    expect(late.body.error?.code).toBe('not-signed-in');
  });

  test('a wrong password and an unknown name get the same answer', async () => {
    const wrong = await login('admin', 'not the password');
    const unknown = await login('somebody', 'not the password');
    expect([wrong.statusCode, wrong.json()]).toEqual([unknown.statusCode, unknown.json()]);
    expect(wrong.json().error.code).toBe('invalid-credentials');
  });

  test('somebody who is disabled cannot sign in, and the session that they had is over', async () => {
    const old = await room.person('wang', 'operator');
    expect((await room.admin.call('PATCH', '/users/wang', { disabled: true })).status).toBe(200);
    expect((await old.call('GET', '/session')).status).toBe(401);
    expect((await login('wang', adminPassword)).json().error.code).toBe('invalid-credentials');
  });

  test('whoever signs in while the store fails can look, and still can when it has recovered', async () => {
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'disk full' });
    room.store.hold();
    const { token } = (await login('admin', adminPassword)).json();
    const headers = { authorization: `Bearer ${token}` };
    const look = async () =>
      (await room.api.app.inject({ url: '/api/v1/alerts?open=true', headers })).statusCode;
    expect(await look()).toBe(200);
    room.core.setHealth({ ok: true });
    room.store.release();
    await room.settled();
    expect(await look()).toBe(200);
  });

  test('too many logins from one address are refused with the time to wait', async () => {
    const answers = await Promise.all(Array.from({ length: 301 }, () => login('', 'x')));
    const [refused] = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused?.json().error.code).toBe('too-many-requests');
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('guessing passwords', () => {
  const guess = async (times: number, username: string, address: string) => {
    for (let i = 0; i < times; i += 1) await login(username, `guess ${i}`, {}, address);
  };

  test('ten wrong passwords lock the name for that address for a quarter of an hour, even for the right one', async () => {
    await guess(10, 'admin', '10.0.0.9');
    const locked = await login('admin', adminPassword, {}, '10.0.0.9');
    expect(locked.statusCode).toBe(429);
    expect(locked.json().error.code).toBe('locked-out');
    expect(Number(locked.headers['retry-after'])).toBe(900);
    room.clock.at += 15 * 60_000;
    expect((await login('admin', adminPassword, {}, '10.0.0.9')).statusCode).toBe(200);
  });

  test('a stranger elsewhere does not lock the operator out', async () => {
    await guess(10, 'admin', '10.0.0.9');
    expect((await login('admin', adminPassword, {}, '10.0.0.1')).statusCode).toBe(200);
  });

  test('an unknown name is locked like a known one, so that the lock tells nothing', async () => {
    await guess(10, 'nobody', '10.0.0.9');
    expect((await login('nobody', 'x', {}, '10.0.0.9')).json().error.code).toBe('locked-out');
  });

  test('a new password from the administrator lifts the lock', async () => {
    await room.person('wang', 'operator');
    await guess(10, 'wang', '10.0.0.9');
    await room.admin.call('PATCH', '/users/wang', { password: 'a better password' });
    expect((await login('wang', 'a better password', {}, '10.0.0.9')).statusCode).toBe(200);
  });

  test('the journal hears of each failure and of the lock, and neither it nor the log ever holds a password or a name that is nobody’s', async () => {
    await guess(10, 'admin', '10.0.0.9');
    await login('hunter2-typed-as-a-name', 'hunter2', {}, '10.0.0.9');
    await room.settled();
    const { body } = await room.admin.call('GET', '/journal?limit=1000');
    const events = (body.entries as { event: string; subject: string }[]).filter(({ event }) =>
      event.startsWith('session.'),
    );
    expect(
      events.filter(({ event, subject }) => event === 'session.refused' && subject === 'user:admin'),
    ).toHaveLength(10);
    expect(events.filter(({ event }) => event === 'session.locked-out')).toHaveLength(1);
    expect(events.filter(({ subject }) => subject === 'unknown')).toHaveLength(1);
    const written = JSON.stringify(room.store.batches()) + room.logged();
    expect(written).not.toContain('hunter2');
    expect(written).not.toContain('guess 3');
    expect(written).not.toContain(adminPassword);
  });
});

describe('requests in a visitor’s name', () => {
  const withCookie = async (headers: Record<string, string>, method: 'GET' | 'POST' = 'POST') =>
    (
      await room.api.app.inject({
        method,
        url: method === 'GET' ? '/api/v1/session' : '/api/v1/alerts/none/take',
        headers: { host: 'duty.example', cookie: `zhishou_session=${room.admin.token}`, ...headers },
      })
    ).json().error?.code ?? 'passed';

  test('a command by cookie needs an Origin that is ours, or the browser’s word for it', async () => {
    expect(await withCookie({})).toBe('wrong-origin');
    expect(await withCookie({ origin: 'https://evil.example' })).toBe('wrong-origin');
    expect(await withCookie({ origin: 'http://duty.example.evil.example' })).toBe('wrong-origin');
    expect(await withCookie({ origin: 'null' })).toBe('wrong-origin');
    expect(await withCookie({ 'sec-fetch-site': 'same-site' })).toBe('wrong-origin');
    expect(await withCookie({ 'sec-fetch-site': 'cross-site', origin: 'http://duty.example' })).toBe(
      'wrong-origin',
    );
    expect(await withCookie({ origin: 'http://duty.example' })).toBe('not-found');
    expect(await withCookie({ 'sec-fetch-site': 'same-origin' })).toBe('not-found');
  });

  test('reading by cookie needs none', async () => {
    expect(await withCookie({}, 'GET')).toBe('passed');
  });

  test('a wrong token is not made good by a right cookie', async () => {
    expect(await withCookie({ authorization: 'Bearer nonsense' }, 'GET')).toBe('not-signed-in');
  });

  test('another site cannot sign a visitor in', async () => {
    const answer = await login('admin', adminPassword, {
      host: 'duty.example',
      origin: 'https://evil.example',
    });
    expect(answer.json().error.code).toBe('wrong-origin');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});
