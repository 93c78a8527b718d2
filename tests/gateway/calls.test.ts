import { describe, expect, test } from 'vitest';
import type { Call } from '../../src/model/call.ts';
import { home, openCallRoom, outcomeOf } from './call-room.ts';
import { homeIn, openStreet } from './core.ts';

const take = (room: ReturnType<typeof openCallRoom>, user: string, console: string | null = null) =>
  room.doing(room.street.gateway.duty.perform(user, { verb: 'take', alert: room.alert().id }, console));

describe('a person who asks to speak', () => {
  test('rings at once where somebody is there, on an alert that says so', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    expect(room.call()).toMatchObject({
      device: 'pager-1',
      state: 'ringing',
      direction: 'in',
      media: 'webrtc',
      rings: 1,
      place: { id: home.id },
      alert: room.alert().id,
    });
    expect(room.alert()).toMatchObject({
      kind: 'call-request',
      priority: 'high',
      latching: true,
      state: 'latched-unacknowledged',
      takeBy: room.street.now() + 30_000,
    });
    expect(room.events('call')).toEqual(['requested', 'ringing']);
    expect(room.events('alert')).toEqual(['raised', 'call-requested']);
  });

  test('is told how the call stands only once that is committed, and hears then that it was received', () => {
    const room = openCallRoom();
    room.street.holdDisk(true);
    room.say('request', 'c1');
    expect(room.told()).toEqual([]);
    expect(room.asked).toEqual([]);
    expect(room.calls.live.size).toBe(0);
    expect(room.street.acknowledged).toEqual([]);
    room.street.holdDisk(false);
    expect(room.told()).toMatchObject([{ call: 'c1', type: 'state', state: 'ringing', media: 'webrtc' }]);
    expect(room.asked).toEqual(['device c1 pager-1 webrtc', 'play c1 received']);
    expect(room.street.acknowledged).toHaveLength(1);
  });

  test('with nobody on line who may answer waits, is told of outside at once, and rings when somebody comes', () => {
    const room = openCallRoom({ watched: false });
    room.say('request', 'c1');
    expect(room.call()?.state).toBe('requested');
    room.street.pass(200);
    expect(room.events('alert')).toEqual(['raised', 'call-requested', 'escalated']);
    room.street.gateway.duty.watching([['elsewhere']]);
    room.street.settle();
    expect(room.call()?.state).toBe('requested');
    room.street.gateway.duty.watching([['b1']]);
    room.street.settle();
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 1, ringingAt: room.street.now() });
    expect(room.told().map(({ state }) => state)).toEqual(['requested', 'ringing']);
  });

  test('escalates when nobody takes it for 30 s, as a press does', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.street.pass(31_000);
    expect(room.events('alert')).toContain('escalated');
    expect(room.alert().escalatedAt).toBeDefined();
  });

  test('is the same call however often the request comes, and is told each time how it stands', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.say('request', 'c1');
    room.say('request', 'c1');
    expect(room.events('call')).toEqual(['requested', 'ringing']);
    expect(room.told()).toHaveLength(3);
    expect(room.alert().count).toBe(1);
    room.say('cancel', 'c1');
    room.say('request', 'c1');
    expect(room.calls.live.size).toBe(0);
    expect(room.told().at(-1)).toMatchObject({ type: 'end', state: 'cancelled' });
  });

  test('is not called by a request that another call of the house answers to: it goes to quarantine, and somebody hears of it', () => {
    const room = openCallRoom();
    room.street.register('pager-2', 'call-button');
    room.say('request', 'c1');
    room.say('request', 'c1', {}, 'pager-2');
    room.say('cancel', 'c1', {}, 'pager-2');
    expect(room.quarantined()).toEqual(['foreign-call', 'foreign-call']);
    expect(room.call()).toMatchObject({ device: 'pager-1', state: 'ringing' });
    expect(room.told('pager-2')).toMatchObject([
      { type: 'end', reason: 'foreign-call' },
      { type: 'end', reason: 'foreign-call' },
    ]);
    expect(room.street.open().map(({ kind }) => kind)).toEqual(['call-request', 'not-understood']);
  });

  test('whose request comes too late is not rung, but the room knows that somebody asked', () => {
    const room = openCallRoom();
    room.say('request', 'c1', { expiresAt: room.street.now() - 1 });
    expect(room.calls.live.size).toBe(0);
    expect(room.quarantined()).toEqual(['call-expired']);
    expect(room.told()).toMatchObject([{ call: 'c1', type: 'end', reason: 'expired' }]);
    expect(room.alert()).toMatchObject({ kind: 'call-request', late: true });
    expect(room.events('alert')).toEqual(['raised', 'call-missed']);
  });

  test('rings although the clock of the device has lost its battery', () => {
    const room = openCallRoom();
    room.say('request', 'c1', { expiresAt: 86_400_000 });
    expect(room.call()?.state).toBe('ringing');
  });

  test('behind a hub under a name that nobody registered goes to quarantine', () => {
    const room = openCallRoom();
    room.street.register('hub-1', 'hub');
    room.street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/pager-9/voice/up', {
      call: 'c9',
      type: 'request',
    });
    expect(room.quarantined()).toEqual(['unknown-device']);
    expect(room.calls.live.size).toBe(0);
  });

  test('behind a hub is told on the hub’s own topics', () => {
    const room = openCallRoom();
    room.street.register('hub-1', 'hub');
    room.street.register('pager-3', 'call-button', { hub: 'hub-1' });
    room.street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/pager-3/voice/up', {
      call: 'c3',
      type: 'request',
    });
    expect(room.call('c3')).toMatchObject({ device: 'pager-3', state: 'ringing' });
    expect(room.street.sent.at(-1)).toMatchObject({
      connection: 'hub-1',
      topic: 'zhishou/v1/hubs/hub-1/devices/pager-3/voice/down',
    });
    expect(room.street.gateway.devices.waiting('hub-1')).toHaveLength(1);
  });

  test('with the retain flag is a stored copy: it goes to quarantine, and stands on the board', () => {
    const room = openCallRoom();
    room.street.publish(
      'pager-1',
      'zhishou/v1/devices/pager-1/voice/up',
      { call: 'c1', type: 'request' },
      { retained: true },
    );
    expect(room.calls.live.size).toBe(0);
    expect(room.quarantined()).toEqual(['stored-copy']);
    expect(room.alert().kind).toBe('not-understood');
  });

  test('anew, under another id, takes the place of the call under way, unless somebody is heard in that', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.say('request', 'c2');
    expect(room.storedCall('c1')).toMatchObject({ state: 'ended', reason: 'replaced' });
    expect(room.call('c2')?.state).toBe('ringing');
    room.connect('c2');
    room.say('request', 'c3');
    expect(room.call('c3')).toBeNull();
    expect(room.call('c2')?.state).toBe('connected');
    expect(room.quarantined()).toEqual(['call-under-way']);
    expect(room.told().at(-2)).toMatchObject({ call: 'c3', type: 'end', reason: 'busy' });
    // Its sound has stopped: it has begun anew.
    room.media.flows('c2', 'device', false);
    room.say('request', 'c4');
    expect(room.storedCall('c2')).toMatchObject({ state: 'ended', reason: 'replaced' });
    expect(room.call('c4')?.state).toBe('ringing');
  });

  test('and thinks better of it, has cancelled; the alert stands', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.say('cancel', 'c1');
    expect(room.storedCall()).toMatchObject({ state: 'cancelled', endedAt: room.street.now() });
    expect(room.told().at(-1)).toMatchObject({ type: 'end', state: 'cancelled' });
    expect(room.asked.at(-1)).toBe('end c1');
    expect(room.alert().state).toBe('latched-unacknowledged');
    expect(room.events('alert').at(-1)).toBe('call-ended');
  });

  test('says something of a call that nobody knows: it goes to quarantine, and the device is told', () => {
    const room = openCallRoom();
    room.say('answer', 'c7', { sdp: 'v=0' });
    expect(room.quarantined()).toEqual(['unknown-call']);
    expect(room.told()).toMatchObject([{ call: 'c7', type: 'end', reason: 'unknown-call' }]);
  });
});

