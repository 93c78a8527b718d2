import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Alert } from '../../src/model/alert.ts';
import { ServerMessage } from '../../src/model/change.ts';
import { Presence } from '../../src/model/household.ts';
import { TestMode } from '../../src/model/test-mode.ts';
import { rule } from '../gateway/core.ts';
import { ofType } from './console-client.ts';
import { type DutyRoom, homeElsewhere, openDutyRoom, smokeRule } from './duty-room.ts';

const hour = 3_600_000;
const leakRule = rule(
  'leak',
  'flag',
  ['water-monitor'],
  { measurement: 'water_leak', is: true },
  {
    priority: 'medium',
    latching: false,
    alert: { kind: 'water', test: false, title: { zh: '漏水', en: 'Leak' } },
  },
);

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom({ sessionMs: 100 * hour }, [smokeRule, leakRule]);
});
afterEach(() => room[Symbol.asyncDispose]());

const wet = async (device = 'water1'): Promise<string> => {
  await room.register(device, 'water-monitor');
  room.send(device, 'readings', { values: { water_leak: true } });
  await room.settled();
  return room.alertOf(device);
};
const listed = async (query: string): Promise<readonly string[]> =>
  ((await room.admin.call('GET', `/alerts?${query}`)).body.alerts as { device: string }[]).map(
    ({ device }) => device,
  );

describe('an alert that is set aside', () => {
  test('takes a reason and an end, is listed as shelved, says why, and comes off again', async () => {
    const alert = await wet();
    const until = room.clock.at + hour;
    const shelve = (body: object) => room.admin.call('POST', `/alerts/${alert}/shelve`, body);
    expect((await shelve({ until })).status).toBe(400);
    expect((await shelve({ until, note: ' ' })).status).toBe(400);
    expect((await shelve({ until: until + 8 * hour, note: 'x' })).body.error?.code).toBe('invalid');
    const { status, body } = await shelve({ until, note: '地面在拖' });
    expect(status).toBe(200);
    expect(Alert.parse(body)).toMatchObject({ state: 'shelved', shelvedUntil: until, shelvedBy: 'admin' });
    expect(await listed('state=shelved')).toEqual(['water1']);
    expect(await listed('state=unacknowledged')).toEqual([]);
    const seen = (await room.admin.call('GET', `/alerts/${alert}`)).body as {
      explanation: { zh: string; en: string };
      timeline: { event: string; note?: string; data: object }[];
    };
    expect(seen.explanation.zh).toContain('由 admin 搁置至');
    expect(seen.timeline.at(-1)).toMatchObject({
      event: 'shelved',
      note: '地面在拖',
      data: { until, once: false },
    });
    expect((await room.admin.call('POST', `/alerts/${alert}/unshelve`)).body).toMatchObject({
      state: 'unacknowledged',
    });
    expect((await room.admin.call('POST', `/alerts/${alert}/unshelve`)).body.error?.code).toBe('not-shelved');
  });

  test('is never a press, nor smoke', async () => {
    await room.register('pager');
    room.press('pager');
    await room.register('smoke1', 'smoke-alarm');
    room.send('smoke1', 'readings', { values: { smoke: true } });
    await room.settled();
    for (const device of ['pager', 'smoke1']) {
      const answer = await room.admin.call('POST', `/alerts/${room.alertOf(device)}/shelve`, {
        until: room.clock.at + hour,
        note: 'too loud',
      });
      expect([answer.status, answer.body.error?.code]).toEqual([409, 'not-shelvable']);
    }
  });

  test('is told from one that has stood there for more than a day, which is found by asking for it', async () => {
    await wet();
    room.clock.at += 23 * hour;
    await wet('water2');
    expect(await listed('stale=true')).toEqual([]);
    room.clock.at += 2 * hour;
    expect(await listed('stale=true')).toEqual(['water1']);
    expect(await listed('open=true&stale=false')).toEqual(['water2']);
    expect(await listed('state=closed')).toEqual([]);
  });
});

