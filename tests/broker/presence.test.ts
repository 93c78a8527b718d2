import { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import { expect, test } from 'vitest';
import { createLink, holds } from '../../src/broker/link.ts';
import { createPresence } from '../../src/broker/presence.ts';
import { createFakeDoor } from './fake-door.ts';

const conn = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });

const arrive = (device: string) => {
  const link = createLink({} as Client, conn, { remote: '10.0.0.1', end: () => {} }, 0);
  link.device = device;
  return link;
};

test('who gave up on us while held back is reported only a minute later, once there is room again, and not if it is back', () => {
  const door = createFakeDoor();
  let at = 0;
  const presence = createPresence(
    door,
    () => at,
    () => at,
  );
  for (const device of ['meter-1', 'meter-2']) {
    const link = arrive(device);
    presence.admitted(link, device);
    presence.ready(link, device);
    link.held = holds.congestion;
    presence.ended(link);
  }
  door.congest('soft');
  at = 100_000;
  presence.checkAbsent();
  expect(door.links).toEqual(['up meter-1', 'up meter-2']);
  const back = arrive('meter-2');
  presence.admitted(back, 'meter-2');
  presence.ready(back, 'meter-2');
  door.congest('free');
  presence.checkAbsent();
  presence.checkAbsent();
  expect(door.links).toEqual(['up meter-1', 'up meter-2', 'up meter-2', 'down meter-1']);
});

test('a new connection that ends before its CONNACK does not take the old one’s place', () => {
  const door = createFakeDoor();
  const presence = createPresence(
    door,
    () => 0,
    () => 0,
  );
  const [old, next] = [arrive('pager-1'), arrive('pager-1')];
  presence.admitted(old, 'pager-1');
  presence.ready(old, 'pager-1');
  presence.admitted(next, 'pager-1');
  presence.ended(old);
  expect(door.links).toEqual(['up pager-1']);
  presence.ended(next);
  expect(door.links).toEqual(['up pager-1', 'down pager-1']);
  expect([...presence.of('pager-1')]).toEqual([]);
});

test('who comes in beside its own connection takes its place, and the door is told', () => {
  const door = createFakeDoor();
  const presence = createPresence(
    door,
    () => 0,
    () => 0,
  );
  const [old, next, third] = [arrive('hub-1'), arrive('hub-1'), arrive('hub-1')];
  for (const link of [old, next]) {
    presence.admitted(link, 'hub-1');
    presence.ready(link, 'hub-1');
  }
  presence.ended(old);
  presence.ended(next);
  presence.admitted(third, 'hub-1');
  presence.ready(third, 'hub-1');
  expect(door.links).toEqual(['up hub-1', 'up hub-1 instead', 'down hub-1', 'up hub-1']);
});
