import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServerMessage } from '../../src/model/change.ts';
import { ofType, openConsole } from './console-client.ts';
import { type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom({ liveTimes: { tickMs: 20, readingsMs: 10, linksMs: 10, closeMs: 200 } });
});
afterEach(() => room[Symbol.asyncDispose]());

const change = ofType('change');
const snapshot = ofType('snapshot');

const pressed = async (device: string): Promise<string> => {
  if (room.core.duty.committed.device(device) === null) await room.register(device);
  room.press(device);
  await room.settled();
  return room.alertOf(device);
};

describe('a console that opens the feed', () => {
  test('is greeted, gets all that is open, and then every change, each as its schema says', async () => {
    const open = await pressed('p1');
    const desk = await room.console(room.admin);
    const { alerts, seq } = await desk.until(snapshot);
    expect(alerts.map(({ id }) => id)).toEqual([open]);
    expect(desk.messages[0]).toMatchObject({
      type: 'hello',
      seq,
      feed: room.core.duty.committed.feed,
      serverTime: room.clock.at,
      version: '1.2.3',
      user: { id: 'admin' },
    });
    const fresh = await pressed('p2');
    const raised = await desk.until(
      (message): message is Extract<ServerMessage, { type: 'change' }> =>
        change(message) && message.what === 'alert',
    );
    expect(raised).toMatchObject({ event: 'raised', alert: { id: fresh, state: 'latched-unacknowledged' } });
    expect(raised.seq).toBeGreaterThan(seq);
    await room.admin.call('POST', `/alerts/${fresh}/take`, { note: '马上来' });
    await desk.met((messages) => messages.some((message) => change(message) && message.event === 'taken'));
    expect(desk.messages.find((message) => change(message) && message.event === 'taken')).toMatchObject({
      by: 'user:admin',
      alert: { claimedBy: 'admin' },
      note: { text: '马上来' },
    });
    for (const message of desk.messages) ServerMessage.parse(message);
  });

  test('on a wall hears of an alert what happened, and nothing that was written about people', async () => {
    const wall = await room.person('wall', 'viewer');
    const screen = await room.console(wall);
    const { seq } = await screen.until(snapshot);
    await room.register('p1');
    const alert = await pressed('p1');
    await room.admin.call('POST', `/alerts/${alert}/take`, { note: '张秀英有糖尿病，钥匙在门垫下' });
    const taken = (message: ServerMessage): boolean => change(message) && message.event === 'taken';
    await screen.met((messages) => messages.some(taken));
    const later = await room.console(wall, `?after=${seq}`);
    await later.met((messages) => messages.some(taken));
    const { body } = await wall.call('GET', `/alerts/${alert}`);
    expect(body.timeline).toContainEqual(expect.objectContaining({ event: 'taken' }));
    for (const heard of [screen.messages, later.messages, body])
      expect(JSON.stringify(heard)).not.toMatch(/糖尿病|钥匙/);
    expect(screen.messages.find(taken)).toMatchObject({ alert: { claimedBy: 'admin' } });
    expect(JSON.stringify((await room.admin.call('GET', `/alerts/${alert}`)).body)).toContain('糖尿病');
  });

  test('hears of nothing before it is committed', async () => {
    await room.register('p1');
    const desk = await room.console(room.admin);
    const { seq } = await desk.until(snapshot);
    room.store.hold();
    room.press('p1');
    await desk.met((messages) => messages.filter(ofType('tick')).length >= 2);
    expect(desk.seqs()).toEqual([]);
    expect(desk.messages.filter(ofType('tick')).every((tick) => tick.seq === seq)).toBe(true);
    room.store.release();
    await desk.until(change);
  });

  test('hears the gateway’s tick', async () => {
    const desk = await room.console(room.admin);
    expect(await desk.until(ofType('tick'))).toMatchObject({
      seq: room.core.duty.committed.seq(),
      serverTime: room.clock.at,
    });
  });

  test('hears of an emergency that cannot be stored at once, and so does one that comes later, until it is stored', async () => {
    await room.register('p1');
    const desk = await room.console(room.admin);
    await desk.until(snapshot);
    room.store.hold();
    room.press('p1');
    room.clock.at += 1001;
    room.core.tick(room.clock.at);
    const { alert } = await desk.until(ofType('uncommitted'));
    expect(alert).toMatchObject({ kind: 'sos', device: 'p1' });
    const late = await room.console(room.admin);
    expect((await late.until(ofType('uncommitted'))).alert.id).toBe(alert.id);
    room.store.release();
    await late.until(change);
    const after = await room.console(room.admin);
    expect((await after.until(snapshot)).alerts.map(({ id }) => id)).toEqual([alert.id]);
    await after.until(ofType('tick'));
    expect(after.messages.some(ofType('uncommitted'))).toBe(false);
  });

  test('counts as somebody watching while it is there, unless it can only look', async () => {
    let rights: readonly (readonly string[])[] = [['nobody was asked']];
    const { watching } = room.core.duty;
    Object.assign(room.core.duty, {
      watching: (next: typeof rights) => {
        rights = next;
        watching(next);
      },
    });
    const wall = await room.person('wall', 'viewer');
    const screen = await room.console(wall);
    await screen.until(snapshot);
    const desk = await room.console(room.admin);
    await desk.until(snapshot);
    await desk.met(() => rights.length === 1);
    expect(rights).toEqual([[]]);
    const here = await room.console(await room.person('li', 'operator', ['c1']));
    await here.until(snapshot);
    expect(rights).toEqual([[], ['c1']]);
    await room.admin.call('PATCH', '/users/li', { places: ['c2'] });
    await here.met(() => rights[1]?.[0] === 'c2');
    await room.admin.call('PATCH', '/users/li', { role: 'viewer' });
    await here.met(() => rights.length === 1);
    desk.socket.close();
    await desk.closed;
    await screen.until(ofType('tick'));
    await screen.met(() => rights.length === 0);
  });

  test('says that it has shown an emergency, and that is on record; a screen that can only look does not count', async () => {
    const alert = await pressed('p1');
    const screen = await room.console(await room.person('wall', 'viewer'));
    await screen.until(snapshot);
    screen.say({ type: 'shown', alert, version: 1 });
    screen.say({ type: 'nonsense' });
    await screen.until(ofType('error'));
    await room.settled();
    expect(room.core.duty.committed.alerts.get(alert)?.firstShownAt).toBeUndefined();
    const desk = await room.console(room.admin);
    await desk.until(snapshot);
    desk.say({ type: 'shown', alert, version: 1 });
    await desk.met((messages) => messages.some((message) => change(message) && message.event === 'shown'));
    expect(room.core.duty.committed.alerts.get(alert)?.firstShownAt).toBe(room.clock.at);
  });

  test('gets the newest readings of what it watches, and only of that', async () => {
    await room.register('gas1', 'gas-detector');
    await room.register('gas2', 'gas-detector');
    await room.register('gas-far', 'gas-detector', homeElsewhere);
    const desk = await room.console(await room.person('li', 'operator', ['c1']));
    await desk.until(snapshot);
    desk.say({ type: 'watch', devices: ['gas1', 'gas-far', 'none'] });
    const first = await desk.until(ofType('readings'));
    expect(first.devices).toEqual({ gas1: {} });
    for (const device of ['gas1', 'gas2', 'gas-far'])
      for (let value = 1; value <= 5; value += 1)
        room.send(device, 'readings', { at: room.clock.at + value, values: { gas_lel: value } });
    await desk.met((messages) =>
      messages.some((message) => ofType('readings')(message) && message.devices.gas1?.gas_lel?.value === 5),
    );
    const seen = desk.messages.filter(ofType('readings'));
    expect(new Set(seen.flatMap(({ devices }) => Object.keys(devices)))).toEqual(new Set(['gas1']));
    expect(seen.length).toBeLessThan(6);
  });

  test('hears, in one message, which devices came and went', async () => {
    await room.register('p1');
    await room.register('p2');
    await room.register('far', 'call-button', homeElsewhere);
    const desk = await room.console(room.admin);
    const near = await room.console(await room.person('li', 'operator', ['c1']));
    await Promise.all([desk.until(snapshot), near.until(snapshot)]);
    for (const device of ['p1', 'p2', 'far']) room.core.devices.linkUp(device, room.clock.at, false);
    const all = await desk.until(ofType('devices'));
    expect(all.devices.map(({ id, link }) => [id, link])).toEqual([
      ['p1', 'online'],
      ['p2', 'online'],
      ['far', 'online'],
    ]);
    expect((await near.until(ofType('devices'))).devices.map(({ id }) => id)).toEqual(['p1', 'p2']);
  });

  test('hears that a device gave a wrong secret, and that it has come since with the right one', async () => {
    await room.register('p1');
    const desk = await room.console(room.admin);
    await desk.until(snapshot);
    const { at } = room.clock;
    const refused = { at, reason: 'wrong-secret' };
    room.core.devices.loginRefused('p1', at);
    expect((await desk.until(ofType('devices'))).devices).toEqual([
      { id: 'p1', link: 'unknown', lastSeenAt: null, loginRefused: refused },
    ]);
    expect((await room.admin.call('GET', '/api/v1/devices/p1')).body.loginRefused).toEqual(refused);
    expect((await room.admin.call('GET', '/api/v1/devices')).body).toMatchObject({
      devices: [{ id: 'p1', loginRefused: refused }],
    });
    room.core.devices.linkUp('p1', at, false);
    const isOnLine = (message: ServerMessage): message is ServerMessage & { type: 'devices' } =>
      message.type === 'devices' && message.devices.some(({ link }) => link === 'online');
    expect((await desk.until(isOnLine)).devices).toEqual([{ id: 'p1', link: 'online', lastSeenAt: at }]);
    expect((await room.admin.call('GET', '/api/v1/devices/p1')).body).not.toHaveProperty('loginRefused');
  });

  test('is told what it said wrong, and stays', async () => {
    const desk = await room.console(room.admin);
    await desk.until(snapshot);
    for (const wrong of ['no json', '{"type":"shown"}', '{"type":"sing"}', '[]', '"x"', 'null'])
      desk.say(wrong);
    desk.socket.send(Buffer.from([1, 2, 3]));
    await desk.met((messages) => messages.filter(ofType('error')).length === 7);
    expect(desk.messages.filter(ofType('error')).every(({ error }) => error.code === 'bad-request')).toBe(
      true,
    );
    await pressed('p1');
    await desk.until(change);
  });

  test('is closed when it floods, and when it sends something huge', async () => {
    const desk = await room.console(room.admin);
    const other = await room.console(room.admin);
    for (let i = 0; i < 6000; i += 1) desk.say('{"type":"watch","devices":[]}');
    expect(await desk.closed).toBe(4009);
    other.say('x'.repeat(65 * 1024));
    expect(await other.closed).toBe(1009);
  });
});