describe('test modes', () => {
  test('are started by a supervisor, seen by operators, and ended by them at once', async () => {
    await room.register('smoke1', 'smoke-alarm');
    const lead = await room.person('lead', 'supervisor', ['c1']);
    const here = await room.person('here', 'operator', ['c1']);
    const elsewhere = await room.person('elsewhere', 'operator', ['c2']);
    await room.register('smoke9', 'smoke-alarm', homeElsewhere);
    const body = { place: 'b1', types: ['smoke-alarm'], until: room.clock.at + hour, onSite: '王师傅' };
    const started = await lead.call('POST', '/test-modes', body);
    expect(started.status).toBe(201);
    const { id } = TestMode.parse(started.body);
    expect((await lead.call('POST', '/test-modes', { ...body, place: 'c2' })).status).toBe(403);
    const refused = await lead.call('POST', '/test-modes', { ...body, types: ['call-button'] });
    expect([refused.status, refused.body.error?.code]).toEqual([422, 'not-testable']);
    const seenBy = async (caller: typeof here) =>
      z
        .array(TestMode)
        .parse((await caller.call('GET', '/test-modes')).body.testModes)
        .map((mode) => mode.id);
    expect([await seenBy(here), await seenBy(elsewhere)]).toEqual([[id], []]);
    room.send('smoke1', 'readings', { values: { smoke: true } });
    await room.settled();
    const alert = room.alertOf('smoke1');
    expect((await room.admin.call('GET', `/alerts/${alert}`)).body.test).toBe(true);
    expect((await elsewhere.call('DELETE', `/test-modes/${id}`)).status).toBe(404);
    expect((await here.call('DELETE', `/test-modes/${id}`)).status).toBe(204);
    expect((await room.admin.call('GET', `/alerts/${alert}`)).body).toMatchObject({
      test: false,
      state: 'unacknowledged',
    });
    expect((await here.call('DELETE', `/test-modes/${id}`)).status).toBe(404);
    expect(await seenBy(here)).toEqual([]);
  });
});

describe('who is at home', () => {
  test('is said by an operator, also of a home without a card, and only within their rights', async () => {
    await room.register('pager');
    await room.register('far', 'call-button', homeElsewhere);
    const here = await room.person('here', 'operator', ['c1']);
    const url = '/households/h301/presence';
    expect((await here.call('GET', url)).body).toEqual({ place: 'h301', state: 'home' });
    expect((await here.call('PUT', url, { state: 'hospital' })).body.error?.code).toBe('invalid');
    const until = room.clock.at + 24 * hour;
    const put = await here.call('PUT', url, { state: 'hospital', until });
    expect(Presence.parse(put.body)).toEqual({
      place: 'h301',
      state: 'hospital',
      since: room.clock.at,
      until,
      by: 'here',
    });
    expect((await room.admin.call('GET', url)).body).toMatchObject({ state: 'hospital' });
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', { state: 'home' }],
    ] as const)
      expect((await here.call(method, '/households/h999/presence', body)).status).toBe(404);
    expect((await room.admin.call('PUT', '/households/b1/presence', { state: 'moved' })).status).toBe(422);
    expect(JSON.stringify((await room.admin.call('GET', '/journal')).body)).not.toContain('hospital');
  });
});

describe('a flood', () => {
  test('is told to those whose street it is, and to a console that joins later', async () => {
    await room.person('elsewhere', 'operator', ['c2']);
    const here = await room.person('here', 'operator', ['c1']);
    const desk = await room.console(here);
    for (let index = 0; index < 10; index += 1) await wet(`water${index}`);
    const change = ofType('change');
    await desk.met((messages) => messages.some((one) => change(one) && one.event === 'flood-began'));
    const began = desk.messages.filter((one) => change(one) && one.event === 'flood-began');
    expect(began).toMatchObject([{ what: 'system', data: { places: ['c1'], alerts: 10 } }]);
    const later = await room.console(here);
    const snapshot = await later.until(ofType('snapshot'));
    expect(snapshot.floods).toMatchObject([{ places: ['c1'], alerts: 10 }]);
    ServerMessage.parse(snapshot);
    expect((await here.call('GET', '/floods')).body.floods).toEqual(snapshot.floods);
    expect((await room.admin.call('GET', '/floods')).body.floods).toHaveLength(2);
  });
});
