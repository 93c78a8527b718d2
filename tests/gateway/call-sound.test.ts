import { describe, expect, test } from 'vitest';
import type { DeviceNotice } from '../../src/model/call.ts';
import { type CallRoom, home, openCallRoom, outcomeOf } from './call-room.ts';

/** A room in which the pager was pressed and asks to speak. */
const pressed = (options: Parameters<typeof openCallRoom>[0] = {}): CallRoom => {
  const room = openCallRoom(options);
  room.street.event('pager-1', 'sos');
  room.say('request', 'c1');
  return room;
};

const spoken = (options: Parameters<typeof openCallRoom>[0] = {}): CallRoom => {
  const room = pressed(options);
  room.connect();
  room.forget();
  return room;
};

const flows = (room: CallRoom, side: 'device' | string, flowing: boolean): void => {
  room.media.flows('c1', side === 'device' ? side : { console: side }, flowing);
  room.street.settle();
};

describe('sound', () => {
  test('makes a call connected only once it flows both ways, and is when the person was spoken with', () => {
    const room = pressed();
    flows(room, 'device', true);
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    expect(room.call()?.state).toBe('answered');
    room.street.pass(1_000);
    // Another console’s sound is none of this call.
    flows(room, 'seat-wang', true);
    expect(room.call()?.state).toBe('answered');
    flows(room, 'seat-li', true);
    const at = room.street.now();
    expect(room.call()).toMatchObject({ state: 'connected', connectedAt: at });
    expect(room.alert()).toMatchObject({ voiceConnectedAt: at });
    expect(room.alert().tendBy).toBeUndefined();
    expect(room.asked.at(-1)).toBe('play c1 null');
    room.street.pass(120_000);
    expect(room.events('alert')).not.toContain('untended');
  });

  test('that does not come within 15 s of the answer ends the call, and its alert rings again', () => {
    const room = pressed();
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    room.street.pass(14_800);
    expect(room.call()?.state).toBe('answered');
    room.street.pass(200);
    expect(room.storedCall()).toMatchObject({ state: 'failed', reason: 'no-sound' });
    expect(room.alert()).toMatchObject({
      state: 'latched-unacknowledged',
      takeBy: room.street.now() + 30_000,
    });
    expect(room.alert().claimedBy).toBeUndefined();
    expect(room.events('alert').at(-1)).toBe('call-failed');
    expect(room.told().at(-1)).toMatchObject({ type: 'end', state: 'failed', reason: 'no-sound' });
    expect(room.heard('seat-li').at(-1)).toMatchObject({ kind: 'end', reason: 'no-sound' });
  });

  test('is waited for from when the answer is stored: before, nobody is offered a leg', () => {
    const room = openCallRoom();
    room.say('request', 'c1', { media: 'mqtt-audio' });
    room.street.holdDisk(true);
    room.calls.answer('li', 'seat-li', 'c1');
    room.street.pass(40_000);
    expect(room.asked).not.toContain('console c1 seat-li speak');
    room.street.holdDisk(false);
    expect(room.call()).toMatchObject({ state: 'answered', answeredBy: 'li' });
    expect(room.asked).toContain('console c1 seat-li speak');
    room.street.pass(14_000);
    flows(room, 'device', true);
    flows(room, 'seat-li', true);
    expect(room.call()?.state).toBe('connected');
  });

  test('of the person without sound of the console lets the call ring for another console', () => {
    const room = pressed();
    flows(room, 'device', true);
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    room.street.pass(15_000);
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 2 });
    expect(outcomeOf(room.calls.answer('wang', 'seat-wang', 'c1'))).toBe('ok');
  });

  test('that comes over MQTT where none comes by WebRTC carries the call from then on', () => {
    const room = pressed();
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    room.forget();
    room.street.pass(10_000);
    room.sound();
    expect(room.call()?.media).toBe('mqtt-audio');
    expect(room.asked).toEqual(['audio c1 164', 'device c1 pager-1 mqtt-audio']);
    expect(room.told().at(-1)).toMatchObject({ type: 'state', state: 'answered', media: 'mqtt-audio' });
    // It has as long for its first sound as the other way had.
    room.street.pass(10_000);
    flows(room, 'seat-li', true);
    flows(room, 'device', true);
    expect(room.call()?.state).toBe('connected');
    room.sound();
    expect(room.events('call').filter((event) => event === 'fell-back')).toHaveLength(1);
  });

  test('over MQTT is passed over while the WebRTC leg is heard, and without a call', () => {
    const room = pressed();
    flows(room, 'device', true);
    room.forget();
    room.sound();
    expect(room.call()?.media).toBe('webrtc');
    room.say('cancel', 'c1');
    room.forget();
    room.sound();
    expect(room.asked).toEqual([]);
  });

  test('goes out to a device on its own topic, now or never', () => {
    const room = openCallRoom();
    room.say('request', 'c1', { media: 'mqtt-audio' });
    expect(room.asked[0]).toBe('device c1 pager-1 mqtt-audio');
    room.media.audio('c1', new Uint8Array(164));
    expect(room.street.streamed).toMatchObject([
      { connection: 'pager-1', topic: 'zhishou/v1/devices/pager-1/voice/audio/down' },
    ]);
    room.media.audio('c9', new Uint8Array(164));
    expect(room.street.streamed).toHaveLength(1);
  });

  test('of the device that is away for 10 s lets the call ring again, and its alert', () => {
    const room = spoken();
    // The adapter says so after 2 s without a packet.
    flows(room, 'device', false);
    room.street.pass(7_800);
    expect(room.call()?.state).toBe('connected');
    room.street.pass(200);
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 2 });
    expect(room.call()?.answeredBy).toBeUndefined();
    expect(room.alert()).toMatchObject({ acknowledged: false });
    expect(room.events('alert').at(-1)).toBe('call-lost');
    expect(room.asked).toEqual(['close c1 seat-li', 'play c1 received']);
    expect(room.heard('seat-li').at(-1)).toMatchObject({ kind: 'end', reason: 'device-silent' });
    room.street.pass(60_000);
    expect(room.asked.at(-1)).toBe('play c1 nobody-yet');
    room.connect();
    expect(room.call()?.state).toBe('connected');
  });

  test('of a console that lost the call does not count when it answers that anew', () => {
    const room = spoken();
    flows(room, 'device', false);
    room.street.pass(8_000);
    flows(room, 'device', true);
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    flows(room, 'device', true);
    expect(room.call()?.state).toBe('answered');
    flows(room, 'seat-li', true);
    expect(room.call()?.state).toBe('connected');
  });

  test('of the device that comes back in time changes nothing', () => {
    const room = spoken();
    flows(room, 'device', false);
    room.street.pass(5_000);
    flows(room, 'device', true);
    room.street.pass(20_000);
    expect(room.call()).toMatchObject({ state: 'connected', rings: 1 });
  });

  test('that is lost with whatever ends the media is made anew, and rings again where it does not come', () => {
    const room = spoken();
    room.media.lost();
    room.street.pass(200);
    expect(room.asked).toEqual(['console c1 seat-li speak', 'device c1 pager-1 webrtc']);
    expect(room.call()?.state).toBe('connected');
    flows(room, 'device', true);
    flows(room, 'seat-li', true);
    room.street.pass(20_000);
    expect(room.call()?.state).toBe('connected');
    room.media.lost();
    room.street.pass(8_000);
    expect(room.call()?.state).toBe('ringing');
  });

  test('of a console whose page says that it is out lets the call ring again at once', () => {
    const room = spoken();
    room.calls.signal('li', 'seat-li', { type: 'voice', call: 'c1', kind: 'end', reason: 'no-microphone' });
    room.street.settle();
    expect(room.call()?.state).toBe('ringing');
    expect(room.heard('seat-li').at(-1)).toMatchObject({ kind: 'end', reason: 'no-microphone' });
  });

  test('of a console whose leg breaks is waited for, as of a page that is loaded again: the call goes on with it, or rings again after 15 s', () => {
    const room = spoken();
    const breakOff = (): void => {
      room.media.failed('c1', { console: 'seat-li' }, 'Something With a Name: 老人');
      room.street.settle();
    };
    breakOff();
    expect(room.call()).toMatchObject({ state: 'connected', rings: 1 });
    room.forget();
    room.calls.signal('li', 'seat-li', { type: 'voice', call: 'c1', kind: 'ready' });
    expect(room.asked).toEqual(['console c1 seat-li speak']);
    flows(room, 'seat-li', true);
    room.street.pass(20_000);
    expect(room.call()).toMatchObject({ state: 'connected', rings: 1 });

    breakOff();
    room.street.pass(14_900);
    expect(room.call()?.state).toBe('connected');
    room.street.pass(200);
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 2 });
    expect(JSON.stringify(room.street.batches.flatMap(({ entries }) => entries))).not.toContain('老人');
  });
});