describe('who may listen', () => {
  const url = async (path = '/api/v1/live') => `ws://127.0.0.1:${await room.port()}${path}`;
  const cookie = () => `zhishou_session=${room.admin.token}`;

  test('a cookie counts only with our own Origin; a token needs none', async () => {
    const address = await url();
    const origin = `http://127.0.0.1:${await room.port()}`;
    await expect(openConsole(address, { headers: { cookie: cookie() } })).rejects.toThrow('refused: 403');
    await expect(
      openConsole(address, { headers: { cookie: cookie(), origin: 'http://evil.example' } }),
    ).rejects.toThrow('refused: 403');
    await expect(
      openConsole(address, {
        headers: { cookie: cookie(), origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' },
      }),
    ).rejects.toThrow('refused: 403');
    const ours = await openConsole(address, { headers: { cookie: cookie(), origin } });
    await ours.until(snapshot);
    ours.socket.terminate();
    await ours.closed;
  });

  test('nobody is refused after the upgrade: a stranger holds no socket', async () => {
    const address = await url();
    for (let i = 0; i < 50; i += 1) await expect(openConsole(address)).rejects.toThrow('refused: 401');
    await expect(openConsole(await url('/api/v1/nowhere'))).rejects.toThrow('refused: 404');
    await expect(openConsole(await url('/api/v1/alerts'))).rejects.toThrow('refused: 401');
    const connections = () =>
      new Promise<number>((resolve, reject) =>
        room.api.app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    const desk = await room.console(room.admin);
    // The desk's own connection is the one that is left; its ticks are the time that the others get to go.
    for (let ticks = 1; (await connections()) > 1 && ticks < 100; ticks += 1)
      await desk.met((messages) => messages.filter(ofType('tick')).length >= ticks);
    expect(await connections()).toBe(1);
    expect(room.api.app.websocketServer.clients.size).toBe(1);
  });

  test('a feed is closed with 4001 when its session is ended, expires, or its user is removed or disabled', async () => {
    const enders: readonly ((token: string) => Promise<unknown>)[] = [
      (token) =>
        room.api.app.inject({
          method: 'DELETE',
          url: '/api/v1/session',
          headers: { authorization: `Bearer ${token}` },
        }),
      () => room.admin.call('DELETE', '/users/wang'),
      () => room.admin.call('PATCH', '/users/wang', { disabled: true }),
      () => room.admin.call('PATCH', '/users/wang', { password: 'another password' }),
      async () => {
        room.clock.at += 15 * 3_600_000;
      },
    ];
    for (const end of enders) {
      const wang = await room.person('wang', 'operator');
      const desk = await room.console(wang);
      await desk.until(snapshot);
      await end(wang.token);
      expect(await desk.closed).toBe(4001);
    }
  });

  test('whoever was signed out shows nothing any more, also before the connection has ended', async () => {
    const id = await pressed('p1');
    const wang = await room.person('wang', 'operator');
    const desk = await room.console(wang);
    await desk.until(snapshot);
    // A peer that has not read its close yet still talks; what it says arrives ahead of its answer to the close.
    desk.socket.pause();
    await room.admin.call('PATCH', '/users/wang', { disabled: true });
    desk.say({ type: 'shown', alert: id, version: 1 });
    desk.socket.resume();
    expect(await desk.closed).toBe(4001);
    await room.settled();
    expect(room.core.duty.committed.alerts.get(id)?.firstShownAt).toBeUndefined();
  });

  test('rights by place hold on the feed too, in the snapshot, live and replayed', async () => {
    const near = await room.person('li', 'operator', ['c1']);
    await room.register('p1', 'call-button', home301);
    await room.register('far', 'call-button', homeElsewhere);
    const from = room.core.duty.committed.seq();
    for (const device of ['far', 'p1']) room.press(device);
    await room.settled();
    const desk = await room.console(near);
    expect((await desk.until(snapshot)).alerts.map(({ device }) => device)).toEqual(['p1']);
    for (const device of ['far', 'p1']) room.press(device);
    await room.settled();
    await desk.until(change);
    const back = await room.console(near, `?after=${from}`);
    await back.met((messages) => messages.filter(change).length === 2);
    await back.until(ofType('tick'));
    for (const client of [desk, back])
      expect(
        client.messages.filter(change).every(({ alert }) => alert === undefined || alert.device === 'p1'),
      ).toBe(true);
  });

  test('other rights count at once: the console gets what it may see now', async () => {
    await pressed('p1');
    await room.register('far', 'call-button', homeElsewhere);
    await pressed('far');
    const desk = await room.console(await room.person('li', 'operator', ['c1']));
    expect((await desk.until(snapshot)).alerts.map(({ device }) => device)).toEqual(['p1']);
    await room.admin.call('PATCH', '/users/li', { places: ['c2'] });
    await desk.met((messages) => messages.filter(snapshot).length === 2);
    expect(desk.messages.filter(snapshot)[1]?.alerts.map(({ device }) => device)).toEqual(['far']);
  });
});

describe('places on the feed', () => {
  test('one who may only look on and opens very many consoles keeps nobody else from the feed', async () => {
    const wall = await room.person('wall', 'viewer');
    for (let i = 0; i < 50; i += 1) await (await room.console(wall)).until(snapshot);
    await expect(room.console(wall)).rejects.toThrow('refused: 429');
    await (await room.console(room.admin)).until(snapshot);
  });

  test('an operator has as many consoles as there are places', async () => {
    const desk = await room.person('desk', 'operator');
    for (let i = 0; i < 60; i += 1) await (await room.console(desk)).until(snapshot);
  });
});

describe('the end', () => {
  test('on shutdown every console is told to go, and one that does not answer holds nobody up', async () => {
    const desk = await room.console(room.admin);
    const dead = await room.console(room.admin);
    await Promise.all([desk.until(snapshot), dead.until(snapshot)]);
    dead.socket.pause();
    await room.api.close();
    expect(await desk.closed).toBe(1001);
    expect(room.api.app.server.listening).toBe(false);
  });

  test('a peer that gives no sign of life is let go', async () => {
    // Long enough for one that is there to answer, also where this machine stands still for a moment.
    const quick = await openDutyRoom({ liveTimes: { pingMs: 1_500 } });
    try {
      const desk = await quick.console(quick.admin);
      await desk.until(snapshot);
      const dead = await openConsole(`ws://127.0.0.1:${await quick.port()}/api/v1/live`, {
        headers: { authorization: `Bearer ${quick.admin.token}` },
        autoPong: false,
      });
      expect(await dead.closed).toBe(1006);
      expect(desk.socket.readyState).toBe(desk.socket.OPEN);
    } finally {
      await quick[Symbol.asyncDispose]();
    }
  });
});
