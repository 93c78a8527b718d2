import { describe, expect, test } from 'vitest';
import { homeIn, openStreet, rule } from './core.ts';

const childTopic = (hub: string, name: string) => `zhishou/v1/hubs/${hub}/devices/${name}/events`;

const streetWithHub = () => {
  const street = openStreet();
  street.register('btn-7', 'call-button', { place: homeIn('A', 1) });
  street.register('hub-b', 'hub', { place: homeIn('B', 9) });
  street.register('hub-c', 'hub', { place: homeIn('C', 9) });
  return street;
};

const inShort = (street: ReturnType<typeof openStreet>) =>
  street.open().map(({ kind, place, count, state }) => [kind, place?.id, count, state]);

const lastOf = (street: ReturnType<typeof openStreet>, event: string) =>
  street.changes.findLast((change) => change.event === event);

describe('a press', () => {
  test('never joins what a hub elsewhere said under the same name without having registered it', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'btn-7'), { event: 'sos' });
    street.event('btn-7', 'sos');
    expect(inShort(street)).toEqual([
      ['unregistered-sos', 'B-9', 1, 'latched-unacknowledged'],
      ['sos', 'A-1', 1, 'latched-unacknowledged'],
    ]);
    const [stranger, own] = street.open();
    expect(own?.device).toBe('btn-7');
    expect(stranger?.device).not.toBe('btn-7');
  });

  test('never joins an alert of an earlier version that was kept under the name alone', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'btn-7'), { event: 'sos' });
    const stored = street.stored();
    const alerts = stored.alerts.map((record) => ({
      ...record,
      subject: 'btn-7',
      alert: { ...record.alert, device: 'btn-7', devices: ['btn-7'] },
    }));
    const again = openStreet({ state: { ...stored, alerts }, at: street.now() });
    again.event('btn-7', 'sos');
    again.event('btn-7', 'sos');
    expect(inShort(again)).toEqual([
      ['unregistered-sos', 'B-9', 1, 'latched-unacknowledged'],
      ['sos', 'A-1', 2, 'latched-unacknowledged'],
    ]);
  });

  test('of a stranger joins only that of the same name under the same hub, however alike names look once sanitised', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'x-1'), { event: 'sos' });
    street.publish('hub-c', childTopic('hub-c', 'x-1'), { event: 'sos' });
    street.publish('hub-b', childTopic('hub-b', 'x_1'), { event: 'sos' });
    street.publish('hub-b', childTopic('hub-b', 'x-1'), { event: 'sos' });
    expect(street.open().map(({ place, count, title }) => [place?.id, count, title.en])).toEqual([
      ['B-9', 2, 'Emergency call from an unregistered device: x-1'],
      ['C-9', 1, 'Emergency call from an unregistered device: x-1'],
      ['B-9', 1, 'Emergency call from an unregistered device: x_1'],
    ]);
  });

  test('of a stranger shows what it calls itself, without what steers a screen', () => {
    const street = openStreet();
    street.register('zb', 'hub', { dialect: 'zigbee2mqtt' });
    street.publish('zb', 'zigbee2mqtt/奶奶\u202e 的\u0007按钮', { action: 'emergency' });
    expect(street.only().title.zh).toBe('紧急呼叫（未登记设备 奶奶 的 按钮）');
  });
});

describe('a call that is open when its device is moved', () => {
  test('is of the new place at once, and rings there anew though somebody had taken it', () => {
    const street = streetWithHub();
    street.event('btn-7', 'sos');
    const { id, version } = street.only();
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(200);
    street.moveDevice('btn-7', homeIn('B', 5));
    expect(street.only()).toMatchObject({
      id,
      place: { id: 'B-5' },
      state: 'latched-unacknowledged',
      acknowledged: false,
      count: 1,
    });
    expect(street.only().claimedBy).toBeUndefined();
    expect(street.only().version).toBeGreaterThan(version + 1);
    expect(lastOf(street, 'moved')).toMatchObject({ by: 'user:admin', data: { from: 'A-1', to: 'B-5' } });
    street.event('btn-7', 'sos');
    expect(inShort(street)).toEqual([['sos', 'B-5', 2, 'latched-unacknowledged']]);
  });

  test('is told outside no later for that', () => {
    const street = streetWithHub();
    street.gateway.duty.watching([[]]);
    street.event('btn-7', 'sos');
    const { raisedAt } = street.only();
    street.gateway.duty.shown('li', street.only().id, 1);
    street.pass(5_000);
    street.moveDevice('btn-7', homeIn('B', 5));
    street.pass(30_000);
    expect((street.only().escalatedAt ?? Number.NaN) - raisedAt).toBeLessThanOrEqual(30_200);
  });

  test('stays as it is where the registry is changed in something else', () => {
    const street = streetWithHub();
    street.event('btn-7', 'sos');
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.gateway.duty.changeDevice('admin', 'btn-7', { name: 'her button' });
    street.moveDevice('btn-7', homeIn('A', 1));
    street.pass(200);
    expect(street.only()).toMatchObject({ claimedBy: 'li', state: 'latched-acknowledged' });
  });

  test('is of the new place after the next press, where an earlier version had left it behind', () => {
    const street = streetWithHub();
    street.event('btn-7', 'sos');
    const stored = street.stored();
    const devices = stored.devices.map((device) =>
      device.id === 'btn-7' ? { ...device, place: homeIn('B', 5) } : device,
    );
    const again = openStreet({ state: { ...stored, devices }, at: street.now() });
    again.event('btn-7', 'sos');
    expect(inShort(again)).toEqual([['sos', 'B-5', 2, 'latched-unacknowledged']]);
    expect(again.changes.map(({ event }) => event)).toContain('moved');
  });

  test('of a stranger follows its hub', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'kid'), { event: 'sos' });
    street.moveDevice('hub-b', homeIn('D', 2));
    expect(inShort(street)).toEqual([['unregistered-sos', 'D-2', 1, 'latched-unacknowledged']]);
  });
});