describe('signalling', () => {
  test('goes between the media and the console that speaks, and to nobody else', () => {
    const room = pressed();
    room.doing(room.calls.answer('li', 'seat-li', 'c1'));
    room.forget();
    room.media.signal('c1', { console: 'seat-li' }, { kind: 'offer', sdp: 'v=0' });
    room.media.signal('c1', { console: 'seat-wang' }, { kind: 'offer', sdp: 'v=0' });
    expect(room.heard('seat-li')).toEqual([{ type: 'voice', call: 'c1', kind: 'offer', sdp: 'v=0' }]);
    expect(room.heard('seat-wang')).toEqual([]);
    const voice = { type: 'voice', call: 'c1' } as const;
    room.calls.signal('li', 'seat-li', { ...voice, kind: 'answer', sdp: 'v=0' });
    room.calls.signal('li', 'seat-li', { ...voice, kind: 'candidate', candidate: 'candidate:1' });
    room.calls.signal('li', 'seat-li', { ...voice, kind: 'offer', sdp: 'v=0' });
    room.calls.signal('wang', 'seat-wang', { ...voice, kind: 'answer', sdp: 'v=0' });
    // A console’s name in the mouth of another user is nobody’s.
    room.calls.signal('wang', 'seat-li', { ...voice, kind: 'answer', sdp: 'v=0' });
    expect(room.asked).toEqual(['signal c1 seat-li answer', 'signal c1 seat-li candidate']);
  });

  test('of a device goes to the media at once, its candidates too', () => {
    const room = pressed();
    room.forget();
    room.media.signal('c1', 'device', { kind: 'candidate', candidate: { candidate: 'candidate:1' } });
    expect(room.told().at(-1)).toMatchObject({
      type: 'candidate',
      candidate: { candidate: 'candidate:1' },
    });
    room.say('answer', 'c1', { sdp: 'v=0' });
    room.say('candidate', 'c1', { candidate: 'candidate:2' });
    expect(room.asked).toEqual(['signal c1 device answer', 'signal c1 device candidate']);
    expect(room.call()?.state).toBe('ringing');
  });

  test('begins anew with a console that was loaded again and says that it is ready', () => {
    const room = spoken();
    room.calls.signal('li', 'seat-li', { type: 'voice', call: 'c1', kind: 'ready' });
    expect(room.asked).toEqual(['console c1 seat-li speak']);
  });

  test('tells a device that connects anew how its call stands, and offers again unless it is heard', () => {
    const room = pressed();
    room.forget();
    const [state] = room.street.gateway.devices
      .waiting('pager-1')
      .filter(({ topic }) => topic.includes('voice'));
    expect(JSON.parse(state?.payload ?? '')).toMatchObject({ call: 'c1', type: 'state', state: 'ringing' });
    expect(room.asked).toEqual([]);
    room.street.pass(200);
    expect(room.asked).toEqual(['device c1 pager-1 webrtc', 'play c1 received']);
    room.connect();
    room.forget();
    room.street.gateway.devices.waiting('pager-1');
    room.street.pass(200);
    expect(room.asked).toEqual([]);
  });
});

