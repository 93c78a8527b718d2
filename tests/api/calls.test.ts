import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Call } from '../../src/model/call.ts';
import { type CallBook, createCallBook, ringing } from './call-book.ts';
import { ofType } from './console-client.ts';
import { type Caller, type DutyRoom, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
let book: CallBook;
beforeEach(async () => {
  book = createCallBook();
  room = await openDutyRoom(
    { patience: { pollMs: 5, failingMs: 20, longestMs: 10_000 }, liveTimes: { tickMs: 20, closeMs: 200 } },
    undefined,
    book.parts,
  );
});
afterEach(() => room[Symbol.asyncDispose]());

const nextTurns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((turn) => setImmediate(turn));
};

/** The id under which a console of this person has come in. */
const desk = async (caller: Caller, id?: string): Promise<string> => {
  const client = await room.console(caller, id === undefined ? '' : `?console=${id}`);
  await client.until(ofType('snapshot'));
  return (await client.until(ofType('hello'))).console ?? '';
};

const idsOf = ({ body }: { readonly body: object }): string[] =>
  (body as { calls: Call[] }).calls.map(({ id }) => id);
const commands = (): (readonly unknown[])[] =>
  book.asked.filter(([what]) => what !== 'here' && what !== 'gone');

describe('the list of calls', () => {
  const over = (id: string, requestedAt: number, more: Partial<Call> = {}): Call =>
    ringing(id, { state: 'ended', requestedAt, endedAt: requestedAt + 5, ...more });

  test('has those under way and those that are over, newest first, page by page', async () => {
    for (let at = 1; at <= 5; at += 1) room.store.keepCall(over(`c-${at}`, at));
    const live = ringing('c-6', { requestedAt: 6 });
    room.store.keepCall(live);
    book.live.set('c-6', live);
    expect(idsOf(await room.admin.call('GET', '/calls'))).toEqual(['c-6', 'c-5', 'c-4', 'c-3', 'c-2', 'c-1']);
    const first = await room.admin.call('GET', '/calls?limit=4');
    expect([idsOf(first), first.body.next]).toEqual([['c-6', 'c-5', 'c-4', 'c-3'], 'c-3']);
    const second = await room.admin.call('GET', '/calls?limit=4&after=c-3');
    expect([idsOf(second), second.body.next]).toEqual([['c-2', 'c-1'], undefined]);
    expect(idsOf(await room.admin.call('GET', '/calls?open=false'))).not.toContain('c-6');
    expect(Call.parse((await room.admin.call('GET', '/calls/c-6')).body)).toEqual(live);
    expect((await room.admin.call('GET', '/calls/c-1')).body.state).toBe('ended');
  });

  test('is narrowed by device, alert, place and time, open or not', async () => {
    const calls = [
      ringing('a', { requestedAt: 10, device: 'p1', alert: 'al-1' }),
      ringing('b', { requestedAt: 20, device: 'p2', place: homeElsewhere }),
      ringing('c', { requestedAt: 30, device: 'p1', place: null }),
    ];
    for (const call of calls) {
      room.store.keepCall(call);
      book.live.set(call.id, call);
    }
    for (const open of ['', '&open=true'])
      for (const [query, ids] of [
        ['device=p1', ['c', 'a']],
        ['alert=al-1', ['a']],
        ['place=c2', ['b']],
        ['from=20', ['c', 'b']],
        ['from=10&to=30', ['b', 'a']],
      ] as const)
        expect([query, idsOf(await room.admin.call('GET', `/calls?${query}${open}`))]).toEqual([query, ids]);
    const page = await room.admin.call('GET', '/calls?open=true&limit=1');
    expect([idsOf(page), page.body.next]).toEqual([['c'], 'c']);
    expect(idsOf(await room.admin.call('GET', '/calls?open=true&after=c'))).toEqual(['b', 'a']);
    expect(idsOf(await room.admin.call('GET', '/calls?open=true&after=nobody'))).toEqual([]);
    expect((await room.admin.call('GET', '/calls?limit=0')).status).toBe(400);
  });

  test('shows nobody a call of a place that their rights do not cover', async () => {
    const li = await room.person('li', 'operator', ['c1']);
    for (const call of [ringing('near'), ringing('far', { place: homeElsewhere })]) {
      room.store.keepCall(call);
      book.live.set(call.id, call);
    }
    for (let at = 0; at < 600; at += 1)
      room.store.keepCall(over(`far-${at}`, 2_000 + at, { place: homeElsewhere }));
    expect(idsOf(await li.call('GET', '/calls'))).toEqual(['near']);
    expect(idsOf(await li.call('GET', '/calls?open=true'))).toEqual(['near']);
    expect((await li.call('GET', '/calls/far')).body.error?.code).toBe('not-found');
    expect((await li.call('GET', '/calls/far-1')).body.error?.code).toBe('not-found');
    for (const [verb, body] of [
      ['answer', {}],
      ['hang-up', {}],
      ['hand-over', { to: 'admin' }],
      ['leave', {}],
    ] as const)
      expect((await li.call('POST', `/calls/far/${verb}`, body)).body.error?.code).toBe('not-found');
    expect(commands()).toEqual([]);
  });
});

