import { describe, expect, test } from 'vitest';
import { openStreet, type Street } from './core.ts';

const openStreetOfThree = (): Street => {
  const street = openStreet();
  street.register('hub-1', 'hub');
  street.register('pager-1', 'call-button');
  street.register('meter-1', 'water-monitor');
  return street;
};
const misdirect = (street: Street, sender: string, topic: string, text: string): void => {
  street.gateway.devices.misdirected(
    { sender, topic, bytes: new TextEncoder().encode(text), retained: false, receivedAt: street.now() },
    'not-its-own-topic',
  );
  street.settle();
};
const quarantined = (street: Street) =>
  street.batches
    .flatMap(({ puts }) => puts)
    .flatMap((put) => (put.kind === 'quarantine' && put.body !== null ? [put.body] : []));
const press = '{"event":"sos"}';

describe('what a pager says under a topic that is not its own', () => {
  test.each(['zhishou/v1/device/pager-1/events', 'zhishou/v1/devices/Pager-1/events', 'sos'])(
    'is kept with its topic and told to the duty room: %s',
    (topic) => {
      const street = openStreetOfThree();
      misdirect(street, 'pager-1', topic, press);
      const [row] = quarantined(street);
      expect(row).toMatchObject({ sender: 'pager-1', topic, reason: 'not-its-own-topic', payload: press });
      expect(street.only()).toMatchObject({
        kind: 'not-understood',
        device: 'pager-1',
        priority: 'high',
        state: 'latched-unacknowledged',
        evidence: [{ quarantine: row?.id }],
      });
      expect(street.only().evidence[0]?.note).toContain(topic);
      expect(street.only().evidence[0]?.note).toContain(press);
    },
  );

  test('is never taken in again, so that nobody presses in another’s name', () => {
    const street = openStreetOfThree();
    street.register('pager-2', 'call-button');
    misdirect(street, 'pager-1', 'zhishou/v1/devices/pager-2/events', press);
    const [row] = quarantined(street);
    if (row === undefined) throw new Error('nothing was kept');
    expect(street.gateway.duty.retryQuarantined('li', row)).toMatchObject({
      refusal: { code: 'not-retriable' },
    });
    expect(street.only()).toMatchObject({ kind: 'not-understood', device: 'pager-1' });
  });

  test('is kept once a minute for each topic and of eight topics, and is one alert, however often it is said', () => {
    const street = openStreetOfThree();
    for (let second = 0; second < 60; second++) {
      for (const n of Array.from({ length: 20 }, (_, i) => i)) misdirect(street, 'pager-1', `t/${n}`, press);
      misdirect(street, 'pager-1', `t/${second}/${'x'.repeat(300)}`, press);
      street.pass(1_000);
    }
    expect(quarantined(street).map(({ topic }) => topic)).toEqual(
      Array.from({ length: 8 }, (_, n) => `t/${n}`),
    );
    expect(street.only().count).toBe(1);
    misdirect(street, 'pager-1', 't/0', press);
    expect(quarantined(street)).toHaveLength(9);
    expect(street.only()).toMatchObject({ count: 2 });
  });

  test('does not use up what is kept of a neighbour', () => {
    const street = openStreetOfThree();
    for (let n = 0; n < 20; n++) misdirect(street, 'meter-1', `t/${n}`, press);
    misdirect(street, 'pager-1', 't/0', press);
    expect(quarantined(street).filter(({ sender }) => sender === 'pager-1')).toHaveLength(1);
  });
});

test('a hub is told of too, a meter is only kept, and neither counts as heard', () => {
  const street = openStreetOfThree();
  misdirect(street, 'meter-1', 'zhishou/v1/device/meter-1/readings', '{"values":{}}');
  expect(street.open()).toEqual([]);
  misdirect(street, 'hub-1', 'zhishou/v1/hub/hub-1/devices/pager-9/events', press);
  expect(street.only()).toMatchObject({ kind: 'not-understood', device: 'hub-1' });
  expect(quarantined(street).map(({ sender }) => sender)).toEqual(['meter-1', 'hub-1']);
  for (const id of ['meter-1', 'hub-1'])
    expect(street.gateway.duty.committed.device(id)).toMatchObject({ link: 'unknown', lastSeenAt: null });
});
