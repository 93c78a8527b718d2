import { expect, test } from 'vitest';
import { colleaguesOf } from '../../console/src/alert/colleagues.ts';
import { applyMessage } from '../../console/src/feed/apply-message.ts';
import { nothingHeard } from '../../console/src/feed/feed-state.ts';
import type { Seat } from '../../src/model/seat.ts';
import { helloOf } from './alerts.ts';

const seatOf = (user: string, name: string, pages = 1): Seat => ({
  user,
  name,
  role: 'operator',
  places: [],
  since: 1_000,
  consoles: Array.from({ length: pages }, (_, page) => ({
    id: `${user}-${page}`,
    seat: user,
    since: 1_000,
    visible: true,
    audio: 'running',
    silenced: false,
  })),
});

const names = new Map([
  ['li', 'Li'],
  ['wang', 'Wang'],
  ['chen', 'Chen'],
  ['zhao', 'Zhao'],
]);

test('whoever is at a desk is offered before those who are not, and nobody themselves', () => {
  const offered = colleaguesOf(
    names,
    [seatOf('li', 'Li'), seatOf('zhao', 'Zhao'), seatOf('wang', 'Wang', 0)],
    'li',
    'en',
  );
  expect(offered).toEqual([
    { id: 'zhao', name: 'Zhao', atDesk: true },
    { id: 'chen', name: 'Chen', atDesk: false },
    { id: 'wang', name: 'Wang', atDesk: false },
  ]);
});

test('somebody who was made known after this page came is offered by name as soon as they are on line, and stays when they go', () => {
  const before = applyMessage(nothingHeard, helloOf('run-1'), 0);
  const came = applyMessage(before, { type: 'seats', seats: [seatOf('new', 'Newcomer')] }, 0);
  expect(colleaguesOf(came.names, came.seats, 'li', 'en')).toContainEqual({
    id: 'new',
    name: 'Newcomer',
    atDesk: true,
  });
  const left = applyMessage(came, { type: 'seats', seats: [] }, 0);
  expect(left.names).toBe(came.names);
  expect(colleaguesOf(left.names, left.seats, 'li', 'en')).toContainEqual({
    id: 'new',
    name: 'Newcomer',
    atDesk: false,
  });
});
