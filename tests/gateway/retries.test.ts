import { describe, expect, test } from 'vitest';
import type { Quarantined } from '../../src/model/quarantine.ts';
import { homeIn, openStreet, rule } from './core.ts';

const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const tamper = rule('tamper', 'event', ['smoke-alarm'], { event: 'tamper' }, { priority: 'medium' });
const hourMs = 3_600_000;

type Street = ReturnType<typeof openStreet>;

const openHub = (): Street => {
  const street = openStreet({ rules: [smoke, tamper] });
  street.register('hub-1', 'hub', { place: homeIn('A', 1) });
  return street;
};

const child = (name: string, leaf: string): string => `zhishou/v1/hubs/hub-1/devices/${name}/${leaf}`;

/** The rows of quarantine as they are committed, oldest first. */
const rowsOf = (street: Street): Quarantined[] => {
  const rows = new Map<string, Quarantined>();
  for (const put of street.batches.flatMap(({ puts }) => puts)) {
    if (put.kind !== 'quarantine') continue;
    if (put.body === null) rows.delete(put.id);
    else rows.set(put.id, put.body);
  }
  return [...rows.values()];
};

const only = (street: Street): Quarantined => {
  const rows = rowsOf(street);
  if (rows.length !== 1 || rows[0] === undefined) throw new Error(`${rows.length} rows, not one`);
  return rows[0];
};

const retry = (street: Street, row: Quarantined) => {
  const result = street.gateway.duty.retryQuarantined('sun', row);
  street.settle();
  return result;
};

const outcome = (street: Street, row: Quarantined) => {
  const result = retry(street, row);
  if (!result.ok) throw new Error(result.refusal.code);
  return result.value;
};

const readingsOf = (street: Street) =>
  street.batches
    .flatMap(({ readings }) => readings)
    .map(({ device, measurement, value, at }) => [device, measurement, value, at]);