test('a hub that takes what waits for it piece by piece is told the same of a call once only, until that stands otherwise', () => {
  const room = pressed();
  const names = (): readonly string[] =>
    room.street.gateway.devices
      .waiting('pager-1')
      .filter(({ topic }) => topic.includes('voice'))
      .map(({ command }) => command);
  const before = names();
  expect(names()).toEqual(before);
  room.connect();
  expect(names()).not.toEqual(before);
});

describe('a device that connects anew in a call', () => {
  test('from another address is offered another leg as soon as its old one falls silent', () => {
    const room = spoken();
    room.street.gateway.devices.waiting('pager-1');
    room.street.pass(1_000);
    expect(room.asked).toEqual([]);
    flows(room, 'device', false);
    room.street.pass(200);
    expect(room.asked).toEqual(['device c1 pager-1 webrtc']);
    flows(room, 'device', true);
    flows(room, 'device', false);
    room.street.pass(200);
    expect(room.asked).toEqual(['device c1 pager-1 webrtc']);
  });
});

describe('a device that was away when its call ended', () => {
  const waiting = (room: CallRoom): readonly DeviceNotice[] =>
    room.street.gateway.devices
      .waiting('pager-1')
      .filter(({ topic }) => topic.includes('voice'))
      .map(({ payload }) => JSON.parse(payload) as DeviceNotice);

  test('is told so when it connects anew, and of that call no more once it has another', () => {
    const room = pressed();
    room.doing(room.calls.hangUp('li', 'c1'));
    room.street.pass(300_000);
    const [end, ...more] = waiting(room);
    expect(end).toMatchObject({ call: 'c1', type: 'end', state: 'declined' });
    expect(end?.expiresAt).toBeGreaterThan(room.street.now());
    expect(more).toEqual([]);
    room.say('request', 'c2');
    expect(waiting(room)).toMatchObject([{ call: 'c2', type: 'state', state: 'ringing' }]);
  });

  test('is told so after a restart that ended it, and rings no more for nobody', () => {
    const before = openCallRoom();
    const placed = before.doing(before.calls.place('li', 'seat-li', 'pager-1', undefined));
    expect(waiting(before.restart())).toMatchObject([
      { call: placed.ok ? placed.value.id : '', type: 'end', state: 'failed', reason: 'restarted' },
    ]);
  });

  test('hears no more of it after an hour', () => {
    const room = pressed();
    room.say('hang-up', 'c1');
    room.street.pass(3_600_000);
    expect(waiting(room)).toEqual([]);
  });
});

