import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyMessage,
  withDeviceList,
  withDevicesRead,
  withoutUncommitted,
} from '../../console/src/feed/apply-message.ts';
import {
  countCalling,
  type FeedState,
  floodHere,
  nothingHeard,
  openAlerts,
} from '../../console/src/feed/feed-state.ts';
import type { Call } from '../../src/model/call.ts';
import type { ServerMessage } from '../../src/model/change.ts';
import type { Device } from '../../src/model/device.ts';
import type { User } from '../../src/model/user.ts';
import { alertOf, callChangeOf, callOf, changeOf, helloOf, snapshotOf } from './alerts.ts';

const hear = (state: FeedState, ...messages: readonly ServerMessage[]): FeedState =>
  messages.reduce((known, message) => applyMessage(known, message, 40_000), state);

const ready = (...alerts: readonly ReturnType<typeof alertOf>[]): FeedState =>
  hear(nothingHeard, helloOf('run-1'), snapshotOf(10, ...alerts));

const counts = (state: FeedState): Record<string, number> =>
  Object.fromEntries([...state.alerts].map(([id, { count }]) => [id, count]));

const device = (id: string, lastSeenAt: number | null, link: Device['link'] = 'online'): Device => ({
  id,
  type: 'call-button',
  name: id,
  place: null,
  hub: null,
  dialect: 'native',
  address: null,
  createdAt: 0,
  outOfService: null,
  flags: [],
  link,
  lastSeenAt,
  latest: {},
});

test('a press that comes as a change stands on the board, and a closed one leaves it', () => {
  const raised = hear(ready(), changeOf(11, alertOf('a')));
  expect([...raised.alerts.keys()]).toEqual(['a']);
  const closed = hear(
    raised,
    changeOf(12, alertOf('a', { version: 2, acknowledged: true, closedAt: 5_000 }), 'closed'),
  );
  expect(closed.alerts.size).toBe(0);
  expect(closed.seq).toBe(12);
});

test('whatever is sent again after a resume, the board is as if everything had come once and in order', () => {
  const changes = Array.from({ length: 30 }, (_, index) => {
    const id = `a${index % 5}`;
    const count = Math.floor(index / 5) + 1;
    return changeOf(
      11 + index * 3,
      alertOf(id, { count, version: count }),
      count === 1 ? 'raised' : 'raised-again',
    );
  });
  const once = counts(hear(ready(), ...changes));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 8 }), (breaks) => {
      let state = ready();
      let heard = 0;
      for (const [at, back] of breaks) {
        // The line breaks after `at`; the gateway sends again from at most what was confirmed.
        for (const change of changes.slice(heard, Math.max(heard, at))) state = hear(state, change);
        heard = Math.max(heard, at);
        state = hear(state, helloOf('run-1', 500), ...changes.slice(Math.min(back, heard), heard));
      }
      state = hear(state, ...changes.slice(heard));
      expect(counts(state)).toEqual(once);
      expect(state.seq).toBe(changes.at(-1)?.seq);
    }),
  );
});

test('a snapshot replaces everything that was known, also what is no longer open', () => {
  const state = hear(
    ready(alertOf('gone'), alertOf('stays')),
    snapshotOf(90, alertOf('stays', { count: 2 }), alertOf('new')),
  );
  expect(counts(state)).toEqual({ stays: 2, new: 1 });
  expect(state.seq).toBe(90);
});

test('after a backup was restored nothing of the old numbering is added up: changes wait for the snapshot of the new run', () => {
  const other = hear(ready(alertOf('a')), helloOf('run-2'));
  expect(other.complete).toBe(false);
  const early = hear(other, changeOf(3, alertOf('b')));
  expect([...early.alerts.keys()]).toEqual(['a']);
  const fresh = hear(early, snapshotOf(2, alertOf('c')), changeOf(3, alertOf('b')));
  expect([...fresh.alerts.keys()]).toEqual(['c', 'b']);
  expect(fresh.seq).toBe(3);
});

test('an emergency that no disk holds is on the board, marked, until its stored change comes', () => {
  const unstored = hear(ready(), { type: 'uncommitted', alert: alertOf('a') });
  expect(openAlerts(unstored).get('a')).toEqual({ alert: alertOf('a'), stored: false });
  const stored = hear(unstored, changeOf(11, alertOf('a', { committedAt: 9_000 })));
  expect(openAlerts(stored).get('a')?.stored).toBe(true);
  expect(stored.uncommitted.size).toBe(0);
});

