import { expect, test } from 'vitest';
import { connectPacket, publishPacket, types } from './raw-client.ts';
import { closed, openStreet, secretOf, topicOf } from './street.ts';

test('a device with its secret is let in, and the gateway knows that it is there', async () => {
  await using street = await openStreet();
  await street.connect('pager-1');
  await street.door.until(() => street.door.links.length > 0);
  expect(street.door.links).toEqual(['up pager-1']);
  expect(street.broker.stats()).toMatchObject({ connections: 1, devices: 1, held: 0 });
});

test.each([
  ['a wrong secret', { username: 'pager-1', password: 'guess' }],
  ['no secret at all', { username: 'pager-1' }],
  ['an unknown device', { username: 'stranger', password: secretOf('pager-1') }],
  ['no name', {}],
])('%s is refused', async (_what, credentials) => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const given = { username: undefined, password: undefined, ...credentials };
  await expect(street.connect('pager-1', given as never)).rejects.toMatchObject({ code: 5 });
  expect(street.door.links).toEqual([]);
});

test('the gateway is told of a wrong secret under the name of a device, and of no other refusal', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const attempts = [
    { username: 'stranger', password: 'guess' },
    { username: undefined, password: undefined },
    { username: 'pager-1', password: 'guess' },
    { username: 'pager-1', password: undefined },
  ];
  for (const given of attempts)
    await expect(street.connect('pager-1', given as never)).rejects.toMatchObject({ code: 5 });
  expect(street.door.refused).toEqual(['pager-1', 'pager-1']);
  await street.connect('pager-1');
  expect(street.door.refused).toHaveLength(2);
});

test('who guesses waits longer each time, while the right secret from the same address is let in at once', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const order: string[] = [];
  // The first of them waits a quarter of a second, the last four: nobody is so slow that he is let in after that.
  const guesses = Array.from({ length: 5 }, () =>
    street.connect('pager-1', { password: 'guess' }).catch(() => order.push('guess refused')),
  );
  await expect.poll(() => street.broker.stats().refusedLogins).toBe(5);
  await street.connect('pager-1');
  order.push('pager let in');
  await Promise.all(guesses);
  expect(order).toHaveLength(6);
  expect(order.at(-1)).toBe('guess refused');
  expect(street.broker.stats()).toMatchObject({ refusedLogins: 5, guessersWaiting: 0 });
});

test('of very many guesses at once from one address only a few are kept waiting', async () => {
  await using street = await openStreet();
  street.door.register('pager-1', secretOf('pager-1'));
  const raws = await Promise.all(Array.from({ length: 40 }, () => street.raw()));
  for (const raw of raws) raw.send(connectPacket({ user: 'pager-1', password: 'guess' }));
  await expect.poll(() => street.broker.stats().refusedLogins).toBe(40);
  // The first of them have their answer after a quarter of a second.
  expect(street.broker.stats().guessersWaiting).toBeLessThanOrEqual(20);
  expect(street.broker.stats().guessersWaiting).toBeGreaterThan(0);
  await street.connect('pager-1');
});

test('a device that connects again under its client id takes over and is never reported as gone', async () => {
  await using street = await openStreet();
  const first = await street.connect('pager-1', { clientId: 'esp32' });
  const second = await street.connect('pager-1', { clientId: 'esp32' });
  await closed(first);
  await expect.poll(() => street.broker.stats().connections).toBe(1);
  await street.door.until(() => street.door.links.length === 2);
  expect(street.door.links).toEqual(['up pager-1', 'up pager-1 instead']);
  await second.publishAsync(topicOf('pager-1', 'events'), '{"event":"sos"}', { qos: 1 });
  second.end(true);
  await street.door.until(() => street.door.links.length === 3);
  expect(street.door.links[2]).toBe('down pager-1');
});

test('a client id taken over three times in a row still belongs to the newest', async () => {
  await using street = await openStreet();
  const clients = [];
  for (let i = 0; i < 4; i++) clients.push(await street.connect('pager-1', { clientId: 'esp32' }));
  await Promise.all(clients.slice(0, 3).map(closed));
  expect(clients.map(({ connected }) => connected)).toEqual([false, false, false, true]);
});

test('another device with the same client id pushes nobody out, and cannot keep the owner out either', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1', { clientId: 'pager-1' });
  const other = await street.connect('pager-2', { clientId: 'pager-1' });
  await pager.publishAsync(topicOf('pager-1', 'events'), 'from the first', { qos: 1 });
  await other.publishAsync(topicOf('pager-2', 'events'), 'from the second', { qos: 1 });
  expect(street.door.texts()).toEqual(['from the first', 'from the second']);
  expect(street.door.links).toEqual(['up pager-1', 'up pager-2']);
});

