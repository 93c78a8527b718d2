import { expect, test } from 'vitest';
import { openCallRoom } from './call-room.ts';

const opened = (asked: readonly string[], what: string): number =>
  asked.filter((line) => line.startsWith(what)).length;

test('a pager that asks for one call after another rings, costs the others no sound, and can still be spoken with', () => {
  const room = openCallRoom();
  for (let at = 0; at < 300; at += 1) room.say('request', `c${at}`);
  expect(opened(room.asked, 'device ')).toBe(5);
  expect(room.call('c299')).toMatchObject({ state: 'ringing' });
  expect(room.alert()).toMatchObject({ kind: 'call-request', state: 'latched-unacknowledged' });
  room.street.pass(1_000);
  expect(room.asked.slice(-2)).toEqual(['device c299 pager-1 webrtc', 'play c299 received']);
  expect(opened(room.asked, 'device ')).toBe(6);
  room.connect('c299');
  expect(room.call('c299')?.state).toBe('connected');
});

test('an operator who calls a pager again and again has a leg each time', () => {
  const room = openCallRoom();
  for (let at = 0; at < 8; at += 1) {
    const placed = room.doing(room.calls.place('li', 'seat-li', 'pager-1', undefined));
    room.doing(room.calls.hangUp('li', placed.ok ? placed.value.id : ''));
  }
  expect([opened(room.asked, 'device '), opened(room.asked, 'console ')]).toEqual([8, 8]);
});

test('a page that begins anew without end is offered its leg once more when all that is over', () => {
  const room = openCallRoom();
  room.say('request', 'c1');
  room.doing(room.calls.answer('li', 'seat-li', 'c1'));
  room.forget();
  const ready = () => room.calls.signal('li', 'seat-li', { type: 'voice', call: 'c1', kind: 'ready' });
  for (let at = 0; at < 300; at += 1) ready();
  expect(room.asked).toEqual(Array(5).fill('console c1 seat-li speak'));
  room.street.pass(1_000);
  expect(room.asked).toEqual(Array(6).fill('console c1 seat-li speak'));
  // Whoever has no part in it by then is offered nothing.
  ready();
  room.doing(room.calls.hangUp('li', 'c1'));
  room.forget();
  room.street.pass(1_000);
  expect(room.asked).toEqual([]);
});

test('a hub of more calls than it takes at once leaves each leg the time to be answered, and has another offer once it goes on asking', () => {
  const room = openCallRoom();
  room.say('request', 'c1');
  room.forget();
  const asksFor = (ms: number): void => {
    for (let at = 0; at < ms; at += 200) {
      room.street.gateway.devices.waiting('pager-1');
      room.street.pass(200);
    }
  };
  asksFor(8_000);
  expect(opened(room.asked, 'device ')).toBe(5);
  asksFor(4_000);
  expect(opened(room.asked, 'device ')).toBeGreaterThan(5);
});