describe('an operator', () => {
  test('answers at the console that the page names, and is told only once that is committed', async () => {
    book.live.set('call-1', ringing('call-1'));
    await desk(room.admin, 'desk-a');
    await desk(room.admin, 'desk-b');
    room.store.hold();
    let answered = false;
    const answer = room.admin.call('POST', '/calls/call-1/answer', { console: 'desk-a' }).then((value) => {
      answered = true;
      return value;
    });
    while (room.store.held() === 0) await nextTurns(1);
    await nextTurns(20);
    expect(answered).toBe(false);
    room.store.release();
    const { status, body } = await answer;
    expect([status, Call.parse(body).answeredBy]).toEqual([200, 'admin']);
    expect(commands()).toEqual([['answer', 'admin', 'desk-a', 'call-1']]);
  });

  test('answers, without naming one, at the newest page of the same session, else of the same person, else at none', async () => {
    book.live.set('call-1', ringing('call-1'));
    const elsewhere = await room.person('li', 'operator');
    await desk(elsewhere, 'of-li');
    const answeredAt = async (caller: Caller, body: object = {}): Promise<unknown> => {
      await caller.call('POST', '/calls/call-1/answer', body);
      return commands().at(-1)?.[2];
    };
    expect(await answeredAt(room.admin)).toBeNull();
    await desk(room.admin, 'first');
    await desk(room.admin, 'second');
    expect(await answeredAt(room.admin)).toBe('second');
    const other = await room.again('admin');
    expect(await answeredAt(other)).toBe('second');
    await desk(other, 'of-the-other-session');
    expect(await answeredAt(room.admin)).toBe('second');
    expect(await answeredAt(other)).toBe('of-the-other-session');
    expect(await answeredAt(room.admin, { console: 'of-the-other-session' })).toBe('of-the-other-session');
    expect(await answeredAt(room.admin, { console: 'first' })).toBe('first');
    expect(await answeredAt(room.admin, { console: 'of-li' })).toBeNull();
    expect(await answeredAt(room.admin, { console: 'nowhere' })).toBeNull();
  });

  test('takes an alert at the console that the page names', async () => {
    await room.register('pager');
    room.press('pager');
    await room.settled();
    const alert = room.alertOf('pager');
    await desk(room.admin, 'desk-a');
    await desk(room.admin, 'desk-b');
    const taken = await room.admin.call('POST', `/alerts/${alert}/take`, { console: 'desk-a', note: '在接' });
    expect(taken.body).toMatchObject({ claimedBy: 'admin' });
    await room.admin.call('POST', `/alerts/${alert}/comment`, { note: '再说' });
    expect(commands()).toEqual([
      ['perform', 'admin', { verb: 'take', alert, note: '在接' }, 'desk-a'],
      ['perform', 'admin', { verb: 'comment', alert, note: '再说' }, 'desk-b'],
    ]);
    expect((await room.admin.call('POST', `/alerts/${alert}/take`, { console: 'no id' })).status).toBe(400);
  });

  test('neither ends nor gives away a conversation of a colleague, which a supervisor may', async () => {
    const [li, wang, zhao] = await Promise.all([
      room.person('li', 'operator'),
      room.person('wang', 'operator'),
      room.person('zhao', 'supervisor'),
    ]);
    book.live.set('call-1', ringing('call-1', { state: 'connected', answeredBy: 'li' }));
    for (const [verb, body] of [
      ['hang-up', {}],
      ['hand-over', { to: 'wang' }],
    ] as const) {
      const { status, body: answer } = await wang.call('POST', `/calls/call-1/${verb}`, body);
      expect([status, answer.error?.code, answer.error?.details]).toEqual([
        409,
        'already-answered',
        { call: 'call-1', answeredBy: 'li' },
      ]);
    }
    expect(commands()).toEqual([]);
    expect((await zhao.call('POST', '/calls/call-1/hand-over', { to: 'wang' })).body.answeredBy).toBe('wang');
    expect((await wang.call('POST', '/calls/call-1/hand-over', { to: 'li' })).body.answeredBy).toBe('li');
    expect((await li.call('POST', '/calls/call-1/hang-up')).body.state).toBe('ended');
    book.live.set('call-2', ringing('call-2'));
    expect((await wang.call('POST', '/calls/call-2/hang-up')).body.state).toBe('ended');
  });

  test('hands a call over to the newest console of the heir, and to nobody who may not see it', async () => {
    book.live.set('call-1', ringing('call-1'));
    const li = await room.person('li', 'operator');
    await room.person('far', 'operator', ['c2']);
    await desk(li, 'li-old');
    await desk(li, 'li-new');
    const handed = await room.admin.call('POST', '/calls/call-1/hand-over', { to: 'li' });
    expect(handed.body.answeredBy).toBe('li');
    expect((await room.admin.call('POST', '/calls/call-1/hand-over', { to: 'far' })).body.error?.code).toBe(
      'unknown-user',
    );
    await room.admin.call('POST', '/calls/call-1/hand-over', { to: 'nobody' });
    expect((await room.admin.call('POST', '/calls/call-1/hand-over', {})).status).toBe(400);
    expect(commands()).toEqual([
      ['hand-over', 'admin', 'call-1', 'li', 'li-new'],
      ['hand-over', 'admin', 'call-1', 'nobody', null],
    ]);
  });

  test('calls a device back, as part of an alert where one is named', async () => {
    const li = await room.person('li', 'operator', ['c1']);
    await room.register('pager');
    await room.register('far', 'call-button', homeElsewhere);
    room.press('pager');
    room.press('far');
    await room.settled();
    await desk(li, 'desk-li');
    const alert = room.alertOf('pager');
    const placed = await li.call('POST', '/calls', { device: 'pager', alert });
    expect(placed.status).toBe(201);
    expect(Call.parse(placed.body)).toMatchObject({ device: 'pager', alert, direction: 'out' });
    expect(commands()).toEqual([['place', 'li', 'desk-li', 'pager', alert]]);
    for (const body of [
      { device: 'far' },
      { device: 'nobody' },
      { device: 'pager', alert: 'none' },
      { device: 'pager', alert: room.alertOf('far') },
    ])
      expect((await li.call('POST', '/calls', body)).body.error?.code).toBe('not-found');
    expect(commands()).toHaveLength(1);
  });

  test('hears why not: somebody else was first, no console, nothing under way, over already', async () => {
    book.live.set('call-1', ringing('call-1'));
    room.store.keepCall(ringing('old', { state: 'ended', endedAt: 9, reason: 'hung-up' }));
    book.refuse({ code: 'already-answered', message: 'li has it', details: { answeredBy: 'li' } });
    const second = await room.admin.call('POST', '/calls/call-1/answer');
    expect([second.status, second.body.error]).toEqual([
      409,
      { code: 'already-answered', message: 'li has it', details: { answeredBy: 'li' } },
    ]);
    const leave = await room.admin.call('POST', '/calls/call-1/leave');
    expect([leave.status, leave.body.error?.code]).toEqual([409, 'no-console']);
    expect((await room.admin.call('POST', '/calls/none/hang-up')).status).toBe(404);
    expect((await room.admin.call('POST', '/calls/old/answer')).body.error).toMatchObject({
      code: 'already-ended',
      details: { state: 'ended', endedAt: 9, reason: 'hung-up' },
    });
  });

  test('gets 503 at once, and nothing happens, while the store fails', async () => {
    book.live.set('call-1', ringing('call-1'));
    await room.register('pager');
    room.core.setHealth({ ok: false, since: 1, error: 'disk full' });
    for (const [url, body] of [
      ['/calls', { device: 'pager' }],
      ['/calls/call-1/answer', {}],
      ['/calls/call-1/hang-up', {}],
      ['/calls/call-1/hand-over', { to: 'admin' }],
      ['/calls/call-1/listen', {}],
    ] as const) {
      const answer = await room.admin.call('POST', url, body);
      expect([url, answer.status, answer.body.error?.code]).toEqual([url, 503, 'store-unavailable']);
    }
    expect(commands()).toEqual([]);
  });

  test('leaves listening in to supervisors, and answering to those who may', async () => {
    book.live.set('call-1', ringing('call-1'));
    const chief = await room.person('chief', 'supervisor');
    const li = await room.person('li', 'operator');
    const wall = await room.person('wall', 'viewer');
    await desk(chief, 'desk-chief');
    expect((await chief.call('POST', '/calls/call-1/listen')).body.listeners).toEqual(['chief']);
    expect((await chief.call('POST', '/calls/call-1/leave')).body.listeners).toEqual([]);
    expect((await li.call('POST', '/calls/call-1/listen')).status).toBe(403);
    for (const verb of ['answer', 'hang-up', 'listen', 'leave'])
      expect((await wall.call('POST', `/calls/call-1/${verb}`)).status).toBe(403);
    expect(commands()).toEqual([
      ['listen', 'chief', 'desk-chief', 'call-1'],
      ['leave', 'chief', 'desk-chief', 'call-1'],
    ]);
  });
});