describe('a call that nobody answers', () => {
  test('is missed after 60 s, rings on, and the person hears that nobody has been reached yet', () => {
    const room = pressed();
    room.street.pass(59_800);
    expect(room.call()?.missedAt).toBeUndefined();
    room.street.pass(200);
    expect(room.call()).toMatchObject({ state: 'ringing', missedAt: room.street.now() });
    expect(room.asked.at(-1)).toBe('play c1 nobody-yet');
    expect(room.events('alert').at(-1)).toBe('call-missed');
    room.street.pass(240_000);
    expect(room.call()?.state).toBe('ringing');
    room.connect();
    expect(room.call()?.state).toBe('connected');
    room.street.pass(120_000);
    expect(room.call()?.state).toBe('connected');
  });

  test('makes its alert ring again where somebody had taken that', () => {
    const room = pressed();
    const alert = room.alert().id;
    const { duty } = room.street.gateway;
    room.doing(duty.perform('li', { verb: 'take', alert }));
    room.doing(duty.perform('li', { verb: 'comment', alert, note: 'rings the neighbour' }));
    room.street.pass(60_000);
    expect(room.alert()).toMatchObject({ state: 'latched-unacknowledged' });
  });

  test('and that somebody knows of who lets it ring, is missed again, also after it had been answered', () => {
    const room = pressed();
    const know = (): void => {
      const alert = room.alert().id;
      const { duty } = room.street.gateway;
      room.doing(duty.perform('li', { verb: 'take', alert }));
      room.doing(duty.perform('li', { verb: 'comment', alert, note: 'rings the neighbour' }));
    };
    room.street.pass(60_000);
    know();
    expect(room.alert().acknowledged).toBe(true);
    room.street.pass(60_000);
    expect(room.alert().acknowledged).toBe(false);
    room.connect();
    flows(room, 'device', false);
    room.street.pass(8_000);
    know();
    expect(room.call()?.state).toBe('ringing');
    room.street.pass(60_000);
    expect(room.alert().acknowledged).toBe(false);
    expect(room.events('call').filter((event) => event === 'missed')).toHaveLength(3);
  });

  test('tells the person that somebody is on the way, once that is certain', () => {
    const room = pressed();
    const alert = room.alert().id;
    const { duty } = room.street.gateway;
    room.forget();
    room.doing(duty.perform('li', { verb: 'dispatch', alert, who: 'neighbour', confirmed: false }));
    expect(room.asked).toEqual([]);
    room.doing(duty.perform('li', { verb: 'dispatch', alert, who: 'neighbour', confirmed: true }));
    expect(room.asked).toEqual(['play c1 help-is-coming']);
    room.connect();
    room.forget();
    room.doing(duty.perform('li', { verb: 'dispatch', alert, who: '120', confirmed: true }));
    expect(room.asked).toEqual([]);
  });
});