test('a further press that no disk holds stands in for the stored alert, and an older stored change does not hide it', () => {
  const again = alertOf('a', { count: 2, version: 2 });
  const state = hear(
    ready(alertOf('a')),
    { type: 'uncommitted', alert: again },
    changeOf(11, alertOf('a'), 'shown'),
  );
  expect(openAlerts(state).get('a')).toEqual({ alert: again, stored: false });
  expect(openAlerts(hear(state, changeOf(12, again, 'raised-again'))).get('a')?.stored).toBe(true);
});

test('what is stored already is not announced as unstored', () => {
  const state = hear(ready(alertOf('a', { version: 3, count: 2 })), {
    type: 'uncommitted',
    alert: alertOf('a', { version: 2, count: 2 }),
  });
  expect(state.uncommitted.size).toBe(0);
});

test('an unstored emergency survives a reconnection, because nobody has dealt with it', () => {
  const unstored = hear(ready(), { type: 'uncommitted', alert: alertOf('a') });
  const back = hear(unstored, helloOf('run-1'), snapshotOf(20));
  expect([...openAlerts(back).keys()]).toEqual(['a']);
  expect(openAlerts(withoutUncommitted(back, 'a')).size).toBe(0);
});

test('a new press and every announcement ask to be shown anew; a comment does not', () => {
  const raised = hear(ready(), changeOf(11, alertOf('a')));
  expect(raised.announced.get('a')).toBe(11);
  const commented = hear(raised, changeOf(12, alertOf('a'), 'commented'));
  expect(commented.announced.get('a')).toBe(11);
  expect(commented.touched.get('a')).toBe(12);
  expect(hear(commented, changeOf(13, alertOf('a'), 're-announced')).announced.get('a')).toBe(13);
  expect(hear(commented, changeOf(13, alertOf('a'), 'untended')).announced.get('a')).toBe(13);
});

test('the clock of the duty room is the gateway’s, by its last tick', () => {
  const state = hear(ready(), { type: 'tick', seq: 10, serverTime: 41_500 });
  expect(state.clockOffsetMs).toBe(1_500);
});

test('a gateway that came back as another version says that the page is old', () => {
  expect(hear(ready(), helloOf('run-1', 10, '1.0.0')).outdated).toBe(false);
  expect(hear(ready(), helloOf('run-1', 10, '1.1.0')).outdated).toBe(true);
});

test('links and readings freshen the devices that are known and invent none', () => {
  const known = withDeviceList(ready(), [device('d1', 1_000)], 10);
  const fresh = hear(
    known,
    {
      type: 'devices',
      devices: [
        { id: 'd1', link: 'offline', lastSeenAt: 3_000 },
        { id: 'd9', link: 'online', lastSeenAt: 3_000 },
      ],
    },
    { type: 'readings', devices: { d1: { battery: { value: 9, at: 1, receivedAt: 1 } } } },
  );
  expect([...fresh.devices.keys()]).toEqual(['d1']);
  expect(fresh.devices.get('d1')).toMatchObject({
    link: 'offline',
    lastSeenAt: 3_000,
    latest: { battery: { value: 9 } },
  });
});

test('that a device was refused is known until the feed says that it came, however slow a list is', () => {
  const loginRefused = { at: 3_000, reason: 'wrong-secret' } as const;
  const refused = hear(withDeviceList(ready(), [device('d1', null, 'unknown')], 10), {
    type: 'devices',
    devices: [{ id: 'd1', link: 'unknown', lastSeenAt: null, loginRefused }],
  });
  expect(refused.devices.get('d1')?.loginRefused).toEqual(loginRefused);
  const came = hear(refused, { type: 'devices', devices: [{ id: 'd1', link: 'online', lastSeenAt: 5_000 }] });
  expect(came.devices.get('d1')?.loginRefused).toBeUndefined();
  const listed = withDeviceList(came, [{ ...device('d1', null, 'unknown'), loginRefused }], came.seq);
  expect(listed.devices.get('d1')?.loginRefused).toBeUndefined();
});

test('a list of devices that was slow to come does not overwrite newer news of a link', () => {
  const known = hear(withDeviceList(ready(), [device('d1', 1_000)], 10), {
    type: 'devices',
    devices: [{ id: 'd1', link: 'offline', lastSeenAt: 5_000 }],
  });
  const listed = withDeviceList(known, [device('d1', 2_000), device('d2', 1_000)], known.seq);
  expect(listed.devices.get('d1')).toMatchObject({ link: 'offline', lastSeenAt: 5_000 });
  expect(listed.devices.has('d2')).toBe(true);
});

