import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { deviceOf } from '../../simulator/alert-expectations.ts';
import { signIn } from '../../simulator/api-client.ts';
import { ownTopic } from '../../simulator/native-voice.ts';
import { Quarantined } from '../../src/model/quarantine.ts';
import { connectPacket, createRawClient, remainingLength, text, types } from '../broker/raw-client.ts';
import { optional } from '../optional.ts';
import { dial, followFeed, isUp, journeyMs, openGateway, raisedBy, register, say } from './street.ts';

const mebibyte = 1024 * 1024;
const largest = 262_144;
const QuarantinePage = z.object({ quarantine: z.array(Quarantined) });

/** The most memory that a process has had, in bytes. */
const mostMemory = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

optional('/proc with the memory of a process', existsSync('/proc/self/status'))('whoever means harm', () => {
  test('fills neither the memory nor the way of a press with packets of sixty mebibytes, logged in or not', {
    timeout: journeyMs,
  }, async () => {
    const gateway = await openGateway();
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const feed = followFeed(gateway, api);
    await feed.until(({ type }) => type === 'snapshot');
    const pager = dial({ gateway }, 'pager-1', await register(api, 'pager-1', 'call-button'));
    await isUp(pager);
    let broken = 0;
    pager.on('close', () => {
      broken += 1;
    });
    const secret = await register(api, 'vandal-1', 'smoke-alarm');
    const before = mostMemory(gateway.pid);

    const announced = 60 * mebibyte;
    const attack = async (n: number): Promise<void> => {
      const raw = await createRawClient(gateway.mqtt);
      if (n % 2 === 0) {
        // Fewer of them at a time than one device may have connections, or the first would be ended for that.
        raw.send(connectPacket({ user: 'vandal-1', password: secret, clientId: `vandal ${n}` }));
        expect((await raw.next())?.type).toBe(types.connack);
        raw.send(
          Buffer.of(0x32),
          remainingLength(announced),
          text(`${ownTopic('vandal-1')}/readings`),
          Buffer.of(0, 1),
        );
      } else raw.send(Buffer.of(0x10), remainingLength(announced), text('MQTT'));
      const block = Buffer.alloc(64 * 1024);
      let sent = 0;
      const push = (): void => {
        while (!raw.socket.destroyed && sent < announced && raw.socket.write(block)) sent += block.length;
      };
      raw.socket.on('drain', push);
      push();
      await raw.closed;
      expect(raw.socket.bytesWritten).toBeLessThan(announced / 2);
    };
    const attacks = Array.from({ length: 24 }, (_, n) => attack(n));
    await say(pager, 'events', { event: 'sos' });
    await feed.until(raisedBy('pager-1'));
    await Promise.all(attacks);

    // All of it together would be 1,440.
    expect(mostMemory(gateway.pid) - before).toBeLessThan(200 * mebibyte);
    expect(broken).toBe(0);
    await say(pager, 'events', { event: 'sos' });
    await feed.until((message) => message.type === 'change' && message.event === 'raised-again');
  });

  test('is heard out, and all of it put in quarantine in a few words, while what it says fills neither the memory nor the way of a press', {
    timeout: journeyMs,
  }, async () => {
    const gateway = await openGateway();
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const feed = followFeed(gateway, api);
    await feed.until(({ type }) => type === 'snapshot');
    const pager = dial({ gateway }, 'pager-1', await register(api, 'pager-1', 'call-button'));
    const vandals = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (n) =>
        dial({ gateway }, `vandal-${n}`, await register(api, `vandal-${n}`, 'smoke-alarm')),
      ),
    );
    await Promise.all([pager, ...vandals].map(isUp));
    let broken = 0;
    for (const client of [pager, ...vandals])
      client.on('close', () => {
        broken += 1;
      });

    const room = largest - 200;
    const nonsense = [
      '['.repeat(room),
      `{"values":${'{"a":'.repeat(room / 5)}`,
      `[${'{"values":{"smoke":NaN}},'.repeat(room / 25)}]`,
      `{"values":{"smoke":"${'x'.repeat(room - 30)}"}}`,
      `[${'{},'.repeat(room / 3 - 2)}{}]`,
      Buffer.alloc(room, 0xfe),
    ];
    const before = mostMemory(gateway.pid);
    const each = 48;
    const said = vandals.flatMap((vandal) =>
      Array.from({ length: each }, (_, n) =>
        vandal.publishAsync(
          `${ownTopic(vandal.options.clientId ?? '')}/readings`,
          nonsense[n % nonsense.length] ?? '',
          { qos: 1 },
        ),
      ),
    );
    await say(pager, 'events', { event: 'sos' });
    await feed.until(raisedBy('pager-1'));
    await Promise.all(said);

    expect(broken).toBe(0);
    expect(mostMemory(gateway.pid) - before).toBeLessThan(400 * mebibyte);
    const { quarantine } = await api.get(
      '/quarantine?limit=1000',
      z.object({ quarantine: z.array(Quarantined) }),
    );
    expect(new Set(quarantine.map(({ sender }) => sender)).size).toBe(vandals.length);
    expect(quarantine.length).toBeGreaterThanOrEqual(vandals.length * each);
    for (const { payload, reason, detail } of quarantine) {
      expect(reason).not.toBe('');
      expect(payload.length + detail.length).toBeLessThan(largest / 8);
    }
  });

  test('keeps the disk from nobody with thousands of wrong values in one message', {
    timeout: journeyMs,
  }, async () => {
    const gateway = await openGateway();
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const feed = followFeed(gateway, api);
    await feed.until(({ type }) => type === 'snapshot');
    const line = { gateway };
    const pager = dial(line, 'pager-1', await register(api, 'pager-1', 'call-button'));
    const vandal = dial(line, 'vandal-1', await register(api, 'vandal-1', 'smoke-alarm'));
    await Promise.all([isUp(pager), isUp(vandal)]);
    const before = mostMemory(gateway.pid);
    const unknown = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`nonsense_${n}`, n]));
    const messages = [
      { values: unknown(12_000) },
      { values: { ...unknown(900), battery: 55 } },
      Array.from({ length: 1000 }, () => ({ values: { ...unknown(10), temperature: 1e6 } })),
    ];
    const said = messages.map((message) => say(vandal, 'readings', message));
    await say(pager, 'events', { event: 'sos' });
    await feed.until(raisedBy('pager-1'));
    await Promise.all(said);

    expect(mostMemory(gateway.pid) - before).toBeLessThan(200 * mebibyte);
    const { quarantine } = await api.get('/quarantine?limit=1000', QuarantinePage);
    expect(quarantine.length).toBeGreaterThan(messages.length);
    expect(quarantine.length).toBeLessThan(100);
    expect((await deviceOf(api, 'vandal-1')).latest.battery?.value).toBe(55);
  });
});