describe('the console that speaks', () => {
  test('keeps its call when it is back within 15 s', () => {
    const room = spoken();
    room.calls.consoleGone('seat-li');
    room.street.pass(14_000);
    room.calls.consoleHere('seat-li', 'li');
    room.street.pass(20_000);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'li' });
  });

  test('loses it after 15 s: the call rings again and anybody can answer', () => {
    const room = spoken();
    room.calls.consoleGone('seat-li');
    room.street.pass(15_000);
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 2 });
    expect(room.alert()).toMatchObject({ state: 'latched-unacknowledged' });
    expect(outcomeOf(room.doing(room.calls.answer('wang', 'seat-wang', 'c1')))).toBe('ok');
    expect(room.alert().claimedBy).toBe('wang');
  });

  test('that is lost while the disk takes nothing makes the emergency sound at the consoles all the same', () => {
    const room = spoken();
    room.street.holdDisk(true);
    room.calls.consoleGone('seat-li');
    room.street.pass(17_000);
    expect(room.street.uncommitted.at(-1)).toMatchObject({ kind: 'sos', acknowledged: false });
    room.street.holdDisk(false);
    expect(room.call()?.state).toBe('ringing');
  });

  test('is not kept by somebody else under the same name', () => {
    const room = spoken();
    room.calls.consoleGone('seat-li');
    room.calls.consoleHere('seat-li', 'wang');
    room.street.pass(15_000);
    expect(room.call()?.state).toBe('ringing');
  });

  test('that called a device and is gone has given up', () => {
    const room = openCallRoom();
    const done = room.doing(room.calls.place('li', 'seat-li', 'pager-1', undefined));
    room.calls.consoleGone('seat-li');
    room.street.pass(15_000);
    expect(room.storedCall(done.ok ? done.value.id : '')).toMatchObject({ reason: 'console-lost' });
  });

  test('that called a device outside any alert and loses it leaves an alert behind', () => {
    const room = openCallRoom();
    const done = room.doing(room.calls.place('li', 'seat-li', 'pager-1', undefined));
    const id = done.ok ? done.value.id : '';
    room.say('answer', id, { sdp: 'v=0' });
    room.media.flows(id, 'device', true);
    room.media.flows(id, { console: 'seat-li' }, true);
    room.street.settle();
    expect(room.street.open()).toEqual([]);
    room.calls.consoleGone('seat-li');
    room.street.pass(15_000);
    expect(room.call(id)).toMatchObject({ state: 'ringing', alert: room.alert().id });
    expect(room.alert().kind).toBe('call-request');
  });
});