test('a device that is registered or removed comes and goes with its change', () => {
  const change = {
    type: 'change',
    seq: 11,
    at: 1,
    what: 'device',
    event: 'registered',
    device: device('d1', null),
  } as const;
  const there = hear(ready(), change);
  expect(there.devices.has('d1')).toBe(true);
  expect(hear(there, { ...change, seq: 12, event: 'removed' }).devices.has('d1')).toBe(false);
});

test('a list, or a single device, that was asked for before a change and comes after it undoes nothing of the change', () => {
  const change = (seq: number, event: string, id: string, facts: Partial<Device> = {}): ServerMessage => ({
    type: 'change',
    seq,
    at: 1,
    what: 'device',
    event,
    device: { ...device(id, null), ...facts },
  });
  const asked = withDeviceList(ready(), [device('d1', null), device('d2', null), device('d3', null)], 10);
  const changed = hear(
    asked,
    change(11, 'removed', 'd1'),
    change(12, 'registered', 'd4'),
    change(13, 'changed', 'd2', { name: '卧室' }),
  );
  const slow = [device('d1', null), device('d2', null), device('d3', null)];
  const names = (state: FeedState): readonly string[] => [...state.devices.values()].map(({ name }) => name);
  expect(names(withDeviceList(changed, slow, 10)).toSorted()).toEqual(['d3', 'd4', '卧室']);
  expect(names(withDevicesRead(changed, slow, 10)).toSorted()).toEqual(['d3', 'd4', '卧室']);
  // Asked for after the changes, it is the newest there is.
  expect(names(withDeviceList(changed, slow, 13))).toEqual(['d1', 'd2', 'd3']);
});

test('a value that the feed told meanwhile is not overwritten by an older one of a list', () => {
  const value = (at: number) => ({ gas: { value: at, at, receivedAt: at } });
  const told = hear(withDeviceList(ready(), [{ ...device('d1', 1_000), latest: value(1_000) }], 10), {
    type: 'readings',
    devices: { d1: value(5_000) },
  });
  for (const put of [withDeviceList, withDevicesRead])
    expect(put(told, [{ ...device('d1', 2_000), latest: value(2_000) }], 10).devices.get('d1')).toMatchObject(
      {
        lastSeenAt: 2_000,
        latest: value(5_000),
      },
    );
});

test('after a snapshot every card of a home is read again, as nobody knows which were changed meanwhile', () => {
  expect(hear(ready(), snapshotOf(90)).householdsAt).toBe(90);
});

test('a flood stands over the board of those in whose street it is until it is over, also after joining late', () => {
  const change = (seq: number, event: string, places: readonly string[]): ServerMessage => ({
    type: 'change',
    seq,
    at: 1_000,
    what: 'system',
    event,
    data: { places: [...places], alerts: 10 },
  });
  const flooded = hear(ready(), change(11, 'flood-began', []), change(12, 'flood-began', ['c1']));
  expect(floodHere(flooded)).toMatchObject({ places: [], alerts: 10 });
  expect(floodHere(hear(flooded, change(13, 'flood-ended', ['c1'])))).not.toBeNull();
  expect(floodHere(hear(flooded, change(13, 'flood-ended', [])))).toBeNull();
  expect(floodHere(hear(flooded, snapshotOf(20)))).toBeNull();
  const floods = [{ places: [], since: 1_000, alerts: 12 }];
  const late: ServerMessage = { type: 'snapshot', seq: 20, alerts: [], calls: [], floods };
  expect(floodHere(hear(nothingHeard, helloOf('run-1'), late))?.alerts).toBe(12);
});

test('a flood is told by what is open and calls for somebody, not by rehearsals, what is explained or what is being repaired', () => {
  const [waits, taken, rehearsed] = [alertOf('a'), alertOf('b'), alertOf('c', { test: true })];
  const alerts = [
    waits,
    { ...taken, state: 'acknowledged' as const },
    rehearsed,
    { ...alertOf('d'), state: 'suppressed' as const },
    { ...alertOf('e'), state: 'out-of-service' as const },
  ];
  expect(countCalling(alerts)).toBe(2);
});

