import { describe, expect, test } from 'vitest';
import type { Alert } from '../../src/model/alert.ts';
import type { Rule } from '../../src/model/rule.ts';
import { homeOf } from '../rules/street.ts';
import { openStreet, rule, type Street } from './core.ts';

const quiet = { priority: 'medium', latching: false } as const;
const silentAlert = { kind: 'silent', test: false, title: { zh: '失联', en: 'Not heard' } } as const;
const silent = rule(
  'silent',
  'silent',
  ['door-sensor'],
  { what: 'data', after: 600_000 },
  {
    ...quiet,
    alert: silentAlert,
  },
);
const hubDown = rule(
  'hub-down',
  'silent',
  ['hub'],
  { what: 'hub' },
  {
    ...quiet,
    onDelayMs: 60_000,
    alert: silentAlert,
    explains: ['silent'],
  },
);
const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const fire = rule(
  'fire',
  'combination',
  [],
  { any: ['smoke'], within: 'building', homes: 2 },
  { groups: true },
);
const gas: Rule = {
  ...rule(
    'gas',
    'threshold',
    ['gas-detector'],
    {},
    {
      alert: { kind: 'gas', test: false, title: { zh: '燃气', en: 'Gas' } },
    },
  ),
  levels: [
    {
      ...quiet,
      priority: 'high',
      params: { measurement: 'gas_lel', above: 10 },
      onDelayMs: 0,
      offDelayMs: 0,
      title: null,
    },
    {
      priority: 'critical',
      latching: true,
      params: { measurement: 'gas_lel', above: 25 },
      onDelayMs: 0,
      offDelayMs: 0,
      title: { zh: '危险', en: 'Danger' },
    },
  ],
};
const still = rule(
  'still',
  'inactivity',
  ['motion-sensor'],
  { measurement: 'motion', is: true, over: 3_600_000 },
  {
    ...quiet,
    alert: { kind: 'inactivity', test: false, title: { zh: '无活动', en: 'Nobody stirs' } },
  },
);

const alertOf = (street: Street, ruleId: string, device?: string): Alert => {
  const found = street
    .open()
    .find((alert) => alert.rule?.id === ruleId && (device === undefined || alert.device === device));
  if (found === undefined) throw new Error(`no alert of ${ruleId}`);
  return found;
};
const settle = (street: Street, id: string, type: string, building: string, home: string): void => {
  street.gateway.duty.registerDevice('admin', { id, type, place: homeOf(building, home) }, 'hash');
};

test('a hub that is down explains the silence of its devices, which stand for themselves again when it is back', () => {
  const street = openStreet({ rules: [silent, hubDown] });
  street.register('hub-1', 'hub');
  street.register('door-1', 'door-sensor', { hub: 'hub-1' });
  street.register('door-2', 'door-sensor', { hub: 'hub-1' });
  street.register('door-3', 'door-sensor');
  street.gateway.devices.linkDown('hub-1', street.now());
  street.pass(61_000);
  const down = alertOf(street, 'hub-down');
  street.pass(600_000);
  for (const id of ['door-1', 'door-2'])
    expect(alertOf(street, 'silent', id)).toMatchObject({ state: 'suppressed', suppressedBy: down.id });
  expect(alertOf(street, 'silent', 'door-3').state).toBe('unacknowledged');
  expect(alertOf(street, 'hub-down').devices.toSorted()).toEqual(['door-1', 'door-2', 'hub-1']);

  const again = openStreet({ rules: [silent, hubDown], state: street.stored(), at: street.now() });
  again.gateway.devices.linkUp('hub-1', again.now(), false);
  again.pass(31_000);
  expect(alertOf(again, 'silent', 'door-1').state).toBe('unacknowledged');
});

test('a rule about a device explains what another says of the same device, whichever came first, and of no other', () => {
  const batteryAlert = { kind: 'battery', test: false, title: { zh: '电量', en: 'Battery' } } as const;
  const low = rule(
    'battery',
    'threshold',
    ['call-button'],
    { measurement: 'battery', below: 10 },
    { ...quiet, alert: batteryAlert, explains: ['battery-flag'] },
  );
  const flag = rule(
    'battery-flag',
    'flag',
    ['call-button'],
    { measurement: 'battery_low', is: true },
    { ...quiet, alert: batteryAlert },
  );
  const street = openStreet({ rules: [low, flag] });
  for (const id of ['pager-1', 'pager-2', 'pager-3']) street.register(id, 'call-button');
  street.readings('pager-1', { battery: 8 });
  street.readings('pager-1', { battery_low: true });
  street.readings('pager-2', { battery_low: true });
  street.readings('pager-2', { battery: 8 });
  street.readings('pager-3', { battery_low: true });
  street.pass(400);
  for (const id of ['pager-1', 'pager-2'])
    expect(alertOf(street, 'battery-flag', id)).toMatchObject({
      state: 'suppressed',
      suppressedBy: alertOf(street, 'battery', id).id,
    });
  expect(alertOf(street, 'battery-flag', 'pager-3').state).toBe('unacknowledged');
  street.readings('pager-1', { battery: 90 });
  street.pass(400);
  expect(alertOf(street, 'battery-flag', 'pager-1').state).toBe('unacknowledged');
});