describe('hand-over', () => {
  test('that is taken back by somebody whose sound has stopped meanwhile rings again, and is no call in which nobody is heard', () => {
    const room = spoken();
    room.doing(room.calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    flows(room, 'seat-li', false);
    room.forget();
    room.doing(room.calls.handOver('wang', 'c1', 'li', 'seat-li'));
    expect(room.asked).toEqual(['close c1 seat-wang', 'console c1 seat-li speak']);
    room.street.pass(10_000);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'li' });
    room.street.pass(10_000);
    expect(room.call()?.state).toBe('ringing');
  });

  test('gives call and alert to the heir at once, and lets the giver go only when the heir has sound', () => {
    const room = spoken();
    expect(outcomeOf(room.doing(room.calls.handOver('li', 'c1', 'wang', 'seat-wang')))).toBe('ok');
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'wang' });
    expect(room.alert().claimedBy).toBe('wang');
    expect(room.asked).toEqual(['console c1 seat-wang speak']);
    room.street.pass(2_000);
    flows(room, 'seat-wang', true);
    expect(room.asked).toEqual(['console c1 seat-wang speak', 'close c1 seat-li']);
    expect(room.heard('seat-li').at(-1)).toMatchObject({ kind: 'end', reason: 'handed-over' });
    expect(room.alert().tendBy).toBeUndefined();
    // The giver’s sound is none of this call any more.
    flows(room, 'seat-li', false);
    room.street.pass(60_000);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'wang' });
  });

  test('to somebody who gets no sound goes back to the giver, who was heard all the while', () => {
    const room = spoken();
    room.doing(room.calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    room.street.pass(15_000);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'li', rings: 1 });
    expect(room.alert().claimedBy).toBe('li');
    expect(room.asked).toEqual(['console c1 seat-wang speak', 'close c1 seat-wang']);
    expect(room.events('call').filter((event) => event === 'handed-over')).toHaveLength(2);
    room.street.pass(60_000);
    expect(room.call()?.state).toBe('connected');
  });

  test('to somebody who gets no sound, by somebody who is gone, rings again', () => {
    const room = spoken();
    room.doing(room.calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    flows(room, 'seat-li', false);
    room.street.pass(15_000);
    expect(room.call()?.state).toBe('ringing');
    expect(room.asked.filter((line) => line.startsWith('close')).sort()).toEqual([
      'close c1 seat-li',
      'close c1 seat-wang',
    ]);
  });

  test('in which the media die lets the giver go, who has no leg any more and would wait for one', () => {
    const room = spoken();
    room.doing(room.calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    room.media.lost();
    room.street.settle();
    expect(room.heard('seat-li').at(-1)).toMatchObject({ kind: 'end', reason: 'handed-over' });
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'wang' });
    room.street.pass(15_000);
    expect(room.call()?.state).toBe('ringing');
  });

  test('of the alert by whoever speaks hands over the call too', () => {
    const room = spoken();
    const { duty } = room.street.gateway;
    room.doing(duty.perform('li', { verb: 'hand-over', alert: room.alert().id, to: 'wang' }));
    expect(room.call()?.answeredBy).toBe('wang');
    expect(room.alert().claimedBy).toBe('wang');
    expect(room.asked).toEqual(['console c1 seat-wang speak']);
  });

  test('of the alert to oneself moves the call nowhere', () => {
    const room = spoken();
    room.calls.consoleHere('other-seat-of-li', 'li');
    const { duty } = room.street.gateway;
    room.doing(duty.perform('li', { verb: 'hand-over', alert: room.alert().id, to: 'li' }));
    expect(room.asked).toEqual([]);
  });

  test('of the alert to somebody without a console leaves the call where it is', () => {
    const room = spoken();
    const { duty } = room.street.gateway;
    room.doing(duty.perform('li', { verb: 'hand-over', alert: room.alert().id, to: 'zhao' }));
    expect(room.alert().claimedBy).toBe('zhao');
    expect(room.call()?.answeredBy).toBe('li');
  });

  test('is refused where nobody speaks, to nobody known, and to somebody without a console', () => {
    const room = pressed();
    const { calls } = room;
    expect(outcomeOf(calls.handOver('li', 'c1', 'wang', 'seat-wang'))).toBe('not-claimed');
    expect(outcomeOf(calls.handOver('li', 'c9', 'wang', 'seat-wang'))).toBe('not-found');
    room.connect();
    expect(outcomeOf(calls.handOver('li', 'c1', 'nobody', 'seat-x'))).toBe('unknown-user');
    expect(outcomeOf(calls.handOver('li', 'c1', 'wang', null))).toBe('no-console');
    room.say('hang-up', 'c1');
    expect(outcomeOf(calls.handOver('li', 'c1', 'wang', 'seat-wang'))).toBe('already-ended');
  });

  test('can be taken back, and passed on, before the heir has sound', () => {
    const room = spoken();
    const { calls } = room;
    room.doing(calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    room.doing(calls.handOver('wang', 'c1', 'li', 'seat-li'));
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'li' });
    expect(room.asked).toEqual(['console c1 seat-wang speak', 'close c1 seat-wang']);
    room.forget();
    room.doing(calls.handOver('li', 'c1', 'wang', 'seat-wang'));
    calls.consoleHere('seat-zhao', 'zhao');
    room.doing(calls.handOver('wang', 'c1', 'zhao', 'seat-zhao'));
    flows(room, 'seat-zhao', true);
    expect(room.call()).toMatchObject({ state: 'connected', answeredBy: 'zhao' });
    expect(room.asked).toEqual([
      'console c1 seat-wang speak',
      'close c1 seat-wang',
      'console c1 seat-zhao speak',
      'close c1 seat-li',
    ]);
    room.street.pass(60_000);
    expect(room.call()?.answeredBy).toBe('zhao');
  });
});