test('what rises, comes off a shelf or is no test any more asks to be shown anew; what falls does not', () => {
  const raised = hear(ready(), changeOf(11, alertOf('a')));
  for (const event of ['raised-higher', 'unshelved', 'unsuppressed', 'test-ended'])
    expect(hear(raised, changeOf(12, alertOf('a'), event)).announced.get('a')).toBe(12);
  for (const event of ['lowered', 'shelved', 'grouped'])
    expect(hear(raised, changeOf(12, alertOf('a'), event)).announced.get('a')).toBe(11);
});

test('a call that was not connected stays known beside its alert until that is closed or calls again', () => {
  const ringing = hear(ready(alertOf('a')), callChangeOf(11, callOf('c', { alert: 'a' })));
  expect([...ringing.calls.keys()]).toEqual(['c']);
  const failed = hear(
    ringing,
    callChangeOf(12, callOf('c', { alert: 'a', state: 'failed', reason: 'no-sound' })),
  );
  expect(failed.calls.size).toBe(0);
  expect(failed.overCalls.get('a')).toMatchObject({ state: 'failed', reason: 'no-sound' });
  const resumed = hear(failed, snapshotOf(20, alertOf('a')));
  expect(resumed.overCalls.get('a')?.state).toBe('failed');
  const closed = hear(
    resumed,
    changeOf(21, alertOf('a', { version: 2, acknowledged: true, closedAt: 5_000 }), 'closed'),
  );
  expect(closed.overCalls.size).toBe(0);
});

test('a call that broke under its speaker is told until it is answered anew, whether the feed told it or the seat was cut off meanwhile', () => {
  const user = {
    id: 'li',
    username: 'li',
    name: '李',
    role: 'operator',
    places: ['jiangbei'],
    disabled: false,
  } satisfies User;
  const seat: FeedState = { ...ready(), user };
  const cutOffUntil = (call: Call): ServerMessage => ({
    type: 'snapshot',
    seq: 20,
    alerts: [],
    calls: [call],
  });
  const spoken = callOf('c', { state: 'connected', answeredBy: 'li' });
  const again = callOf('c', { ringingAt: 9_000, rings: 2 });
  const speaking = hear(seat, callChangeOf(11, spoken));
  expect(speaking.brokenCalls.size).toBe(0);
  const broke = hear(speaking, { ...callChangeOf(12, again), data: { reason: 'silence' } });
  expect(broke.brokenCalls.get('c')).toEqual({ call: spoken, reason: 'silence', at: 1_000 });
  expect(hear(broke, callChangeOf(13, { ...spoken, answeredBy: 'zhao' })).brokenCalls.size).toBe(0);
  expect(hear(broke, callChangeOf(13, { ...again, state: 'cancelled' })).brokenCalls.size).toBe(0);

  const failed = hear(speaking, callChangeOf(12, { ...spoken, state: 'failed', reason: 'no-sound' }));
  expect(failed.brokenCalls.get('c')?.reason).toBe('no-sound');
  const ended = hear(speaking, callChangeOf(12, { ...spoken, state: 'ended' }));
  expect(ended.brokenCalls.size).toBe(0);
  const anothers = hear({ ...speaking, user: { ...user, id: 'zhao' } }, callChangeOf(12, again));
  expect(anothers.brokenCalls.size).toBe(0);

  const away = hear(speaking, cutOffUntil(again));
  expect(away.brokenCalls.get('c')).toEqual({ call: spoken, reason: null, at: 9_000 });
  expect(hear(speaking, cutOffUntil(spoken)).brokenCalls.size).toBe(0);
});

test('the seats on line are those that were told last, and a change of a shift is noticed', () => {
  const seat = {
    user: 'zhao',
    name: '赵工',
    role: 'operator',
    places: [],
    since: 1,
    consoles: [{ id: 'page', seat: 'desk', since: 1, visible: true, audio: 'running', silenced: false }],
  } as const;
  const state = hear(ready(), {
    type: 'seats',
    seats: [{ ...seat, places: [], consoles: [...seat.consoles] }],
  });
  expect(state.seats).toEqual([seat]);
  expect(state.seq).toBe(10);
  expect(hear(state, { type: 'seats', seats: [] }).seats).toEqual([]);
  const handed: ServerMessage = {
    type: 'change',
    seq: 11,
    at: 1_000,
    what: 'system',
    event: 'shift-handed-over',
    data: { places: [] },
  };
  expect(hear(state, handed)).toMatchObject({ seq: 11, shiftsAt: 11 });
});