describe('a press and a call of one pager', () => {
  test('hang on one alert when the press came first, and nothing is raised beside it', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    expect(room.alert()).toMatchObject({ kind: 'sos', count: 1 });
    expect(room.call()?.alert).toBe(room.alert().id);
  });

  test('are brought together when the press came second: the call for help alone rings, and ends both', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    const request = room.alert().id;
    room.street.event('pager-1', 'sos');
    const [first, sos] = room.street.open();
    expect(first).toMatchObject({ id: request, state: 'latched-acknowledged', incident: sos?.id });
    expect(sos).toMatchObject({ kind: 'sos', state: 'latched-unacknowledged' });
    expect(room.call()).toMatchObject({ alert: sos?.id, state: 'ringing' });
    expect(room.events('call')).toContain('joined');
    const close = { verb: 'close', alert: sos?.id ?? '', disposition: 'assistance-given' } as const;
    room.doing(room.street.gateway.duty.perform('li', close));
    expect(room.street.open()).toEqual([]);
    expect(room.storedCall()).toMatchObject({ state: 'ended', reason: 'alert-closed' });
  });

  test('stay on the board when the person fell silent and nobody has seen them: by whom and when ends it, and the name stays out of the record', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    room.say('cancel', 'c1');
    const called = room.street.now();
    room.street.pass(600_000);
    const close = (more: object = {}) =>
      room.doing(
        room.street.gateway.duty.perform('li', {
          verb: 'close',
          alert: room.alert().id,
          disposition: 'pressed-by-mistake',
          ...more,
        }),
      );
    expect(outcomeOf(close())).toBe('nobody-reached');
    expect(room.street.open()).toHaveLength(1);
    const seen = { how: 'seen', by: '邻居老李', at: called + 300_000 } as const;
    expect(outcomeOf(close({ reached: { ...seen, at: room.street.now() + 1 } }))).toBe('invalid');
    expect(outcomeOf(close({ reached: { ...seen, at: called - 61_000 } }))).toBe('invalid');
    expect(outcomeOf(close({ reached: seen }))).toBe('ok');
    expect(room.street.open()).toEqual([]);
    const entries = room.street.batches.flatMap((batch) => batch.entries);
    expect(entries.at(-1)).toMatchObject({
      event: 'alert.closed',
      data: { reached: 'seen', seenAt: called + 300_000 },
    });
    expect(JSON.stringify(entries)).not.toContain('老李');
    expect(
      room.street.batches.flatMap(({ puts }) => puts).filter(({ kind }) => kind === 'note'),
    ).toMatchObject([{ body: { text: '', by: 'li', seenBy: '邻居老李' } }]);
  });

  test('a further press rings again, but not while somebody speaks with the person', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    room.street.event('pager-1', 'sos');
    expect(room.alert()).toMatchObject({ count: 2, acknowledged: false });
    room.media.flows('c1', 'device', true);
    room.media.flows('c1', { console: 'seat-li' }, true);
    room.street.settle();
    expect(room.alert()).toMatchObject({ acknowledged: true, claimedBy: 'li' });
    room.street.event('pager-1', 'sos');
    expect(room.alert()).toMatchObject({ count: 3, acknowledged: true, claimedBy: 'li' });
    room.say('hang-up', 'c1');
    room.street.event('pager-1', 'sos');
    expect(room.alert()).toMatchObject({ count: 4, acknowledged: false });
  });

  test('a press during a call that was only asked for is in the hands of whoever speaks', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.connect();
    room.street.event('pager-1', 'sos');
    const sos = room.street.open().find(({ kind }) => kind === 'sos');
    expect(sos).toMatchObject({ claimedBy: 'li', acknowledged: true, voiceConnectedAt: room.street.now() });
  });
});

