import { describe, expect, test } from 'vitest';
import { openStreet, type Street } from './core.ts';

const streetWithPager = (): Street => {
  const street = openStreet();
  street.register('hub-1', 'hub');
  street.register('pager-1', 'call-button');
  street.register('pager-2', 'call-button', { hub: 'hub-1' });
  street.register('meter-1', 'water-monitor');
  return street;
};
const events = (id: string): string => `zhishou/v1/devices/${id}/events`;
const quarantined = (street: Street) =>
  street.batches
    .flatMap(({ puts }) => puts)
    .flatMap((put) => (put.kind === 'quarantine' && put.body !== null ? [put.body] : []));

describe('what a pager says and nobody understands', () => {
  test.each([
    ['bare text', 'sos'],
    ['half a press', '{"event":"sos'],
    ['another word', '{"event":"help"}'],
    ['a word in the wrong place', '{"action":"sos"}'],
    ['a number', '5'],
    ['nothing', ''],
  ])('is told to the duty room: %s', (_what, text) => {
    const street = streetWithPager();
    street.publish('pager-1', events('pager-1'), text);
    expect(street.only()).toMatchObject({
      kind: 'not-understood',
      device: 'pager-1',
      priority: 'high',
      state: 'latched-unacknowledged',
      title: { zh: '说了看不懂的话：可能是求助' },
      evidence: [{ quarantine: quarantined(street)[0]?.id }],
    });
    expect(street.only().evidence[0]?.note).toContain(text);
    expect(street.acknowledged).toEqual([text]);
  });

  test('is told as well under a topic that is none, as a measurement that nothing has, and through its hub', () => {
    for (const say of [
      (street: Street) => street.publish('pager-1', 'zhishou/v1/devices/pager-1/sos', '1'),
      (street: Street) => street.readings('pager-1', { sos: true }),
      (street: Street) => street.readings('pager-1', { sos: { pressed: true } }),
      (street: Street) => street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/pager-2/events', 'sos'),
    ]) {
      const street = streetWithPager();
      say(street);
      expect(street.only()).toMatchObject({
        kind: 'not-understood',
        device: expect.stringMatching(/^pager-/),
      });
      expect(street.only().evidence[0]?.quarantine).toBe(quarantined(street)[0]?.id);
    }
  });

  test('is told of the hub where it speaks of an event of a device that no name can be given', () => {
    const street = streetWithPager();
    street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/卧室/readings', { values: { battery: 50 } });
    expect(street.open()).toEqual([]);
    street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/卧室/events', 'help');
    expect(street.only()).toMatchObject({ kind: 'not-understood', device: 'hub-1' });
  });

  test('is one alert, which rings again once a minute and no oftener', () => {
    const street = streetWithPager();
    for (let n = 0; n < 100; n++) {
      street.publish('pager-1', events('pager-1'), 'sos');
      street.pass(1_000);
    }
    expect(street.only().count).toBe(2);
    street.gateway.duty.perform('li', { verb: 'acknowledge', alert: street.only().id });
    street.pass(60_000);
    expect(street.only().state).toBe('latched-acknowledged');
    street.publish('pager-1', events('pager-1'), 'sos');
    expect(street.only()).toMatchObject({ state: 'latched-unacknowledged', count: 3 });
  });

  test('stays on the board over a restart', () => {
    const street = streetWithPager();
    street.publish('pager-1', events('pager-1'), 'sos');
    const again = openStreet({ state: street.stored(), at: street.now() });
    again.pass(1_000);
    expect(again.only()).toMatchObject({ kind: 'not-understood', state: 'latched-unacknowledged' });
  });

  test('is covered by a repair like any fault, and a press from the same pager rings beside it', () => {
    const street = streetWithPager();
    const until = street.now() + 600_000;
    street.gateway.duty.takeOutOfService('li', 'pager-1', { reason: 'repair', until });
    street.publish('pager-1', events('pager-1'), 'sos');
    expect(street.only()).toMatchObject({ kind: 'not-understood', state: 'out-of-service' });
    street.event('pager-1', { event: 'SOS' });
    expect(street.open().map(({ kind, state }) => [kind, state])).toContainEqual([
      'sos',
      'latched-unacknowledged',
    ]);
  });
});

test.each([
  ['of a meter', (street: Street) => street.publish('meter-1', events('meter-1'), 'sos')],
  ['of a pager whose battery says 120 %', (street: Street) => street.readings('pager-1', { battery: 120 })],
  [
    'of a pager that measures what others do',
    (street: Street) => street.readings('pager-1', { temperature: 21 }),
  ],
  [
    'beside a press that was understood',
    (street: Street) => street.event('pager-1', { event: 'sos', at: 'noon' }),
  ],
  [
    'that deletes a stored message',
    (street: Street) =>
      street.publish('pager-1', 'zhishou/v1/devices/pager-1/status', '', { retained: true }),
  ],
  [
    'about a device that nobody registered',
    (street: Street) => street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/x/events', 'hm'),
  ],
])('a message %s raises no such alert', (_what, say) => {
  const street = streetWithPager();
  say(street);
  expect(street.open().filter(({ kind }) => kind === 'not-understood')).toEqual([]);
});