describe('a message out of quarantine', () => {
  test('takes effect once its device is registered, at its own time, raises what is about life as late, and leaves', () => {
    const street = openHub();
    const then = street.now();
    street.publish('hub-1', child('kitchen', 'readings'), { values: { smoke: true, temperature: 61 } });
    street.pass(hourMs);
    street.register('kitchen', 'smoke-alarm', { hub: 'hub-1', place: homeIn('A', 2) });
    const { taken, alerts, left, passedOver } = outcome(street, only(street));
    expect([taken, left, passedOver]).toEqual([{ readings: 2, events: 0, presses: 0 }, [], []]);
    expect(rowsOf(street)).toEqual([]);
    expect(readingsOf(street).map(([, , , at]) => Number(at) - then)).toEqual([1, 1]);
    expect(street.only()).toMatchObject({ id: alerts[0], kind: 'smoke', late: true, raisedAt: street.now() });
    expect(street.only().evidence[0]).toMatchObject({ receivedAt: then });
  });

  test('stands in the record with who asked for it and what came of it', () => {
    const street = openHub();
    street.publish('hub-1', child('kitchen', 'events'), { event: 'tamper' });
    const row = only(street);
    outcome(street, row);
    const line = street.batches.flatMap(({ entries }) => entries).at(-1);
    expect(line).toMatchObject({
      actor: 'user:sun',
      event: 'quarantine.retried',
      subject: `quarantine:${row.id}`,
      data: { reason: 'unknown-device', events: 0, left: [{ id: row.id, reason: 'unknown-device' }] },
    });
    expect(rowsOf(street)).toEqual([row]);
  });

  test('of which a part took effect when it came has only the rest taken in, and replaces nothing of it', () => {
    const street = openHub();
    street.register('kitchen', 'smoke-alarm', { hub: 'hub-1' });
    street.publish('hub-1', child('kitchen', 'readings'), [
      { values: { temperature: 20 } },
      { values: { temperature: 999, smoke_density: 1 } },
    ]);
    street.publish('hub-1', child('stranger', 'events'), [{ event: 'sos' }, { event: 'tamper' }]);
    const [range, unknown] = rowsOf(street);
    expect(street.only()).toMatchObject({ kind: 'unregistered-sos', count: 1 });
    street.register('stranger', 'call-button', { hub: 'hub-1' });
    const before = readingsOf(street).length;
    expect(outcome(street, range as Quarantined)).toMatchObject({
      taken: { readings: 0 },
      left: [{ id: range?.id, reason: 'value-out-of-range' }],
    });
    expect(readingsOf(street)).toHaveLength(before);
    // The press rang when it came: it is the device's own by now, and does not ring a second time.
    expect(outcome(street, unknown as Quarantined).taken).toEqual({ readings: 0, events: 1, presses: 0 });
    expect(street.only()).toMatchObject({ kind: 'sos', device: 'stranger', count: 1 });
  });

  test('never rings for a press that its hub’s stranger has rung for already, whatever the row says', () => {
    const street = openHub();
    street.publish('hub-1', child('stranger', 'events'), [{ event: 'tamper' }, { event: 'sos' }]);
    const row = only(street);
    street.register('stranger', 'call-button', { hub: 'hub-1' });
    const { taken, passedOver } = outcome(street, { ...row, retriable: { item: 1 } });
    expect([taken.presses, passedOver]).toEqual([0, ['rang-already']]);
    expect(street.only().count).toBe(1);
  });

  test('that nobody could read and is a press by now rings, marked late, from now on, and tells since when it waited', () => {
    const street = openHub();
    const then = street.now();
    // The hub was registered with the wrong convention.
    street.register('pager', 'call-button', { hub: 'hub-1', address: 'pager', place: homeIn('A', 2) });
    street.publish('hub-1', 'zigbee2mqtt/pager', { action: 'emergency' });
    const row = only(street);
    expect(row.reason).toBe('unknown-topic');
    street.pass(hourMs);
    const changed = street.gateway.duty.changeDevice('admin', 'hub-1', { dialect: 'zigbee2mqtt' });
    expect(changed.ok).toBe(true);
    expect(outcome(street, row).taken.presses).toBe(1);
    expect(street.open().find(({ kind }) => kind === 'sos')).toMatchObject({
      device: 'pager',
      late: true,
      receivedAt: then,
      raisedAt: street.now(),
      takeBy: street.now() + 30_000,
    });
    expect(rowsOf(street)).toEqual([]);
  });

  test('with the retain flag never becomes a press, also where nobody could read it', () => {
    const street = openHub();
    street.register('pager', 'call-button', { hub: 'hub-1', address: 'pager' });
    street.publish('hub-1', 'zigbee2mqtt/pager', { action: 'emergency' }, { retained: true });
    street.gateway.duty.changeDevice('admin', 'hub-1', { dialect: 'zigbee2mqtt' });
    const row = only(street);
    const { taken, left } = outcome(street, row);
    expect([taken.presses, left.map(({ id, reason }) => [id, reason])]).toEqual([
      0,
      [[row.id, 'stored-copy']],
    ]);
    expect(street.open().filter(({ kind }) => kind === 'sos')).toEqual([]);
    expect(retry(street, only(street))).toMatchObject({ ok: false, refusal: { code: 'not-retriable' } });
  });

  test('is refused by name where it is a stored copy, stopped the gateway or is not kept whole', () => {
    const street = openStreet({ isPoison: ({ bytes }) => new TextDecoder().decode(bytes).includes('boom') });
    street.register('hub-1', 'hub');
    street.register('pager', 'call-button', { hub: 'hub-1' });
    street.publish('hub-1', child('pager', 'events'), { event: 'sos' }, { retained: true });
    street.publish('hub-1', child('pager', 'events'), { event: 'boom' });
    street.publish('hub-1', child('pager', 'readings'), 'x'.repeat(20_000));
    street.publish('hub-1', child('pager', 'events'), [{ event: 'test' }, { event: 'hello' }]);
    const rows = rowsOf(street);
    expect(rows.map(({ reason }) => reason)).toEqual(['stored-copy', 'poison', 'not-json', 'unknown-event']);
    const open = street.open().length;
    for (const row of rows) {
      for (const tried of [row, { ...row, retriable: {} }].slice(0, row.reason === 'unknown-event' ? 1 : 2))
        expect(retry(street, tried)).toMatchObject({
          ok: false,
          refusal: { code: 'not-retriable', details: { reason: row.reason } },
        });
    }
    expect(rowsOf(street)).toEqual(rows);
    expect(street.open()).toHaveLength(open);
  });

  test('says nothing of its sender’s link, and its own state is of its moment', () => {
    const street = openHub();
    street.publish('hub-1', child('door', 'status'), { state: 'online' });
    street.register('door', 'door-sensor', { hub: 'hub-1' });
    expect(outcome(street, only(street)).passedOver).toEqual(['of-its-moment']);
    expect(street.gateway.duty.committed.device('door')).toMatchObject({ link: 'unknown', lastSeenAt: null });
  });

  test('with an id that was heard since is passed over', () => {
    const street = openHub();
    street.publish('hub-1', child('meter', 'readings'), { id: 'm-1', values: { water_total: 5 } });
    street.register('meter', 'water-monitor', { hub: 'hub-1' });
    street.publish('hub-1', child('meter', 'readings'), { id: 'm-1', values: { water_total: 5 } });
    expect(outcome(street, only(street))).toMatchObject({
      passedOver: ['duplicate'],
      taken: { readings: 0 },
    });
    expect(readingsOf(street)).toHaveLength(1);
  });

  test('cancels no call that was made after it', () => {
    const street = openHub();
    street.publish('hub-1', child('pager', 'events'), { event: 'sos-cancel' });
    street.register('pager', 'call-button', { hub: 'hub-1' });
    street.pass(1_000);
    street.publish('hub-1', child('pager', 'events'), { event: 'sos' });
    outcome(street, only(street));
    expect(street.changes.some(({ event }) => event === 'cancel-requested')).toBe(false);
  });

  test('in which somebody asked to speak lets the room know that it can call back', () => {
    const street = openHub();
    street.publish('hub-1', child('pager', 'voice/up'), { call: 'c-1', type: 'request' });
    street.register('pager', 'call-button', { hub: 'hub-1', place: homeIn('A', 2) });
    street.pass(hourMs);
    expect(outcome(street, only(street)).taken.presses).toBe(1);
    expect(street.only()).toMatchObject({ kind: 'call-request', device: 'pager', late: true });
    expect([...street.gateway.duty.committed.calls.values()]).toEqual([]);
  });
});