describe('a supervisor who listens in', () => {
  test('is seen to, only hears, and leaves', () => {
    const room = spoken();
    const { calls } = room;
    calls.consoleHere('seat-zhao', 'zhao');
    expect(outcomeOf(room.doing(calls.listenIn('zhao', 'seat-zhao', 'c1')))).toBe('ok');
    expect(room.call()).toMatchObject({ state: 'connected', listeners: ['zhao'] });
    expect(room.asked).toEqual(['console c1 seat-zhao listen']);
    calls.signal('zhao', 'seat-zhao', { type: 'voice', call: 'c1', kind: 'answer', sdp: 'v=0' });
    expect(room.asked.at(-1)).toBe('signal c1 seat-zhao answer');
    expect(outcomeOf(room.doing(calls.leave('zhao', 'seat-zhao', 'c1')))).toBe('ok');
    expect(room.call()?.listeners).toEqual([]);
    expect(room.asked.at(-1)).toBe('close c1 seat-zhao');
  });

  test('and takes the call over listens no more, but speaks', () => {
    const room = spoken();
    room.doing(room.calls.listenIn('zhao', 'seat-zhao', 'c1'));
    room.doing(room.calls.handOver('li', 'c1', 'zhao', 'seat-zhao'));
    expect(room.call()).toMatchObject({ answeredBy: 'zhao', listeners: [] });
    expect(room.asked).toEqual(['console c1 seat-zhao listen', 'console c1 seat-zhao speak']);
    flows(room, 'seat-zhao', true);
    expect(room.asked.at(-1)).toBe('close c1 seat-li');
  });

  test('whose console is gone for 15 s listens no more; the call goes on', () => {
    const room = spoken();
    room.doing(room.calls.listenIn('zhao', 'seat-zhao', 'c1'));
    room.calls.consoleGone('seat-zhao');
    room.street.pass(15_000);
    expect(room.call()).toMatchObject({ state: 'connected', listeners: [] });
  });

  test('needs a console and a call in which somebody speaks', () => {
    const room = pressed();
    expect(outcomeOf(room.calls.listenIn('zhao', 'seat-zhao', 'c1'))).toBe('not-claimed');
    expect(outcomeOf(room.calls.listenIn('zhao', null, 'c1'))).toBe('no-console');
    expect(outcomeOf(room.calls.listenIn('zhao', 'seat-zhao', 'c9'))).toBe('not-found');
    room.connect();
    expect(outcomeOf(room.calls.listenIn('li', 'seat-li', 'c1'))).toBe('already-answered');
  });
});

