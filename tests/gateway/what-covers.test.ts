import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/model/alert.ts';
import type { Place } from '../../src/model/place.ts';
import { openStreet, rule } from './core.ts';

const hour = 3_600_000;
const home: Place = {
  id: 'h301',
  path: [
    { kind: 'building', id: 'b1', name: '3 号楼' },
    { kind: 'household', id: 'h301', name: '301' },
  ],
  text: '3 号楼 301',
};
const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const fall = rule(
  'fall',
  'flag',
  ['fall-detector'],
  { measurement: 'fall', is: true },
  {
    priority: 'critical',
    latching: true,
    alert: { kind: 'sos', test: false, title: { zh: '跌倒', en: 'Fall' } },
  },
);
const rules = [smoke, fall];

const openHome = () => {
  const street = openStreet({ rules });
  for (const [id, type] of [
    ['smoke-1', 'smoke-alarm'],
    ['fall-1', 'fall-detector'],
    ['pager-1', 'call-button'],
  ] as const)
    street.gateway.duty.registerDevice('admin', { id, type, place: home }, 'hash');
  street.pass(200);
  return street;
};
type Room = ReturnType<typeof openHome>;

const start = (street: Room, more: object = {}) => {
  const started = street.gateway.duty.startTestMode('wang', {
    place: 'b1',
    types: ['smoke-alarm'],
    until: street.now() + hour,
    onSite: '王师傅',
    ...more,
  });
  street.pass(200);
  return started;
};

const of = (street: Room, device: string): Alert => {
  const found = street.open().find((alert) => alert.device === device);
  if (found === undefined) throw new Error(`nothing is open of ${device}`);
  return found;
};

const events = (street: Room): readonly string[] => street.changes.map(({ event }) => event);

describe('detectors under test', () => {
  test('are shown, marked, and call nobody; when the time is over and it still smokes it is real and rings', () => {
    const street = openHome();
    street.gateway.duty.watching([[]]);
    expect(start(street).ok).toBe(true);
    street.readings('smoke-1', { smoke: true });
    street.pass(60_000);
    expect(of(street, 'smoke-1')).toMatchObject({ test: true, state: 'unacknowledged' });
    expect(events(street)).not.toContain('escalated');
    street.pass(hour);
    expect(of(street, 'smoke-1')).toMatchObject({ test: false, state: 'unacknowledged' });
    expect(events(street)).toEqual(
      expect.arrayContaining(['test-mode-started', 'test-mode-ended', 'test-ended', 'escalated']),
    );
  });

  test('end their test while the gateway is away, and the smoke is real when it is back', () => {
    const street = openHome();
    start(street);
    street.readings('smoke-1', { smoke: true });
    const again = openStreet({ rules, state: street.stored(), at: street.now() + 2 * hour });
    again.pass(200);
    expect(again.only()).toMatchObject({ test: false, state: 'unacknowledged' });
  });

  test('go on being tested over a restart, and end when an operator says so', () => {
    const street = openHome();
    start(street);
    const again = openStreet({ rules, state: street.stored(), at: street.now() });
    again.readings('smoke-1', { smoke: true });
    expect(again.only().test).toBe(true);
    const [mode] = again.gateway.duty.committed.testModes.values();
    expect(again.gateway.duty.endTestMode('li', mode?.id ?? '').ok).toBe(true);
    again.pass(200);
    expect(again.only()).toMatchObject({ test: false, state: 'unacknowledged' });
    expect(again.gateway.duty.endTestMode('li', mode?.id ?? '')).toMatchObject({
      refusal: { code: 'not-found' },
    });
  });

  test('are no longer under test once they hang in another place', () => {
    const street = openHome();
    start(street);
    street.readings('smoke-1', { smoke: true });
    street.gateway.duty.changeDevice('admin', 'smoke-1', { place: null });
    street.pass(200);
    expect(of(street, 'smoke-1').test).toBe(false);
  });

  test('never cover a press or a fall, and nothing that could call for help can be put under test', () => {
    const street = openHome();
    start(street);
    street.event('pager-1', 'sos');
    street.readings('fall-1', { fall: true });
    for (const device of ['pager-1', 'fall-1'])
      expect(of(street, device)).toMatchObject({ kind: 'sos', test: false });
    for (const type of ['call-button', 'fall-detector', 'hub'])
      expect(start(street, { types: [type] })).toMatchObject({ refusal: { code: 'not-testable' } });
  });

  test('are refused for a time beyond 2 h, in a place or of a type that nobody knows', () => {
    const street = openHome();
    for (const [more, code] of [
      [{ until: street.now() + 2 * hour + 1_000 }, 'invalid'],
      [{ until: street.now() - 1 }, 'invalid'],
      [{ place: 'nowhere' }, 'unknown-place'],
      [{ types: ['teapot'] }, 'unknown-type'],
    ] as const)
      expect(start(street, more)).toMatchObject({ refusal: { code } });
  });

  test('leave no name in the record', () => {
    const street = openHome();
    start(street, { reason: '年检 王师傅' });
    const entries = street.batches.flatMap((batch) => batch.entries);
    const line = entries.find(({ event }) => event === 'test-mode.started');
    expect(line).toMatchObject({ actor: 'user:wang', data: { place: 'b1', types: ['smoke-alarm'] } });
    expect(JSON.stringify(entries)).not.toContain('王师傅');
  });
});

