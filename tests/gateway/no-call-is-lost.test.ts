import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOver, isSpoken, waitsForRoom } from '../../src/gateway/call-life.ts';
import type { AlertOperation } from '../../src/model/operation.ts';
import { type CallRoom, openCallRoom } from './call-room.ts';

const verbs = ['take', 'acknowledge', 'release', 'comment', 'dispatch', 'hand-over', 'close'] as const;
const seats = ['li', 'wang'] as const;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(
        ...(['press', 'request', 'repeat', 'cancel', 'pick-up', 'frame', 'place', 'back', 'tend'] as const),
      )
      .map((what) => ({ what })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('operate' as const),
      verb: fc.constantFrom(...verbs),
      seat: fc.constantFrom(...seats),
      seated: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom(
        'answer' as const,
        'hang-up' as const,
        'hand over' as const,
        'listen' as const,
        'gone' as const,
        'here' as const,
        'out' as const,
      ),
      seat: fc.constantFrom(...seats),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('flows' as const),
      side: fc.constantFrom('device', ...seats),
      on: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('pass' as const),
      ms: fc.constantFrom(200, 5_000, 15_000, 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...(['restart', 'media lost', 'leg fails'] as const))
      .map((what) => ({ what })),
  },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const operation = (alert: string, verb: (typeof verbs)[number], by: string): AlertOperation => {
  switch (verb) {
    case 'comment':
      return { verb, alert, note: 'x' };
    case 'dispatch':
      return { verb, alert, who: 'neighbour', confirmed: true };
    case 'hand-over':
      return { verb, alert, to: by === 'li' ? 'wang' : 'li' };
    case 'close':
      return { verb, alert, disposition: 'assistance-given' };
    default:
      return { verb, alert };
  }
};

const act = (room: CallRoom, one: Step, number: number): CallRoom => {
  const { street, calls, media } = room;
  const [call] = [...calls.live.values()];
  const id = call?.id ?? 'none';
  switch (one.what) {
    case 'press':
      street.event('pager-1', 'sos');
      break;
    case 'request':
      room.say('request', `c${number}`);
      break;
    case 'repeat':
      room.say('request', id);
      break;
    case 'cancel':
      room.say('cancel', id);
      break;
    case 'pick-up':
      room.say('answer', id, { sdp: 'v=0' });
      break;
    case 'frame':
      room.sound();
      break;
    case 'place':
      calls.place('li', 'seat-li', 'pager-1', undefined);
      break;
    case 'tend':
      // Somebody knows, and lets the call ring.
      for (const { id: alert } of street.open()) {
        street.gateway.duty.perform('li', operation(alert, 'take', 'li'));
        street.gateway.duty.perform('li', operation(alert, 'comment', 'li'));
      }
      break;
    case 'back':
      street.gateway.devices.waiting('pager-1');
      break;
    case 'operate': {
      const [alert] = street.open().sort((a, b) => (a.id < b.id ? 1 : -1));
      if (alert)
        street.gateway.duty.perform(
          one.seat,
          operation(alert.id, one.verb, one.seat),
          one.seated ? `seat-${one.seat}` : null,
        );
      break;
    }
    case 'answer':
      calls.answer(one.seat, `seat-${one.seat}`, id);
      break;
    case 'hang-up':
      calls.hangUp(one.seat, id);
      break;
    case 'hand over':
      calls.handOver(call?.answeredBy ?? one.seat, id, one.seat, `seat-${one.seat}`);
      break;
    case 'listen':
      calls.listenIn(one.seat, `seat-${one.seat}`, id);
      break;
    case 'gone':
      calls.consoleGone(`seat-${one.seat}`);
      break;
    case 'here':
      calls.consoleHere(`seat-${one.seat}`, one.seat);
      break;
    case 'out':
      calls.signal(one.seat, `seat-${one.seat}`, { type: 'voice', call: id, kind: 'end' });
      break;
    case 'flows':
      media.flows(id, one.side === 'device' ? 'device' : { console: `seat-${one.side}` }, one.on);
      break;
    case 'pass':
      street.pass(one.ms);
      break;
    case 'media lost':
      media.lost();
      break;
    case 'leg fails':
      media.failed(id, 'device', 'ice');
      break;
    case 'restart':
      return room.restart();
  }
  street.settle();
  return room;
};

const check = (room: CallRoom): void => {
  const open = new Map(room.street.open().map((alert) => [alert.id, alert]));
  expect(room.calls.live.size).toBeLessThanOrEqual(1);
  for (const call of room.calls.live.values()) {
    expect(isOver(call)).toBe(false);
    if (call.direction === 'in') expect(open.has(call.alert ?? '')).toBe(true);
    expect(isSpoken(call)).toBe(call.answeredBy !== undefined && call.state !== 'ringing');
  }
};

test('whatever people, lines, consoles and the gateway itself do, a call that still waits when everybody has gone home has an alert that rings', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      let room = openCallRoom();
      for (const [number, one] of steps.entries()) {
        room = act(room, one, number);
        check(room);
      }
      for (const seat of seats) room.calls.consoleGone(`seat-${seat}`);
      room.street.gateway.duty.watching([]);
      for (const id of room.calls.live.keys()) {
        room.media.flows(id, 'device', false);
        for (const seat of seats) room.media.flows(id, { console: `seat-${seat}` }, false);
      }
      room.street.pass(150_000);
      check(room);
      for (const call of room.calls.live.values()) {
        expect(waitsForRoom(call)).toBe(true);
        const alert = room.street.open().find(({ id }) => id === call.alert);
        expect(alert).toMatchObject({ acknowledged: false });
        expect(alert?.escalatedAt).toBeDefined();
      }
    }),
    { numRuns: 150 },
  );
});