describe('answering', () => {
  test('gives the call and its alert to whoever was first; the next is told by whom', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.forget();
    expect(outcomeOf(room.doing(room.calls.answer('li', 'seat-li', 'c1')))).toBe('ok');
    expect(room.call()).toMatchObject({ state: 'answered', answeredBy: 'li' });
    expect(room.alert()).toMatchObject({ claimedBy: 'li', acknowledged: true });
    expect(room.asked).toEqual(['console c1 seat-li speak', 'play c1 answered']);
    const second = room.calls.answer('wang', 'seat-wang', 'c1');
    expect(second).toMatchObject({
      ok: false,
      refusal: { code: 'already-answered', details: { answeredBy: 'li' } },
    });
    // The same answer again, because its reply was lost.
    expect(outcomeOf(room.calls.answer('li', 'seat-li', 'c1'))).toBe('ok');
    expect(room.events('call').filter((event) => event === 'answered')).toHaveLength(1);
  });

  test('needs a console, and a call that is not over', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    expect(outcomeOf(room.calls.answer('li', null, 'c1'))).toBe('no-console');
    expect(outcomeOf(room.calls.answer('li', 'seat-li', 'c2'))).toBe('not-found');
    room.say('cancel', 'c1');
    expect(outcomeOf(room.calls.answer('li', 'seat-li', 'c1'))).toBe('already-ended');
  });

  test('is not possible where nothing ends sound, but such a call rings all the same and its alert is taken', () => {
    const room = openCallRoom({ voice: false });
    room.say('request', 'c1');
    expect(room.call()?.state).toBe('ringing');
    expect(outcomeOf(room.calls.answer('li', 'seat-li', 'c1'))).toBe('no-voice');
    expect(outcomeOf(room.calls.place('li', 'seat-li', 'pager-1', undefined))).toBe('already-running');
    expect(outcomeOf(take(room, 'li', 'seat-li'))).toBe('ok');
    expect(room.call()?.state).toBe('ringing');
    expect(room.alert().claimedBy).toBe('li');
  });

  test('is one step with taking the alert, at the console where that is done', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    expect(outcomeOf(take(room, 'wang', 'seat-wang'))).toBe('ok');
    expect(room.call()).toMatchObject({ state: 'answered', answeredBy: 'wang' });
    expect(room.asked).toContain('console c1 seat-wang speak');
  });

  test('does not follow from taking the alert where that user has no console', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    take(room, 'li');
    expect(room.call()?.state).toBe('ringing');
    expect(room.alert().claimedBy).toBe('li');
  });

  test('leaves the alert with whoever has it', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    take(room, 'wang');
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    expect(room.call()?.answeredBy).toBe('li');
    expect(room.alert().claimedBy).toBe('wang');
  });

  test('tells the person who pressed that somebody has taken it', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    const commands = room.street.sent
      .filter(({ topic }) => topic.endsWith('/commands'))
      .map(({ payload }) => (JSON.parse(payload) as { command: string }).command);
    expect(commands).toEqual(['sos-received', 'sos-accepted']);
  });

  test('can be refused: the call is over, the alert stands and goes on ringing', () => {
    const room = openCallRoom();
    room.street.event('pager-1', 'sos');
    room.say('request', 'c1');
    room.doing(room.calls.hangUp('li', 'c1'));
    expect(room.storedCall().state).toBe('declined');
    expect(room.alert().state).toBe('latched-unacknowledged');
    expect(outcomeOf(room.calls.hangUp('li', 'c1'))).toBe('already-ended');
    expect(outcomeOf(room.calls.hangUp('li', 'c9'))).toBe('not-found');
  });

  test('after five minutes of ringing still works, also where the leg of the device broke meanwhile', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      room.media.failed('c1', 'device', 'ice');
      room.street.pass(60_000);
    }
    expect(room.asked.filter((line) => line.startsWith('device'))).toHaveLength(4);
    room.forget();
    room.connect();
    expect(room.asked.slice(0, 2)).toEqual(['device c1 pager-1 webrtc', 'console c1 seat-li speak']);
    expect(room.call()?.state).toBe('connected');
  });
});

