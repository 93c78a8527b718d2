import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isOver, isSpoken, waitsForRoom } from '../../src/gateway/call-life.ts';
import type { AlertOperation } from '../../src/model/operation.ts';
import { type CallRoom, home, openCallRoom } from './call-room.ts';
import { homeIn } from './core.ts';

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
      .constantFrom(...(['restart', 'media lost', 'leg fails', 'move', 'repair'] as const))
      .map((what) => ({ what })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constantFrom('clock' as const, 'restart with another clock' as const),
      byMs: fc.constantFrom(-8 * 3_600_000, -20_000, 20_000, 8 * 3_600_000),
    }),
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
    case 'move':
      street.moveDevice('pager-1', number % 2 === 0 ? home : homeIn('b2', number));
      break;
    case 'repair':
      street.gateway.duty.takeOutOfService('li', 'pager-1', {
        reason: 'battery',
        until: street.now() + 600_000,
      });
      break;
    case 'clock':
      street.setClock(one.byMs);
      break;
    case 'restart with another clock':
    case 'restart': {
      const again = room.restart('byMs' in one ? one.byMs : 1_000);
      again.street.pass(200);
      return again;
    }
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
      room.street.pass(200);
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

/** The legs that media asked for as `room` did would have, and whose sound flows: it begins and ends only on a leg that stands, and its end is told once. */
const soundOf = (room: CallRoom) => {
  const flowing = new Set<string>();
  const standing = new Set<string>();
  let read = 0;
  const sideOf = (key: string) => (key.endsWith(' device') ? 'device' : { console: key.split(' ')[1] ?? '' });
  const stop = (key: string): void => {
    if (!flowing.delete(key)) return;
    room.media.flows(key.split(' ')[0] ?? '', sideOf(key), false);
    room.street.settle();
  };
  const follow = (): void => {
    while (read < room.asked.length) {
      const [what, call, console] = (room.asked[read] ?? '').split(' ');
      read += 1;
      const key = `${call} ${what === 'device' ? 'device' : console}`;
      if (what === 'device' || what === 'console') {
        stop(key);
        standing.add(key);
      } else if (what === 'close') {
        standing.delete(key);
        stop(key);
      } else if (what === 'end')
        for (const one of [...standing])
          if (one.startsWith(`${call} `)) {
            standing.delete(one);
            flowing.delete(one);
          }
    }
  };
  return {
    follow,
    turn: (key: string, on: boolean): void => {
      if (!on) stop(key);
      else if (standing.has(key) && !flowing.has(key)) {
        flowing.add(key);
        room.media.flows(key.split(' ')[0] ?? '', sideOf(key), true);
        room.street.settle();
      }
      follow();
    },
    /** The process that ends the media dies: nothing stands any more, and nothing is told but that. */
    lose: (): void => {
      standing.clear();
      flowing.clear();
    },
    /** Nothing is heard any more of the device, or of the consoles, or of both. */
    silence: (of: (typeof quiet)[number]): void => {
      for (const key of [...flowing])
        if (of === 'both' || (of === 'device') === key.endsWith(' device')) stop(key);
      follow();
    },
  };
};

const quiet = ['device', 'consoles', 'both'] as const;

test('whatever happens before, a call of which a side is heard no more does not go on as if people spoke in it, although every console stays on line', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 12, size: 'max' }),
      fc.constantFrom(...quiet),
      (steps, silent) => {
        let room = openCallRoom();
        room.street.pass(200);
        let sound = soundOf(room);
        // Most of what there is to go wrong begins with a call in which somebody speaks.
        room.say('request', 'c-first');
        room.doing(room.calls.answer('li', 'seat-li', 'c-first'));
        sound.follow();
        for (const side of ['device', 'seat-li']) sound.turn(`c-first ${side}`, true);
        for (const [number, one] of steps.entries()) {
          const [id = 'none'] = room.calls.live.keys();
          if (one.what === 'flows') {
            sound.turn(`${id} ${one.side === 'device' ? one.side : `seat-${one.side}`}`, one.on);
            continue;
          }
          if (one.what === 'media lost') sound.lose();
          room = act(room, one, number);
          if (one.what.startsWith('restart')) sound = soundOf(room);
          sound.follow();
        }
        for (const seat of seats) room.calls.consoleHere(`seat-${seat}`, seat);
        sound.silence(silent);
        room.street.pass(60_000);
        for (const call of room.calls.live.values()) expect(isSpoken(call)).toBe(false);
      },
    ),
    {
      numRuns: 150,
      examples: [
        [
          [
            { what: 'hand over', seat: 'wang' },
            { what: 'flows', side: 'li', on: false },
            { what: 'hand over', seat: 'li' },
          ],
          'consoles',
        ],
      ],
    },
  );
});