describe('a hub', () => {
  const flap = (street: Street, ms: number, instead: boolean): void => {
    for (const until = street.now() + ms; street.now() < until; ) {
      if (!instead) street.gateway.devices.linkDown('hub-1', street.now());
      street.gateway.devices.linkUp('hub-1', street.now(), instead);
      street.pass(1_000);
    }
  };

  test.each([
    ['loses its line and returns', false],
    ['comes in beside its own broken line', true],
  ])(
    'that %s every second is reported down, with what it hides, and not before it is worth it',
    (_, instead) => {
      const street = openStreet({ rules: [hubDown] });
      street.register('hub-1', 'hub');
      street.gateway.devices.linkUp('hub-1', street.now(), false);
      flap(street, 55_000, instead);
      expect(street.open()).toEqual([]);
      flap(street, 10_000, instead);
      expect(alertOf(street, 'hub-down')).toMatchObject({ active: true, state: 'unacknowledged' });
      street.pass(31_000);
      expect(alertOf(street, 'hub-down').active).toBe(false);
    },
  );

  test('that drops all the time is reported as well when the gateway is restarted between', () => {
    const street = openStreet({ rules: [hubDown] });
    street.register('hub-1', 'hub');
    street.gateway.devices.linkUp('hub-1', street.now(), false);
    flap(street, 30_000, false);
    const again = openStreet({ rules: [hubDown], state: street.stored(), at: street.now() });
    flap(again, 35_000, false);
    expect(alertOf(again, 'hub-down').active).toBe(true);
  });

  test('that is not back after a start is reported; one that never came is not', () => {
    const street = openStreet({ rules: [hubDown] });
    for (const id of ['hub-1', 'hub-2']) street.register(id, 'hub');
    street.gateway.devices.linkUp('hub-1', street.now(), false);
    street.gateway.putDown();
    street.pass(1_000);
    const again = openStreet({ rules: [hubDown], state: street.stored(), at: street.now() });
    again.pass(115_000);
    expect(again.open()).toEqual([]);
    again.pass(10_000);
    expect(again.only()).toMatchObject({ device: 'hub-1', active: true });
  });
});

test('smoke in two homes of a building is an incident; a third home joins it, and every one goes on ringing', () => {
  const street = openStreet({ rules: [smoke, fire] });
  for (const home of ['h1', 'h2', 'h3']) settle(street, `smoke-${home}`, 'smoke-alarm', 'tower', home);
  settle(street, 'smoke-far', 'smoke-alarm', 'barn', 'h9');
  for (const id of ['smoke-h1', 'smoke-far', 'smoke-h2']) street.readings(id, { smoke: true });
  const incident = alertOf(street, 'fire');
  expect(incident.place?.id).toBe('tower');
  street.readings('smoke-h3', { smoke: true });
  street.pass(400);
  for (const home of ['h1', 'h2', 'h3'])
    expect(alertOf(street, 'smoke', `smoke-${home}`)).toMatchObject({
      state: 'unacknowledged',
      incident: incident.id,
    });
  expect(alertOf(street, 'smoke', 'smoke-far').incident).toBeUndefined();
  expect(alertOf(street, 'fire').devices.toSorted()).toEqual(['smoke-h1', 'smoke-h2', 'smoke-h3']);
});

test('an incident ends when a device is removed that it rests on', () => {
  const street = openStreet({ rules: [smoke, fire] });
  for (const home of ['h1', 'h2']) settle(street, `smoke-${home}`, 'smoke-alarm', 'tower', home);
  for (const home of ['h1', 'h2']) street.readings(`smoke-${home}`, { smoke: true });
  expect(alertOf(street, 'fire').active).toBe(true);
  street.gateway.duty.removeDevice('admin', 'smoke-h1');
  street.pass(200);
  expect(alertOf(street, 'fire').active).toBe(false);
});

test('gas that rises makes its one alert critical, and it rings again for whoever had taken it', () => {
  const street = openStreet({ rules: [gas] });
  street.register('gas-1', 'gas-detector');
  street.readings('gas-1', { gas_lel: 12 });
  const { id } = street.only();
  street.gateway.duty.perform('li', { verb: 'take', alert: id });
  street.pass(200);
  street.readings('gas-1', { gas_lel: 40 });
  expect(street.only()).toMatchObject({
    id,
    priority: 'critical',
    latching: true,
    state: 'unacknowledged',
    title: { en: 'Danger' },
    count: 1,
  });
});

test('nobody is looked after who has said that he is away, and the hours begin anew when he is back', () => {
  const street = openStreet({ rules: [still] });
  settle(street, 'motion-1', 'motion-sensor', 'tower', 'h1');
  street.readings('motion-1', { motion: true });
  street.pass(30 * 60_000);
  const until = street.now() + 2 * 3_600_000;
  street.gateway.duty.putPresence('li', 'h1', { state: 'away', until });
  street.pass(2 * 3_600_000 + 15_000);
  expect(street.open()).toEqual([]);
  street.pass(59 * 60_000);
  expect(street.open()).toEqual([]);
  street.pass(2 * 60_000);
  expect(street.only().kind).toBe('inactivity');
});