test('a guess under the client id of a connected pager does not cost the pager its connection', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1', { clientId: 'esp32' });
  await expect(street.connect('pager-1', { clientId: 'esp32', password: 'guess' })).rejects.toThrow();
  await pager.publishAsync(topicOf('pager-1', 'events'), 'still here', { qos: 1 });
  expect(street.door.links).toEqual(['up pager-1']);
});

test('a device that leaves its old connections open loses the oldest and keeps the newest', async () => {
  await using street = await openStreet();
  const first = await street.connect('pager-1', { clientId: 'first' });
  const gone = closed(first);
  const others = [];
  for (let i = 0; i < 16; i++) others.push(await street.connect('pager-1', { clientId: `next ${i}` }));
  await gone;
  expect(others.every(({ connected }) => connected)).toBe(true);
  expect(street.door.links).not.toContain('down pager-1');
});

test('a session that asks to be kept is told that nothing was kept', async () => {
  await using street = await openStreet();
  for (let i = 0; i < 2; i++) {
    const client = await street.connect('pager-1', { clientId: 'keeper', clean: false });
    await client.subscribeAsync(topicOf('pager-1', 'commands'), { qos: 1 });
    await client.endAsync();
  }
  const raw = await street.raw();
  raw.send(
    connectPacket({ user: 'pager-1', password: secretOf('pager-1'), clientId: 'keeper', clean: false }),
  );
  expect([...((await raw.next())?.body ?? [])]).toEqual([0, 0]);
});

test('MQTT 3.1 is spoken, MQTT 5 is refused with the code for an unknown version', async () => {
  await using street = await openStreet();
  street.door.register('old-meter', 'old');
  const old = await street.raw();
  old.send(connectPacket({ user: 'old-meter', password: 'old', version: 3, clientId: 'x'.repeat(23) }));
  expect(await old.next()).toMatchObject({ type: types.connack, body: Buffer.of(0, 0) });
  const tooNew = await street.raw();
  tooNew.send(connectPacket({ user: 'old-meter', password: 'old', version: 5 }));
  expect(await tooNew.next()).toMatchObject({ type: types.connack, body: Buffer.of(0, 1) });
  await tooNew.closed;
});

test('a device that sends its whole backlog in one piece with its CONNECT loses none of it', async () => {
  await using street = await openStreet();
  street.door.register('meter-1', 'm');
  const raw = await street.raw();
  const backlog = Array.from({ length: 300 }, (_, i) =>
    publishPacket(topicOf('meter-1', 'readings'), `reading ${i}`, { id: i + 1 }),
  );
  raw.send(connectPacket({ user: 'meter-1', password: 'm' }), ...backlog);
  expect((await raw.next())?.type).toBe(types.connack);
  for (let i = 0; i < 300; i++) expect((await raw.next())?.body.readUInt16BE()).toBe(i + 1);
  expect(street.door.texts()).toEqual(backlog.map((_, i) => `reading ${i}`));
});

test('beyond the limit of connections a new one is refused and those that are there stay', async () => {
  await using street = await openStreet({ maxConnections: 1 });
  const pager = await street.connect('pager-1');
  const second = await street.raw();
  await second.closed;
  await pager.publishAsync(topicOf('pager-1', 'events'), 'still here', { qos: 1 });
  expect(street.broker.stats().refusedConnections).toBe(1);
});

test('two hundred strangers who say nothing keep no device out, and none of those that are in', async () => {
  await using street = await openStreet({ maxConnections: 20 });
  const meter = await street.connect('meter-1');
  for (let i = 0; i < 200; i += 1) await street.raw();
  const pager = await street.connect('pager-1');
  await pager.publishAsync(topicOf('pager-1', 'events'), 'press', { qos: 1 });
  await meter.publishAsync(topicOf('meter-1', 'readings'), 'still here', { qos: 1 });
  expect(street.door.texts()).toEqual(['press', 'still here']);
  await expect.poll(() => street.broker.stats().connections).toBeLessThanOrEqual(7);
  expect(street.broker.stats().refusedConnections).toBe(0);
});

test('a device whose secret was renewed is cut off at once', async () => {
  await using street = await openStreet();
  const pager = await street.connect('pager-1');
  const gone = closed(pager);
  street.door.register('pager-1', 'new secret');
  street.broker.downlink.disconnect('pager-1');
  await gone;
  await expect(street.connect('pager-1')).rejects.toThrow();
});
