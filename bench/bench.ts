import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import WebSocket from 'ws';
import { z } from 'zod';
import { type ApiClient, signIn } from '../simulator/api-client.ts';
import { type GatewayProcess, startGateway } from '../simulator/gateway-process.ts';
import type { LoadOrder } from './load.ts';

const clientCount = 100;
const inFlight = 20;
const roundMs = 4_000;
const rounds = 3;
const presses = 100;
const mosquitto = '/usr/sbin/mosquitto';

type Row = {
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  readonly ratio: string;
};
type Login = { readonly username: string; readonly password: string };

const Registered = z.object({ secret: z.string() });
const registerMany = async (api: ApiClient, prefix: string, type: string, count: number): Promise<Login[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const username = `${prefix}-${index}`;
      return { username, password: (await api.post('/devices', { id: username, type }, Registered)).secret };
    }),
  );

/** Starts a load; `publishing` resolves when it has begun, `rate` with what was acknowledged a second. */
const startLoad = (
  order: LoadOrder,
): { readonly publishing: Promise<unknown>; readonly rate: Promise<number> } => {
  const child: ChildProcess = fork(new URL('./load.ts', import.meta.url));
  child.send(order);
  const publishing = once(child, 'message');
  const rate = publishing.then(async () => {
    const [result] = (await once(child, 'message')) as [{ acknowledged: number; tookMs: number }];
    return result.acknowledged / (result.tookMs / 1000);
  });
  return { publishing, rate };
};
const load = (order: LoadOrder): Promise<number> => startLoad(order).rate;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
};

/** Bare mosquitto on the loopback; answers its address and how to end it. */
const startMosquitto = async (dir: string): Promise<{ url: string; stop: () => void }> => {
  const port = await freePort();
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n`);
  const child = spawn(mosquitto, ['-c', file], { stdio: 'ignore' });
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const up = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (up) break;
  }
  return { url: `mqtt://127.0.0.1:${port}`, stop: () => void child.kill() };
};

/** From the call of publish to the change on the feed, in ms, for so many presses one after the other. */
const pressTimes = async (gateway: GatewayProcess, api: ApiClient, name: string): Promise<number[]> => {
  const { secret } = await api.post('/devices', { id: name, type: 'call-button' }, Registered);
  const pager = await mqtt.connectAsync(gateway.mqttUrl, {
    username: name,
    password: secret,
    clientId: name,
  });
  const feed = new WebSocket(`${gateway.url.replace('http', 'ws')}/api/v1/live`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  await once(feed, 'open');
  let heard = (_count: number): void => undefined;
  feed.on('message', (data) => {
    const message = JSON.parse(String(data)) as {
      type: string;
      event?: string;
      alert?: { device: string; count: number };
    };
    if (message.type === 'change' && message.alert?.device === name && message.event?.startsWith('raised'))
      heard(message.alert.count);
  });
  const times: number[] = [];
  for (let count = 1; count <= presses; count += 1) {
    const shown = new Promise<void>((resolve) => {
      heard = (arrived) => {
        if (arrived === count) resolve();
      };
    });
    const startedAt = performance.now();
    void pager.publishAsync(`zhishou/v1/devices/${name}/events`, '{"event":"sos"}', { qos: 1 });
    await shown;
    times.push(performance.now() - startedAt);
  }
  feed.terminate();
  pager.end(true);
  return times;
};

/** So many readings a second over ten connections until it is stopped. */
const background = async (
  gateway: GatewayProcess,
  logins: readonly Login[],
  perSecond: number,
): Promise<() => void> => {
  const devices = await Promise.all(
    logins.map((login) => mqtt.connectAsync(gateway.mqttUrl, { ...login, clientId: login.username })),
  );
  const timer = setInterval(() => {
    for (const [index, device] of devices.entries()) {
      for (let each = 0; each < perSecond / devices.length / 50; each += 1) {
        device.publish(`zhishou/v1/devices/${logins[index]?.username}/readings`, '{"values":{"co2":500}}', {
          qos: 1,
        });
      }
    }
  }, 20);
  return () => {
    clearInterval(timer);
    for (const device of devices) device.end(true);
  };
};

const dir = mkdtempSync(join(tmpdir(), 'zhishou-bench-'));
/** Each figure is printed when it is known, so that a run that is cut short has not been for nothing. */
const rows = {
  push: ({ what, figure, target, ratio }: Row): void => {
    process.stdout.write(`${what}\n  ${figure} · target ${target} · ratio ${ratio}\n`);
  },
};
const gateway = await startGateway();
try {
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const clients = await registerMany(api, 'air', 'air-monitor', clientCount);
  if (existsSync(mosquitto)) {
    const bare = await startMosquitto(dir);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await load({ url: gateway.mqttUrl, clients, inFlight, forMs: roundMs }));
      theirs.push(await load({ url: bare.url, clients, inFlight, forMs: roundMs }));
    }
    bare.stop();
    rows.push({
      what: `QoS 1 readings acknowledged after commit, ${clientCount} × ${inFlight} in flight, ÷ bare mosquitto`,
      figure: `${Math.round(median(ours))}/s ÷ ${Math.round(median(theirs))}/s`,
      target: '≥ 0.6',
      ratio: median(ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN))).toFixed(2),
    });
  } else
    process.stderr.write(
      `LEFT OUT: ${mosquitto} is not installed, so there is nothing to hold the ingest against\n`,
    );
  const stop = await background(gateway, clients.slice(0, 10), 2000);
  const calm = await pressTimes(gateway, api, 'pager-calm');
  stop();
  const p99 = (times: readonly number[]): number => percentile(times, 0.99);
  rows.push({
    what: 'press → live feed, 2,000 readings/s in the background',
    figure: `p50 ${percentile(calm, 0.5).toFixed(1)} ms, p99 ${p99(calm).toFixed(1)} ms`,
    target: 'p99 ≤ 10 ms',
    ratio: (p99(calm) / 10).toFixed(2),
  });
  const flooding = startLoad({ url: gateway.mqttUrl, clients, inFlight, forMs: 15_000 });
  await flooding.publishing;
  const flood = await pressTimes(gateway, api, 'pager-flood');
  rows.push({
    what: `the same while ${clientCount} clients publish as fast as they are acknowledged`,
    figure: `${flood.length} of ${presses} arrive, p50 ${percentile(flood, 0.5).toFixed(1)} ms, p99 ${p99(flood).toFixed(1)} ms`,
    target: 'p99 ≤ 250 ms',
    ratio: (p99(flood) / 250).toFixed(2),
  });
  await flooding.rate;
} finally {
  await gateway.stop();
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);
