import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { z } from 'zod';
import { type ApiClient, signIn } from '../../simulator/api-client.ts';
import { type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import type { Place } from '../../src/model/place.ts';
import { launchChromium } from '../chromium.ts';
import { listen, listenToCalls } from './loudspeaker.ts';

const flags = [
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
  // As at a desk: no sound before somebody has clicked or typed.
  '--autoplay-policy=document-user-activation-required',
];

/** A name of this machine that a browser does not know for it. */
const plainHost = 'duty-room.test';

const patienceMs = 30_000;

/** A home in the sample building. */
export const home = (door: string): Place => ({
  id: `h-${door}`,
  path: [
    { kind: 'community', id: 'xingfu', name: '幸福社区' },
    { kind: 'building', id: 'b-3', name: '3栋' },
    { kind: 'household', id: `h-${door}`, name: door },
  ],
  text: `幸福社区 3栋2单元${door}`,
});

/** A pager in somebody's home. */
export type Pager = {
  /** Resolves when the gateway has acknowledged the press. */
  readonly press: () => Promise<void>;
  /** The same for any event, and for readings. */
  readonly say: (event: string) => Promise<void>;
  readonly measure: (values: Readonly<Record<string, number | boolean>>) => Promise<void>;
  /** Readings of earlier moments (epoch ms), in one message. */
  readonly recall: (
    readings: readonly {
      readonly at: number;
      readonly values: Readonly<Record<string, number | boolean | string>>;
    }[],
  ) => Promise<void>;
  /** The commands it was told, oldest first. */
  readonly told: readonly string[];
};

/** A browser at a seat of the duty room, and where things are on its page. */
export type Seat = {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly panel: Locator;
  readonly board: Locator;
  readonly detail: Locator;
  readonly strip: Locator;
  /** What rings from the home behind this door. */
  readonly call: (door: string) => Locator;
  /** The board's row for that home. */
  readonly row: (door: string) => Locator;
  /** Resolves when exactly this loops; empty = quiet. */
  readonly sounds: (tune: string) => Promise<void>;
  /** The line that brings this seat its changes; while it is held, what comes over it waits. */
  readonly feed: { readonly hold: () => void; readonly release: () => void };
  /** What broke on the page: its own errors, and what its policy refused. */
  readonly broken: readonly string[];
};

/** `lateFeed`: the seat's line can be held back. `ownClock`: its clock can be put forward. `locale`: the browser's language, Chinese unless told otherwise. `timeZone`: where its machine believes to stand, the test's own zone unless told otherwise. `forbidden`: its browser gives it no microphone. `fromAfar`: the page is reached over plain http under another name, as from another machine; only where the seats can speak. */
export type SeatOptions = {
  readonly lateFeed?: boolean;
  readonly ownClock?: boolean;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly forbidden?: boolean;
  readonly fromAfar?: boolean;
};

/** A duty room: a gateway of its own, a browser, and people with the password that `passwordOf` says. */
export type Room = {
  readonly gateway: () => GatewayProcess;
  readonly api: () => ApiClient;
  readonly pager: (id: string, door: string) => Promise<Pager>;
  /** Any other device, which speaks as a pager does. */
  readonly device: (id: string, type: string, door: string) => Promise<Pager>;
  /** Opens the page without logging in. */
  readonly visit: (options?: SeatOptions) => Promise<Seat>;
  readonly logIn: (page: Page, username: string) => Promise<void>;
  /** A seat that is logged in and connected. */
  readonly takeSeat: (username: string, options?: SeatOptions) => Promise<Seat>;
  /** SIGKILL, as a power cut would. */
  readonly cutPower: () => Promise<void>;
  /** Starts the gateway again with the same data, on the same ports. */
  readonly restart: () => Promise<void>;
  readonly passwordOf: (username: string) => string;
  readonly leave: () => Promise<void>;
};

const straightLine: Seat['feed'] = {
  hold: () => {
    throw new Error('this seat was not asked for a line that can be held');
  },
  release: () => {},
};

/** Puts somebody between the page and the gateway who can keep back what the gateway says. */
const slowLine = async (page: Page): Promise<Seat['feed']> => {
  const kept: (() => void)[] = [];
  let held = false;
  await page.routeWebSocket(/\/api\/v1\/live/, (toPage) => {
    toPage.connectToServer().onMessage((message) => {
      if (held) kept.push(() => toPage.send(message));
      else toPage.send(message);
    });
  });
  return {
    hold: () => {
      held = true;
    },
    release: () => {
      held = false;
      for (const pass of kept.splice(0)) pass();
    },
  };
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** `count` ports below the range from which the system draws them, so that nobody else is given one while the gateway is down. */
const lastingPorts = async (count: number): Promise<readonly number[]> => {
  const found: number[] = [];
  for (let port = 20_000 + (process.pid % 1_000) * 10; found.length < count; port += 1)
    if (await isFree(port)) found.push(port);
  return found;
};

/** What a browser needs to speak: a microphone that plays this file over and over, and calls over the loopback. */
const speaking = (microphone: string): readonly string[] => [
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-audio-capture=${microphone}`,
  '--allow-loopback-in-peer-connection',
  `--host-resolver-rules=MAP ${plainHost} 127.0.0.1`,
];

/** Opens a duty room with the operators `li` and `zhao`. With a `microphone` (a WAV file) its seats can speak; `env`: further settings of its gateway. */
export const openRoom = async ({
  microphone,
  env = {},
}: {
  readonly microphone?: string;
  readonly env?: Readonly<Record<string, string>>;
} = {}): Promise<Room> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'zhishou-room-'));
  const [mqttPort, httpPort] = await lastingPorts(2);
  const start = (password?: string): Promise<GatewayProcess> =>
    startGateway({
      dataDir,
      ...(password === undefined ? {} : { password }),
      env: { ...env, ZHISHOU_MQTT_PORT: String(mqttPort), ZHISHOU_HTTP_PORT: String(httpPort) },
    });
  const [first, browser] = await Promise.all([
    start(),
    launchChromium([...flags, ...(microphone === undefined ? [] : speaking(microphone))]),
  ]);
  let gateway = first;
  const api = await signIn(gateway.url, 'admin', gateway.password);
  const passwordOf = (username: string): string =>
    username === 'admin' ? gateway.password : `the password of ${username}`;
  for (const [username, name] of [
    ['li', '李姐'],
    ['zhao', '赵工'],
  ] as const) {
    await api.post(
      '/users',
      { username, name, password: passwordOf(username), role: 'operator' },
      z.unknown(),
    );
  }
  const clients: MqttClient[] = [];

  const device = async (id: string, type: string, door: string): Promise<Pager> => {
    const { secret } = await api.post(
      '/devices',
      { id, type, place: home(door) },
      z.object({ secret: z.string() }),
    );
    const client = await mqtt.connectAsync(gateway.mqttUrl, {
      username: id,
      password: secret,
      clientId: id,
      clean: false,
      reconnectPeriod: 200,
    });
    clients.push(client);
    // While the gateway is down every attempt to reach it fails, as it must.
    client.on('error', () => {});
    const told: string[] = [];
    client.on('message', (topic, payload) => {
      const { id: command, command: name } = z
        .object({ id: z.string(), command: z.string() })
        .parse(JSON.parse(String(payload)));
      told.push(name);
      client.publish(topic.replace(/commands$/, 'replies'), JSON.stringify({ id: command, ok: true }), {
        qos: 1,
      });
    });
    await client.subscribeAsync(`zhishou/v1/devices/${id}/commands`, { qos: 1 });
    const send = async (what: 'events' | 'readings', message: unknown): Promise<void> => {
      await client.publishAsync(`zhishou/v1/devices/${id}/${what}`, JSON.stringify(message), { qos: 1 });
    };
    return {
      told,
      press: () => send('events', { event: 'sos' }),
      say: (event) => send('events', { event }),
      measure: (values) => send('readings', { values }),
      recall: (readings) => send('readings', readings),
    };
  };

  const visit = async (options: SeatOptions = {}): Promise<Seat> => {
    const context = await browser.newContext({
      viewport: { width: 1366, height: 768 },
      reducedMotion: 'reduce',
      locale: options.locale ?? 'zh-CN',
      ...(options.timeZone === undefined ? {} : { timezoneId: options.timeZone }),
    });
    context.setDefaultTimeout(patienceMs);
    await listen(context);
    if (microphone !== undefined) {
      await listenToCalls(context);
      if (options.forbidden !== true) await context.grantPermissions(['microphone']);
    }
    const page = await context.newPage();
    if (options.ownClock === true) await page.clock.install();
    const feed = options.lateFeed === true ? await slowLine(page) : straightLine;
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && message.text().includes('Content Security Policy'))
        broken.push(message.text());
    });
    await page.goto(options.fromAfar === true ? `http://${plainHost}:${gateway.http}` : gateway.url);
    const panel = page.locator('aside.panel');
    const board = page.getByRole('main', { name: '警情' });
    return {
      page,
      context,
      panel,
      board,
      call: (door) => panel.getByRole('article').filter({ hasText: home(door).text }),
      row: (door) => board.getByRole('listitem').filter({ hasText: home(door).text }),
      detail: page.locator('section.detail'),
      strip: page.locator('header.strip'),
      sounds: (tune) => page.locator(`html[data-sound="${tune}"]`).waitFor({ state: 'attached' }),
      feed,
      broken,
    };
  };

  const logIn = async (page: Page, username: string): Promise<void> => {
    await page.getByLabel('用户名', { exact: true }).fill(username);
    await page.getByLabel('密码', { exact: true }).fill(passwordOf(username));
    await page.getByRole('button', { name: '登录', exact: true }).click();
  };

  return {
    gateway: () => gateway,
    api: () => api,
    pager: (id, door) => device(id, 'call-button', door),
    device,
    visit,
    logIn,
    takeSeat: async (username, options) => {
      const seat = await visit(options);
      await logIn(seat.page, username);
      await seat.page.locator('[data-health=live]').waitFor();
      return seat;
    },
    cutPower: async () => {
      await gateway.kill();
    },
    restart: async () => {
      gateway = await start(gateway.password);
    },
    passwordOf,
    leave: async () => {
      for (const client of clients) client.end(true);
      await browser.close();
      await gateway.kill();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Leaves the seat; nothing may have broken on its page. */
export const leaveSeat = async ({ context, broken }: Seat): Promise<void> => {
  await context.close();
  expect(broken).toEqual([]);
};
