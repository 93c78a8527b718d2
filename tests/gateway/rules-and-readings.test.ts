import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/model/rule.ts';
import { openStreet, rule } from './core.ts';

const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const hot = rule(
  'hot',
  'threshold',
  ['smoke-alarm'],
  { measurement: 'temperature', above: 60, deadband: 3 },
  {
    onDelayMs: 30_000,
    priority: 'high',
    latching: false,
    alert: { kind: 'electrical', test: false, title: { zh: '热', en: 'Hot' } },
  },
);
const hotAtOnce: Rule = { ...hot, levels: hot.levels.map((level) => ({ ...level, onDelayMs: 0 })) };
const silentRule = rule(
  'silent',
  'silent',
  ['gas-detector'],
  { what: 'data', after: 600_000 },
  {
    priority: 'medium',
    latching: false,
    alert: { kind: 'silent', test: false, title: { zh: '失联', en: 'Not heard' } },
  },
);

describe('readings on their way to an alert', () => {
  test('raise a latching alert at once, which the end of the smoke does not take off the board', () => {
    const street = openStreet({ rules: [smoke] });
    street.register('smoke-1', 'smoke-alarm');
    street.readings('smoke-1', { smoke: true });
    expect(street.only()).toMatchObject({
      kind: 'smoke',
      state: 'unacknowledged',
      active: true,
      rule: { id: 'smoke' },
    });
    street.readings('smoke-1', { smoke: false });
    expect(street.only().state).toBe('latched-unacknowledged');
  });

  test('raise nothing before their delay is over, and the delay goes on through a restart', () => {
    const street = openStreet({ rules: [hot] });
    street.register('smoke-1', 'smoke-alarm');
    street.readings('smoke-1', { temperature: 70 });
    street.pass(20_000);
    expect(street.open()).toEqual([]);
    const again = openStreet({ rules: [hot], state: street.stored(), at: street.now() });
    again.pass(9_000);
    expect(again.open()).toEqual([]);
    again.pass(1_400);
    expect(again.only().kind).toBe('electrical');
  });

  test('that came too late raise smoke, marked late, and nothing that is no emergency', () => {
    const street = openStreet({ rules: [smoke, hotAtOnce] });
    street.register('smoke-1', 'smoke-alarm');
    street.readings('smoke-1', { smoke: true, temperature: 70 }, { at: street.now() - 3_600_000 });
    expect(street.only()).toMatchObject({ kind: 'smoke', late: true });
  });

  test('with right and wrong clocks in turn in one message flag the device once, and a message with none wrong clears it', () => {
    const street = openStreet({ rules: [] });
    street.register('smoke-1', 'smoke-alarm');
    const said = (at: number) => ({ at, values: { temperature: 20 } });
    const right = street.now() - 1_000;
    const readings = 'zhishou/v1/devices/smoke-1/readings';
    const flags = (): readonly string[] =>
      street.changes.filter(({ event }) => /^(un)?flagged$/.test(event)).map(({ event }) => event);
    street.publish(
      'smoke-1',
      readings,
      Array.from({ length: 100 }, (_, index) => said(index % 2 ? 1 : right)),
    );
    expect(flags()).toEqual(['flagged']);
    street.publish('smoke-1', readings, [said(right)]);
    expect(flags()).toEqual(['flagged', 'unflagged']);
  });

  test('of an impossible value go to quarantine, and the good ones beside it count', () => {
    const street = openStreet({ rules: [smoke] });
    street.register('smoke-1', 'smoke-alarm');
    street.readings('smoke-1', { temperature: 99_999, smoke: true, moonlight: 3 });
    expect(street.only().kind).toBe('smoke');
    const kept = street.batches.flatMap(({ puts }) => puts).filter(({ kind }) => kind === 'quarantine');
    expect(kept.map(({ body }) => (body as { reason: string }).reason)).toEqual([
      'value-out-of-range',
      'unknown-measurement',
    ]);
    expect(street.acknowledged).toHaveLength(1);
  });

  test('that are wrong by the thousand fill a few rows of quarantine and are all counted', () => {
    const street = openStreet();
    street.register('smoke-1', 'smoke-alarm');
    const nonsense = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`nonsense_${n}`, n]));
    street.readings('smoke-1', nonsense);
    street.readings('smoke-1', { moonlight: 3 });
    const kept = street.batches.flatMap(({ puts }) => puts).filter(({ kind }) => kind === 'quarantine');
    expect(kept).toHaveLength(33);
    expect(kept.at(-1)?.body).toMatchObject({ detail: expect.stringContaining('moonlight') });
    expect(street.gateway.stats().quarantined.get('unknown-measurement')).toBe(1001);
  });

  test('of names that nobody registered are not remembered by their ids, and of those who are registered they are', () => {
    const street = openStreet();
    street.register('hub-1', 'hub');
    street.register('door-1', 'door-sensor', { hub: 'hub-1' });
    for (const child of ['door-1', 'nobody-1', 'nobody-2'])
      street.publish('hub-1', `zhishou/v1/hubs/hub-1/devices/${child}/readings`, {
        id: 7,
        values: { open: true },
      });
    expect(street.batches.flatMap(({ messageIds }) => messageIds).map(({ device }) => device)).toEqual([
      'door-1',
    ]);
  });

  test('and the moment of the last word are found again after a stop in good order', () => {
    const street = openStreet();
    street.register('smoke-1', 'smoke-alarm');
    street.pass(1000);
    street.readings('smoke-1', { temperature: 21 });
    street.gateway.putDown();
    street.holdDisk(false);
    const again = openStreet({ state: street.stored(), at: street.now() + 60_000 });
    expect(again.gateway.duty.committed.device('smoke-1')).toMatchObject({
      lastSeenAt: street.now(),
      latest: { temperature: { value: 21 } },
    });
  });

  test('are dropped by nobody and acknowledged in the order in which they came', () => {
    const street = openStreet();
    street.register('smoke-1', 'smoke-alarm');
    street.holdDisk(true);
    for (let index = 0; index < 5; index += 1) {
      street.publish(
        'smoke-1',
        'zhishou/v1/devices/smoke-1/readings',
        { values: { temperature: index } },
        { name: `${index}` },
      );
    }
    expect(street.acknowledged).toEqual([]);
    street.holdDisk(false);
    expect(street.acknowledged).toEqual(['0', '1', '2', '3', '4']);
    const values = street.batches.flatMap(({ readings }) => readings).map(({ value }) => value);
    expect(values).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a silent device', () => {
  test('is called silent after its time, and is well again with its first word', () => {
    const street = openStreet({ rules: [silentRule] });
    street.register('gas-1', 'gas-detector');
    street.pass(601_000);
    expect(street.only().kind).toBe('silent');
    street.readings('gas-1', { gas_lel: 0 });
    expect(street.only().active).toBe(false);
  });

  test('is not called silent for the time the gateway itself was away', () => {
    const street = openStreet({ rules: [silentRule] });
    street.register('gas-1', 'gas-detector');
    street.pass(300_000);
    const again = openStreet({ rules: [silentRule], state: street.stored(), at: street.now() + 86_400_000 });
    again.pass(250_000);
    expect(again.open()).toEqual([]);
    again.pass(100_000);
    expect(again.only().kind).toBe('silent');
  });

  test('behind a hub that is gone is not known to be gone, and is on line again when it speaks', () => {
    const street = openStreet();
    street.register('hub-1', 'hub');
    street.register('door-1', 'door-sensor', { hub: 'hub-1' });
    const link = () => street.gateway.duty.committed.device('door-1')?.link;
    const speak = () =>
      street.publish('hub-1', 'zhishou/v1/hubs/hub-1/devices/door-1/readings', { values: { open: true } });
    speak();
    expect(link()).toBe('online');
    street.gateway.devices.linkDown('hub-1', street.now());
    expect(link()).toBe('unknown');
    speak();
    expect(link()).toBe('online');
  });
});