describe('a device out of service', () => {
  const repair = (street: Room, device: string) => {
    street.gateway.duty.takeOutOfService('wang', device, { until: street.now() + hour, reason: 'repair' });
    street.pass(200);
  };

  test('is covered until its repair is over, and then what holds waits for somebody', () => {
    const street = openHome();
    repair(street, 'smoke-1');
    street.readings('smoke-1', { smoke: true });
    expect(of(street, 'smoke-1').state).toBe('out-of-service');
    const again = openStreet({ rules, state: street.stored(), at: street.now() });
    again.pass(hour - 10_000);
    expect(again.only().state).toBe('out-of-service');
    again.pass(11_000);
    expect(again.only().state).toBe('unacknowledged');
    expect(again.gateway.duty.committed.device('smoke-1')?.outOfService).toBeNull();
  });

  test('comes back in time also while the store fails', () => {
    const street = openHome();
    repair(street, 'smoke-1');
    street.readings('smoke-1', { smoke: true });
    street.gateway.setHealth({ ok: false, since: street.now(), error: 'disk full' });
    street.pass(hour + 1_000);
    expect(of(street, 'smoke-1').state).toBe('unacknowledged');
  });

  test('never silences a press or a fall', () => {
    const street = openHome();
    street.event('pager-1', 'sos');
    repair(street, 'pager-1');
    repair(street, 'fall-1');
    street.readings('fall-1', { fall: true });
    expect(of(street, 'pager-1').state).toBe('latched-unacknowledged');
    expect(of(street, 'fall-1').state).toBe('unacknowledged');
  });
});

describe('a home where nobody is', () => {
  const put = (street: Room, state: 'home' | 'away' | 'hospital' | 'deceased', until?: number) => {
    const done = street.gateway.duty.putPresence('li', 'h301', {
      state,
      ...(until === undefined ? {} : { until }),
    });
    street.pass(200);
    return done;
  };
  const away = (street: Pick<Room, 'gateway' | 'now'>) => street.gateway.duty.isAway(home, street.now());

  test('is away until its time is over, over a restart too, and never mutes a press', () => {
    const street = openHome();
    expect(away(street)).toBe(false);
    expect(put(street, 'hospital', street.now() + hour).ok).toBe(true);
    const again = openStreet({ rules, state: street.stored(), at: street.now() });
    expect(away(again)).toBe(true);
    again.event('pager-1', 'sos');
    expect(again.only().state).toBe('latched-unacknowledged');
    again.pass(hour + 11_000);
    expect(away(again)).toBe(false);
    expect(again.gateway.duty.committed.presences.size).toBe(0);
    expect(again.batches.flatMap(({ entries }) => entries)).toContainEqual(
      expect.objectContaining({ event: 'household.presence', actor: 'system', data: {} }),
    );
  });

  test('tells the record and the feed who changed it, and not where they are', () => {
    const street = openHome();
    put(street, 'hospital', street.now() + hour);
    const said = JSON.stringify([street.changes, street.batches.flatMap(({ entries }) => entries)]);
    expect(said).toContain('household.presence');
    expect(said).not.toContain('hospital');
  });

  test('is taken back, and needs an end that lies ahead and within 90 days', () => {
    const street = openHome();
    expect(put(street, 'away')).toMatchObject({ refusal: { code: 'invalid' } });
    expect(put(street, 'away', street.now())).toMatchObject({ refusal: { code: 'invalid' } });
    expect(put(street, 'away', street.now() + 91 * 24 * hour)).toMatchObject({
      refusal: { code: 'invalid' },
    });
    expect(put(street, 'deceased').ok).toBe(true);
    expect(away(street)).toBe(true);
    expect(put(street, 'home').ok).toBe(true);
    expect(away(street)).toBe(false);
  });

  test('is forgotten with everything else when the people of a home are erased', () => {
    const street = openHome();
    put(street, 'deceased');
    expect(street.gateway.duty.eraseHousehold('wang', 'h301').ok).toBe(true);
    street.pass(200);
    expect(street.gateway.duty.committed.presences.size).toBe(0);
    expect(away(street)).toBe(false);
  });
});
