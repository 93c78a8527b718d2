import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/model/alert.ts';
import { homeIn, openStreet, rule, type Street } from './core.ts';

const minute = 60_000;
const hour = 60 * minute;
const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const gas = rule('gas', 'flag', ['gas-detector'], { measurement: 'gas', is: true }, { onDelayMs: 30_000 });
const rules = [smoke, gas];

const openHome = (): Street => {
  const street = openStreet({ rules });
  for (const [id, type] of [
    ['smoke-1', 'smoke-alarm'],
    ['gas-1', 'gas-detector'],
    ['pager-1', 'call-button'],
    ['siren-1', 'siren'],
  ] as const)
    street.register(id, type, { place: homeIn('b1', 301) });
  street.pass(200);
  return street;
};

const of = (street: Street, device: string): Alert => {
  const found = street.open().find((alert) => alert.device === device);
  if (found === undefined) throw new Error(`nothing is open of ${device}`);
  return found;
};

const commandsFor = (street: Street, device: string): readonly string[] =>
  street.gateway.devices
    .waiting(device)
    .filter(({ topic }) => topic.endsWith('/commands'))
    .map(({ payload }) => (JSON.parse(payload) as { readonly command: string }).command);

describe('a clock that is set back by hours', () => {
  test('keeps no smoke covered by a repair that is over', () => {
    const street = openHome();
    street.pass(minute);
    street.setClock(-8 * hour);
    const until = street.now() + 10 * minute;
    street.gateway.duty.takeOutOfService('li', 'smoke-1', { reason: 'battery', until });
    street.readings('smoke-1', { smoke: true });
    expect(of(street, 'smoke-1').state).toBe('out-of-service');
    street.pass(10 * minute + 2_000);
    expect(of(street, 'smoke-1').state).toBe('unacknowledged');
  });

  test('lets the gateway go on giving signs of life', () => {
    const street = openHome();
    street.pass(minute);
    street.setClock(-8 * hour);
    street.pass(minute);
    expect(Math.abs(street.now() - Number(street.stored().facts.get('alive')))).toBeLessThanOrEqual(10_000);
  });

  test('lets what is said from then on count as the newest: gas that lasts is raised, and what is over returns', () => {
    const street = openHome();
    street.readings('smoke-1', { smoke: true });
    street.readings('gas-1', { gas: false });
    street.pass(minute);
    street.setClock(-8 * hour);
    street.readings('smoke-1', { smoke: false });
    street.readings('gas-1', { gas: true });
    street.pass(minute);
    expect(of(street, 'smoke-1').active).toBe(false);
    expect(of(street, 'gas-1')).toMatchObject({ active: true, late: false });
    const { latest, lastSeenAt } = street.gateway.duty.committed.device('gas-1') ?? {};
    expect(latest?.gas?.value).toBe(true);
    expect(lastSeenAt).toBeLessThanOrEqual(street.now());
  });

  test('shows no value for hours that was on its way to the disk when the clock was set', () => {
    const street = openHome();
    street.holdDisk(true);
    street.readings('gas-1', { gas: false });
    street.setClock(-8 * hour);
    street.holdDisk(false);
    street.readings('gas-1', { gas: true });
    expect(street.gateway.duty.committed.device('gas-1')?.latest.gas?.value).toBe(true);
  });

  test('sounds no siren hours late', () => {
    const street = openHome();
    street.event('pager-1', 'sos');
    street.gateway.notify.command('siren-1', 'siren-on', of(street, 'pager-1').id);
    street.settle();
    expect(commandsFor(street, 'siren-1')).toEqual(['siren-on']);
    street.setClock(-8 * hour);
    street.pass(6 * minute);
    expect(commandsFor(street, 'siren-1')).toEqual([]);
  });

  test('lets what nobody understands ring again, as it may be a call for help', () => {
    const street = openHome();
    street.event('pager-1', { event: 'help me' });
    const { id } = of(street, 'pager-1');
    street.gateway.duty.perform('li', { verb: 'acknowledge', alert: id });
    street.settle();
    street.setClock(-8 * hour);
    street.pass(2 * minute);
    street.event('pager-1', { event: 'help me' });
    expect(of(street, 'pager-1')).toMatchObject({ acknowledged: false, count: 2 });
  });
});

describe('a clock that is set forward by hours', () => {
  test('takes no word from somebody who pressed and whose pager is away for a minute', () => {
    const street = openHome();
    street.event('pager-1', 'sos');
    street.setClock(8 * hour);
    street.pass(minute);
    expect(commandsFor(street, 'pager-1')).toEqual(['sos-received']);
  });
});

describe('a machine that starts with a clock that is behind', () => {
  const later = (street: Street, byMs: number): Street =>
    openStreet({ rules, state: street.stored(), at: street.now() + byMs });

  test('tells others of a press that nobody takes as soon as ever', () => {
    const street = openHome();
    street.pass(minute);
    street.event('pager-1', 'sos');
    street.gateway.duty.watching([[]]);
    const again = later(street, -8 * hour);
    again.gateway.duty.watching([[]]);
    again.pass(minute);
    expect(again.only().escalatedAt).toBeDefined();
  });

  test('does so when the clock is put right after the start, by years', () => {
    const street = openHome();
    street.pass(minute);
    street.event('pager-1', 'sos');
    const again = later(street, -50 * 365 * 24 * hour);
    again.gateway.duty.watching([[]]);
    again.pass(5_000);
    again.setClock(50 * 365 * 24 * hour);
    again.pass(minute);
    expect(again.only().escalatedAt).toBeDefined();
  });

  test('raises gas that was held back by its delay after that delay, and not hours later', () => {
    const street = openHome();
    street.pass(minute);
    street.readings('gas-1', { gas: true });
    expect(street.open()).toEqual([]);
    const again = later(street, -8 * hour);
    again.pass(minute);
    expect(of(again, 'gas-1').state).toBe('unacknowledged');
  });

  test('lets what is said from then on count as the newest', () => {
    const street = openHome();
    street.readings('gas-1', { gas: false });
    street.gateway.putDown();
    street.pass(minute);
    const again = later(street, -8 * hour);
    again.readings('gas-1', { gas: true });
    again.pass(minute);
    expect(of(again, 'gas-1').active).toBe(true);
    expect(again.gateway.duty.committed.device('gas-1')?.latest.gas?.value).toBe(true);
  });

  test('ends a test mode after as long as was said', () => {
    const street = openHome();
    street.pass(minute);
    street.gateway.duty.startTestMode('wang', {
      place: 'b1',
      types: ['smoke-alarm'],
      until: street.now() + hour,
      onSite: '王师傅',
    });
    street.readings('smoke-1', { smoke: true });
    expect(of(street, 'smoke-1').test).toBe(true);
    const again = later(street, -8 * hour);
    again.pass(hour + minute);
    expect(of(again, 'smoke-1').test).toBe(false);
  });
});
