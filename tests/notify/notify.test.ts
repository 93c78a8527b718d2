import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import type { Archive } from '../../src/gateway/ports.ts';
import type { Channel } from '../../src/notify/channels/channel.ts';
import { siren } from '../../src/notify/channels/siren.ts';
import { webhook } from '../../src/notify/channels/webhook.ts';
import { createNotifier } from '../../src/notify/notify.ts';
import { openStreet, type Street } from '../gateway/core.ts';

const log = pino({ level: 'silent' });
const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

/** A server of somebody else that answers with these statuses, one after the other, and keeps what it was told. */
const listenTo = async (...statuses: readonly number[]) => {
  const told: { body: string; signature: string | undefined }[] = [];
  let heard = (): void => undefined;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      told.push({ body, signature: request.headers['x-zhishou-signature'] as string | undefined });
      response.statusCode = statuses[Math.min(told.length, statuses.length) - 1] ?? 200;
      response.end();
      heard();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => server.close());
  const count = (wanted: number): Promise<void> =>
    new Promise((resolve) => {
      heard = () => {
        if (told.length >= wanted) resolve();
      };
      heard();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told, count };
};

const archiveOf = (street: Street): Archive =>
  ({
    changes: async (after: number) =>
      street.changes
        .filter(({ seq }) => seq > after)
        .map((change) => ({ seq: change.seq, text: JSON.stringify(change) })),
  }) as unknown as Archive;

const watchOver = async (street: Street, channels: readonly Channel[]) => {
  const notifier = createNotifier({ door: street.gateway.notify, archive: archiveOf(street), channels, log });
  await notifier.start();
  ended.push(() => void notifier.stop());
  return notifier;
};

const untakenPress = (): Street => {
  const street = openStreet();
  street.register('pager-1', 'call-button');
  street.register('siren-1', 'siren');
  street.gateway.duty.watching([[]]);
  return street;
};

describe('an emergency that nobody takes', () => {
  test('sounds the siren after 30 s, and taking it silences the siren', async () => {
    const street = untakenPress();
    await watchOver(street, [siren(street.gateway.notify)]);
    street.event('pager-1', 'sos');
    street.pass(31_000);
    await expect
      .poll(() => {
        street.pass(200);
        return street.sent.map(({ payload }) => (JSON.parse(payload) as { command: string }).command);
      })
      .toContain('siren-on');
    const on = street.sent.find(({ connection }) => connection === 'siren-1');
    const { id } = JSON.parse(on?.payload ?? '{}') as { id: string };
    street.publish('siren-1', 'zhishou/v1/devices/siren-1/replies', { id, ok: true });
    expect(street.changes.map(({ event }) => event)).toContain('siren-answered');
    street.gateway.duty.perform('li', { verb: 'take', alert: street.only().id });
    street.pass(400);
    expect(street.sent.map(({ payload }) => (JSON.parse(payload) as { command: string }).command)).toContain(
      'siren-off',
    );
  });

  test('is told to the webhook, signed, and again when the other side stumbles', async () => {
    const street = untakenPress();
    const elsewhere = await listenTo(503, 200);
    await watchOver(street, [webhook({ url: elsewhere.url, secret: 'a-secret' })]);
    street.event('pager-1', 'sos');
    street.pass(31_000);
    await elsewhere.count(2);
    expect(JSON.parse(elsewhere.told[1]?.body ?? '')).toMatchObject({
      type: 'escalated',
      reason: 'not-shown',
      alert: { kind: 'sos' },
    });
    expect(elsewhere.told[1]?.signature).toMatch(/^sha256=[0-9a-f]{64}$/);
    await expect
      .poll(() => {
        street.pass(200);
        return street.changes.find(({ event }) => event === 'notified')?.data;
      })
      .toMatchObject({ channel: 'webhook', outcome: 'sent' });
  });

  test('is told after a restart when the gateway died before it could tell', async () => {
    const street = untakenPress();
    street.event('pager-1', 'sos');
    street.pass(31_000);
    const again = openStreet({ state: street.stored(), at: street.now() });
    const elsewhere = await listenTo(200);
    const notifier = createNotifier({
      door: again.gateway.notify,
      archive: archiveOf(street),
      channels: [webhook({ url: elsewhere.url, secret: null })],
      log,
    });
    await notifier.start();
    ended.push(() => void notifier.stop());
    await elsewhere.count(1);
    expect(JSON.parse(elsewhere.told[0]?.body ?? '')).toMatchObject({ type: 'escalated' });
  });

  test('is told to the webhook at once when it cannot even be stored', async () => {
    const street = untakenPress();
    const elsewhere = await listenTo(200);
    await watchOver(street, [webhook({ url: elsewhere.url, secret: null })]);
    street.holdDisk(true);
    street.event('pager-1', 'sos');
    street.pass(2_000);
    await elsewhere.count(1);
    expect(JSON.parse(elsewhere.told[0]?.body ?? '')).toMatchObject({ reason: 'uncommitted', seq: null });
  });
});