describe('a stranger who is registered while the call is open', () => {
  test('has it as a call of its own, at its own place, and hears what becomes of it', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'kid'), { event: 'sos' });
    const { id } = street.only();
    street.register('kid', 'call-button', { hub: 'hub-b', place: homeIn('A', 7) });
    expect(street.only()).toMatchObject({
      id,
      kind: 'sos',
      device: 'kid',
      devices: ['kid'],
      place: { id: 'A-7' },
      title: { en: 'Emergency call' },
      state: 'latched-unacknowledged',
    });
    expect(lastOf(street, 'moved')?.data).toEqual({ from: 'B-9', to: 'A-7', device: 'kid' });
    street.publish('hub-b', childTopic('hub-b', 'kid'), { event: 'sos' });
    expect(inShort(street)).toEqual([['sos', 'A-7', 2, 'latched-unacknowledged']]);
    street.gateway.duty.perform('li', { verb: 'take', alert: id });
    street.pass(200);
    expect(street.sent.map(({ payload }) => JSON.parse(payload).command)).toContain('sos-accepted');
    const again = openStreet({ state: street.stored(), at: street.now() });
    again.publish('hub-b', childTopic('hub-b', 'kid'), { event: 'sos' });
    expect(inShort(again)).toEqual([['sos', 'A-7', 3, 'latched-unacknowledged']]);
  });

  test('is found by its name on the wire, and only by that', () => {
    const street = openStreet();
    street.register('zb', 'hub', { dialect: 'zigbee2mqtt', place: homeIn('B', 9) });
    street.publish('zb', 'zigbee2mqtt/granny', { action: 'emergency' });
    street.publish('zb', 'zigbee2mqtt/button', { action: 'emergency' });
    street.register('button', 'call-button', { hub: 'zb', address: 'granny', place: homeIn('B', 3) });
    expect(inShort(street)).toEqual([
      ['sos', 'B-3', 1, 'latched-unacknowledged'],
      ['unregistered-sos', 'B-9', 1, 'latched-unacknowledged'],
    ]);
  });

  test('and has one open already keeps both: somebody pressed each time', () => {
    const street = streetWithHub();
    street.publish('hub-b', childTopic('hub-b', 'btn-7'), { event: 'sos' });
    street.event('btn-7', 'sos');
    const moved = street.gateway.duty.changeDevice('admin', 'btn-7', { hub: 'hub-b' });
    expect(moved.ok).toBe(true);
    street.pass(200);
    expect(inShort(street)).toEqual([
      ['unregistered-sos', 'A-1', 1, 'latched-unacknowledged'],
      ['sos', 'A-1', 1, 'latched-unacknowledged'],
    ]);
  });
});

describe('smoke that is told of while its detector is moved', () => {
  const smoke = rule(
    'smoke',
    'flag',
    ['smoke-alarm'],
    { measurement: 'smoke', is: true },
    { onDelayMs: 30_000 },
  );

  test('rings where the detector is when the delay is over', () => {
    const street = openStreet({ rules: [smoke] });
    street.register('smoke-1', 'smoke-alarm', { place: homeIn('A', 1) });
    street.readings('smoke-1', { smoke: true });
    street.pass(10_000);
    street.moveDevice('smoke-1', homeIn('B', 5));
    street.pass(20_200);
    expect(inShort(street)).toEqual([['smoke', 'B-5', 1, 'unacknowledged']]);
  });

  test('and rings already is of the new place at once, waits for somebody there, and returns there', () => {
    const street = openStreet({ rules: [smoke] });
    street.register('smoke-1', 'smoke-alarm', { place: homeIn('A', 1) });
    street.readings('smoke-1', { smoke: true });
    street.pass(30_200);
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.moveDevice('smoke-1', homeIn('B', 5));
    expect(inShort(street)).toEqual([['smoke', 'B-5', 1, 'unacknowledged']]);
    street.readings('smoke-1', { smoke: false });
    expect(inShort(street)).toEqual([['smoke', 'B-5', 1, 'latched-unacknowledged']]);
  });
});