describe('a call that an operator places', () => {
  const place = (room: ReturnType<typeof openCallRoom>, console: string | null = 'seat-li') =>
    room.doing(room.calls.place('li', console, 'pager-1', undefined));
  const idOf = (done: ReturnType<typeof place>): string => {
    if (!done.ok) throw new Error(done.refusal.message);
    return done.value.id;
  };

  test('offers to the device, opens the operator’s own leg, and is answered by the person', () => {
    const room = openCallRoom();
    const id = idOf(place(room));
    expect(room.call(id)).toMatchObject({ state: 'ringing', direction: 'out', answeredBy: 'li' });
    expect(room.asked).toEqual([`device ${id} pager-1 webrtc`, `console ${id} seat-li speak`]);
    room.media.signal(id, 'device', { kind: 'offer', sdp: 'v=0 offer' });
    expect(room.told()).toMatchObject([
      { call: id, type: 'state', state: 'ringing' },
      { call: id, type: 'offer', sdp: 'v=0 offer', media: 'webrtc' },
    ]);
    room.say('answer', id, { sdp: 'v=0 answer' });
    expect(room.asked.at(-1)).toBe(`signal ${id} device answer`);
    expect(room.call(id)?.state).toBe('answered');
    room.media.flows(id, { console: 'seat-li' }, true);
    room.media.flows(id, 'device', true);
    room.street.settle();
    expect(room.call(id)).toMatchObject({ state: 'connected', connectedAt: room.street.now() });
  });

  test('and nobody picks up, has failed after 60 s', () => {
    const room = openCallRoom();
    const id = idOf(place(room));
    room.street.pass(59_800);
    expect(room.call(id)?.state).toBe('ringing');
    room.street.pass(200);
    expect(room.storedCall(id)).toMatchObject({ state: 'failed', reason: 'no-answer' });
    expect(room.heard('seat-li').at(-1)).toMatchObject({ call: id, kind: 'end', reason: 'no-answer' });
  });

  test('is refused by the person, or given up by the operator', () => {
    const room = openCallRoom();
    const first = idOf(place(room));
    room.say('hang-up', first);
    expect(room.storedCall(first).state).toBe('declined');
    const second = idOf(place(room));
    room.doing(room.calls.hangUp('li', second));
    expect(room.storedCall(second).state).toBe('cancelled');
  });

  test('is picked up by a device without UDP by a word alone', () => {
    const room = openCallRoom();
    const id = idOf(place(room));
    room.say('answer', id);
    expect(room.call(id)).toMatchObject({ state: 'answered', media: 'mqtt-audio' });
    expect(room.asked.at(-1)).toBe(`device ${id} pager-1 mqtt-audio`);
  });

  test('hangs on the open alert of that device, and on none where there is none', () => {
    const room = openCallRoom();
    const first = idOf(place(room));
    expect(room.call(first)?.alert).toBeUndefined();
    room.doing(room.calls.hangUp('li', first));
    room.street.event('pager-1', 'sos');
    take(room, 'li');
    const second = idOf(place(room));
    expect(room.call(second)?.alert).toBe(room.alert().id);
    // Nobody was reached, which whoever called knows: it does not ring everywhere again.
    room.doing(
      room.street.gateway.duty.perform('li', { verb: 'comment', alert: room.alert().id, note: 'x' }),
    );
    room.street.pass(60_000);
    expect(room.storedCall(second).reason).toBe('no-answer');
    expect(room.events('alert').at(-1)).toBe('call-failed');
    expect(room.alert().acknowledged).toBe(true);
  });

  test('needs a device that is known and can speak, a console, and no other call with it', () => {
    const room = openCallRoom();
    const { calls, street } = room;
    street.register('zb', 'hub', { dialect: 'zigbee2mqtt' });
    street.register('button', 'call-button', { hub: 'zb', address: 'kitchen' });
    expect(outcomeOf(calls.place('li', 'seat-li', 'nobody', undefined))).toBe('not-found');
    expect(outcomeOf(calls.place('li', 'seat-li', 'button', undefined))).toBe('no-voice');
    expect(outcomeOf(calls.place('li', null, 'pager-1', undefined))).toBe('no-console');
    expect(outcomeOf(calls.place('li', 'seat-li', 'pager-1', 'no-alert'))).toBe('not-found');
    place(room);
    expect(outcomeOf(calls.place('wang', 'seat-wang', 'pager-1', undefined))).toBe('already-running');
    const [call] = [...calls.live.values()] as Call[];
    expect(outcomeOf(calls.answer('wang', 'seat-wang', call?.id ?? ''))).toBe('already-answered');
  });

  test('without whatever ends sound is refused', () => {
    const room = openCallRoom({ voice: false });
    expect(outcomeOf(room.calls.place('li', 'seat-li', 'pager-1', undefined))).toBe('no-voice');
  });
});