describe('a gateway that stops in a call', () => {
  test('lets it ring again after the start, and its alert; the device is offered a leg when it is back', () => {
    const before = spoken();
    const room = before.restart();
    expect(room.call()).toMatchObject({ state: 'ringing', rings: 2 });
    expect(room.alert()).toMatchObject({
      state: 'latched-unacknowledged',
      voiceConnectedAt: expect.any(Number),
    });
    expect(room.events('alert')).toEqual(['call-lost']);
    room.street.gateway.devices.waiting('pager-1');
    room.street.pass(200);
    expect(room.asked).toContain('device c1 pager-1 webrtc');
    room.street.gateway.duty.watching([[]]);
    room.connect();
    expect(room.call()?.state).toBe('connected');
  });

  test('leaves one that rings ringing, and one that an operator placed is over', () => {
    const rings = pressed().restart();
    expect(rings.call()).toMatchObject({ state: 'ringing', rings: 1 });
    expect(rings.events('call')).toEqual([]);
    rings.street.pass(60_000);
    expect(rings.call()?.missedAt).toBeDefined();
    const placed = openCallRoom();
    const done = placed.doing(placed.calls.place('li', 'seat-li', 'pager-1', undefined));
    const after = placed.restart();
    expect(after.calls.live.size).toBe(0);
    expect(after.storedCall(done.ok ? done.value.id : '')).toMatchObject({
      state: 'failed',
      reason: 'restarted',
    });
  });
});

describe('recording', () => {
  const card = (consents: readonly boolean[]) => ({
    place: home.id,
    warnings: [],
    residents: consents.map((recordingConsent, at) => ({ name: `resident ${at}`, recordingConsent })),
    contacts: [],
    note: '',
  });
  const recorded = (recording: boolean, consents: readonly boolean[] | null): boolean => {
    const room = pressed({ recording });
    if (consents) room.doing(room.street.gateway.duty.putHousehold('admin', card(consents)));
    room.connect();
    return room.asked.includes('record c1');
  };

  test('is done where it is switched on and everybody who lives there agrees, and nowhere else', () => {
    expect(recorded(true, [true, true])).toBe(true);
    expect(recorded(true, [true, false])).toBe(false);
    expect(recorded(true, [])).toBe(false);
    expect(recorded(true, null)).toBe(false);
    expect(recorded(false, [true])).toBe(false);
  });

  test('is said of the call as long as it is made, and of nothing that rings or is over', () => {
    const room = spoken({ recording: true });
    const since = (): unknown => room.storedCall()?.recordingAt;
    const tell = (on: boolean): void => {
      room.media.recording('c1', on);
      room.street.settle();
    };
    expect(since()).toBeUndefined();
    tell(true);
    expect(since()).toEqual(expect.any(Number));
    tell(false);
    expect(since()).toBeUndefined();
    tell(true);
    room.say('hang-up', 'c1');
    room.street.settle();
    expect(room.storedCall()).toMatchObject({ state: 'ended' });
    expect(since()).toBeUndefined();
    tell(true);
    expect(since()).toBeUndefined();
  });

  test('begins anew when the media have died in a call, and is not said before', () => {
    const room = pressed({ recording: true });
    room.doing(room.street.gateway.duty.putHousehold('admin', card([true])));
    room.connect();
    room.media.recording('c1', true);
    room.street.settle();
    const asked = room.asked.length;
    room.media.lost();
    room.street.settle();
    expect(room.storedCall()).toMatchObject({ state: 'connected' });
    expect(room.storedCall()?.recordingAt).toBeUndefined();
    expect(room.asked.slice(asked)).toContain('record c1');
  });

  test('is noted on the call, also when that is over', () => {
    const room = spoken({ recording: true });
    room.say('hang-up', 'c1');
    room.media.recorded('c1', 12_000);
    room.street.settle();
    expect(room.storedCall()).toMatchObject({ state: 'ended', recorded: true });
    const told = room.told().length;
    room.media.recorded('c1', 12_000);
    room.street.settle();
    expect(room.told()).toHaveLength(told);
    expect(room.calls.live.size).toBe(0);
  });
});

test('a clock that is set moves the times of a call along', () => {
  const room = pressed();
  room.street.pass(50_000);
  room.street.gateway.shiftClock(-3_600_000);
  room.street.gateway.tick(room.street.now() - 3_600_000 + 5_000);
  room.street.settle();
  expect(room.call()?.missedAt).toBeUndefined();
  room.street.gateway.tick(room.street.now() - 3_600_000 + 10_000);
  room.street.settle();
  expect(room.call()?.missedAt).toBeDefined();
});
