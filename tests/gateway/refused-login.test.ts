import { expect, test } from 'vitest';
import { openStreet, type Street } from './core.ts';

const openStreetWithPager = (): Street => {
  const street = openStreet();
  street.register('hub-1', 'hub');
  street.register('pager-1', 'call-button');
  return street;
};
const shown = ({ gateway }: Street) => gateway.duty.committed.device('pager-1');
const guess = (street: Street): void => {
  street.gateway.devices.loginRefused('pager-1', street.now());
  street.settle();
};

test('a pager that gives a wrong secret tells it, until it connects with the right one', () => {
  const street = openStreetWithPager();
  const told: string[] = [];
  street.gateway.duty.listen({ links: (device) => told.push(device) });
  guess(street);
  expect(shown(street)).toMatchObject({
    link: 'unknown',
    lastSeenAt: null,
    loginRefused: { at: street.now(), reason: 'wrong-secret' },
  });
  expect(told).toEqual(['pager-1']);
  street.gateway.devices.linkUp('pager-1', street.now(), false);
  expect(shown(street)).toMatchObject({ link: 'online' });
  expect(shown(street)).not.toHaveProperty('loginRefused');
});

test('one that stands while somebody guesses at its name is still there, and clears it when it comes anew', () => {
  const street = openStreetWithPager();
  street.gateway.devices.linkUp('pager-1', street.now(), false);
  const seenAt = street.now();
  street.pass(5_000);
  guess(street);
  expect(shown(street)).toMatchObject({ link: 'online', lastSeenAt: seenAt, loginRefused: {} });
  const told: string[] = [];
  street.gateway.duty.listen({ links: (device) => told.push(device) });
  street.gateway.devices.linkUp('pager-1', street.now(), true);
  expect(shown(street)).not.toHaveProperty('loginRefused');
  expect(told).toEqual(['pager-1']);
});

test('ten thousand guesses in a minute are one change, no line of the record and nothing to write at once', () => {
  const street = openStreetWithPager();
  const before = street.batches.length;
  const told: string[] = [];
  street.gateway.duty.listen({ links: (device) => told.push(device) });
  const firstAt = street.now();
  for (let n = 0; n < 10_000; n++) guess(street);
  expect(told).toEqual(['pager-1']);
  expect(street.batches).toHaveLength(before);
  street.pass(59_000);
  guess(street);
  expect(shown(street)?.loginRefused?.at).toBe(firstAt);
  street.pass(1_000);
  guess(street);
  expect(shown(street)?.loginRefused?.at).toBe(firstAt + 60_000);
  expect(told).toEqual(['pager-1', 'pager-1']);
  expect(street.batches.slice(before).flatMap(({ entries }) => entries)).toEqual([]);
  expect(street.batches.slice(before).flatMap(({ changes }) => changes)).toEqual([]);
  expect(street.open()).toEqual([]);
});

test('it is still told after a restart', () => {
  const street = openStreetWithPager();
  guess(street);
  street.gateway.putDown();
  street.settle();
  const again = openStreet({ state: street.stored(), at: street.now() + 5_000 });
  expect(shown(again)).toMatchObject({ loginRefused: { at: street.now(), reason: 'wrong-secret' } });
});

test('a guess at a name that nobody has is nothing, and who speaks through a hub now has no secret to be wrong', () => {
  const street = openStreetWithPager();
  street.gateway.devices.loginRefused('nobody', street.now());
  expect(street.gateway.duty.committed.device('nobody')).toBeNull();
  guess(street);
  street.gateway.duty.changeDevice('li', 'pager-1', { hub: 'hub-1' });
  street.settle();
  expect(shown(street)).not.toHaveProperty('loginRefused');
});
