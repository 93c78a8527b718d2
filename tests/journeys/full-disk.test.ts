import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { optional } from '../optional.ts';

const disk = mkdtempSync(join(tmpdir(), 'zhishou-disk-'));
const canMount = (): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const mounted = canMount();
const open: { gateway: GatewayProcess | null; devices: MqttClient[]; console: WebSocket | null } = {
  gateway: null,
  devices: [],
  console: null,
};

afterAll(async () => {
  for (const device of open.devices) device.end(true);
  open.console?.terminate();
  await open.gateway?.kill();
  if (mounted) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** Writes until there is no room for another page. */
const fill = (path: string): void => {
  const file = openSync(path, 'w');
  for (const chunk of [Buffer.alloc(256 * 1024), Buffer.alloc(4096)]) {
    for (;;) {
      try {
        if (writeSync(file, chunk) < chunk.length) break;
      } catch {
        break;
      }
    }
  }
  closeSync(file);
};

type Heard = {
  readonly type: string;
  readonly event?: string;
  readonly alert?: { readonly id: string; readonly kind: string; readonly count: number };
};

/** A console that keeps what it hears, and whoever waits for something. */
const followFeed = (url: string, token: string) => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  open.console = socket;
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  socket.on('message', (data) => {
    heard.push(JSON.parse(String(data)) as Heard);
    for (const look of waiting) look();
  });
  const until = (fits: (message: Heard) => boolean): Promise<Heard> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = heard.find(fits);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { heard, until };
};

optional('a file system of its own (mount needs root)', mounted)('a disk that is full', () => {
  test('lets a press ring, acknowledges nothing, says so, refuses operators, and loses nothing when there is room again', async () => {
    const data = join(disk, 'data');
    const gateway = await startGateway({ dataDir: data });
    open.gateway = gateway;
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const Registered = z.object({ secret: z.string() });
    const connect = async (id: string, type: string): Promise<MqttClient> => {
      const { secret } = await api.post('/devices', { id, type }, Registered);
      const client = await mqtt.connectAsync(gateway.mqttUrl, {
        username: id,
        password: secret,
        clientId: id,
        reconnectPeriod: 0,
      });
      open.devices.push(client);
      return client;
    };
    const pager = await connect('pager-1', 'call-button');
    const sensor = await connect('air-1', 'air-monitor');
    const feed = followFeed(gateway.url, api.token);
    await feed.until(({ type }) => type === 'snapshot');

    // Somebody's log has eaten the disk.
    fill(join(disk, 'log'));
    const acknowledged: string[] = [];
    const sent: Promise<unknown>[] = [];
    const publish = (client: MqttClient, name: string, topic: string, payload: unknown): void => {
      sent.push(
        client.publishAsync(topic, JSON.stringify(payload), { qos: 1 }).then(() => acknowledged.push(name)),
      );
    };
    for (let index = 0; index < 3000; index += 1) {
      publish(sensor, `reading ${index}`, 'zhishou/v1/devices/air-1/readings', {
        values: { co2: 400 + (index % 50) },
        at: gateway.pid + 1_790_000_000_000 + index,
      });
    }
    publish(pager, 'press', 'zhishou/v1/devices/pager-1/events', { event: 'sos', id: 'press-1' });

    const ringing = await feed.until(({ type }) => type === 'uncommitted');
    expect(ringing.alert?.kind).toBe('sos');
    expect(acknowledged).not.toContain('press');
    const readiness = await fetch(`${gateway.url}/readyz`);
    expect(readiness.status).toBe(503);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await expect(api.post('/devices', { id: 'late-1', type: 'siren' }, z.unknown())).rejects.toMatchObject({
      status: 503,
      code: 'store-unavailable',
    });

    rmSync(join(disk, 'log'));
    const raised = await feed.until(
      ({ type, event, alert }) => type === 'change' && event === 'raised' && alert?.kind === 'sos',
    );
    await Promise.all(sent);
    expect(raised.alert).toMatchObject({ id: ringing.alert?.id, count: 1 });
    expect(acknowledged).toContain('press');
    expect(acknowledged).toHaveLength(3001);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    expect(feed.heard.filter(({ type, event }) => type === 'change' && event === 'raised')).toHaveLength(1);
  });
});