test('a device that is taken out of the registry has no call any more', () => {
  const room = openCallRoom();
  room.say('request', 'c1');
  room.doing(room.street.gateway.duty.removeDevice('admin', 'pager-1'));
  expect(room.storedCall()).toMatchObject({ state: 'ended', reason: 'device-removed' });
});

test('a message of signalling that says nothing readable of a call button stands on the board', () => {
  const street = openStreet();
  street.register('pager-1', 'call-button');
  street.publish('pager-1', 'zhishou/v1/devices/pager-1/voice/up', { type: 'request' });
  expect(street.only()).toMatchObject({ kind: 'not-understood' });
});

describe('a call whose pager is found to be somewhere else', () => {
  const elsewhere = homeIn('b2', 402);

  test('rings there', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.street.moveDevice('pager-1', elsewhere);
    expect(room.call()).toMatchObject({ state: 'ringing', place: { id: 'b2-402' } });
    expect(room.events('call')).toContain('moved');
  });

  test('is not taken from whoever speaks in it, and rings there when it rings again', () => {
    const room = openCallRoom();
    room.say('request', 'c1');
    room.connect();
    room.street.moveDevice('pager-1', elsewhere);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'li', place: { id: 'b1-301' } });
    room.media.flows('c1', 'device', false);
    room.street.pass(8_000);
    expect(room.call()).toMatchObject({ state: 'ringing', place: { id: 'b2-402' } });
    expect(room.alert().place?.id).toBe('b2-402');
  });

  test('is told where it is when the gateway stopped in it', () => {
    const before = openCallRoom();
    before.say('request', 'c1');
    before.connect();
    before.street.moveDevice('pager-1', elsewhere);
    expect(before.restart().call()).toMatchObject({ state: 'ringing', place: { id: 'b2-402' } });
  });
});
