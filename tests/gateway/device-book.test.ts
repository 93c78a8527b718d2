import { expect, test } from 'vitest';
import { createDeviceBook } from '../../src/gateway/device-book.ts';
import type { DeviceRecord } from '../../src/gateway/ports.ts';

const device = (id: string, given: Partial<DeviceRecord> = {}): DeviceRecord => ({
  id,
  type: 'smoke-alarm',
  name: id,
  place: null,
  hub: null,
  dialect: 'native',
  address: null,
  createdAt: 1_700_000_000_000,
  outOfService: null,
  flags: [],
  secretHash: '',
  ...given,
});

test('a hub knows who is behind it, whoever was stored, moved to another hub or was taken off', () => {
  const book = createDeviceBook({
    devices: [device('hub-1'), device('hub-2'), device('alarm-1', { hub: 'hub-1', address: '0x01' })],
    deviceStates: new Map(),
  });
  const behind = (hub: string): string[] => book.children(hub).map(({ record }) => record.id);
  const called = (hub: string, address: string) =>
    book.resolve(hub, { by: 'address', address })?.record.id ?? null;
  book.put(device('alarm-2', { hub: 'hub-1', address: '0x02' }));
  expect(behind('hub-1')).toEqual(['alarm-1', 'alarm-2']);
  expect(behind('hub-2')).toEqual([]);

  book.put(device('alarm-1', { hub: 'hub-2', address: '0x01' }));
  expect(behind('hub-1')).toEqual(['alarm-2']);
  expect(behind('hub-2')).toEqual(['alarm-1']);
  expect(called('hub-1', '0x01')).toBeNull();
  expect(called('hub-2', '0x01')).toBe('alarm-1');

  book.remove('alarm-2');
  book.put(device('alarm-1'));
  expect(behind('hub-1')).toEqual([]);
  expect(behind('hub-2')).toEqual([]);
});

test('a device that is registered under the id of one that was taken off knows nothing of what that one said', () => {
  const book = createDeviceBook({
    devices: [device('alarm-1')],
    deviceStates: new Map([
      ['alarm-1', { lastSeenAt: 5, latest: { temperature: { value: 21, at: 5, receivedAt: 5 } } }],
    ]),
  });
  expect(book.get('alarm-1')).toMatchObject({ lastSeenAt: 5 });
  book.put(device('alarm-1', { name: 'another' }));
  expect(book.get('alarm-1')).toMatchObject({ lastSeenAt: 5 });
  book.remove('alarm-1');
  const fresh = book.put(device('alarm-1'));
  expect([fresh.lastSeenAt, fresh.latest.size]).toEqual([null, 0]);
});
