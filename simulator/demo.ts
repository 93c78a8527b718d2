import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { User } from '../src/model/user.ts';
import { type ApiClient, ApiError, signIn } from './api-client.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { type Happening, type Neighbourhood, settleNeighbourhood } from './neighbourhood.ts';
import { openPagerServer, type PagerServer, type PagerServerOptions } from './pager-server.ts';
import { buildStreet, readStreetPlan } from './street.ts';
import { createVisitors } from './visitors.ts';

const devices = 200;
const seed = 1;
const speed = 10;
// A stop takes 5 s at most, the gateway's own 4.5 s included.
const stopWithinMs = 4_900;
const operator = 'operator';
const pagerHost = process.env.DEMO_PAGER_HOST ?? '127.0.0.1';
const pagerPort = 8081;
// Only what somebody should read goes to the terminal of a demonstration: pino's "warn" and above.
const shownLevel = 40;

const keys: Readonly<Record<string, Happening>> = { s: 'press', f: 'fire', g: 'gas-leak' };

const Passwords = z.object({ admin: z.string(), operator: z.string() });
type Passwords = Readonly<z.infer<typeof Passwords>>;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const sayNow = (text: string): void =>
  say(`${new Date().toLocaleTimeString('zh-CN', { hour12: false })}  ${text}`);

/** The passwords of this demonstration. Those of a data directory that is kept are kept in it, or its next start could not sign in. */
const passwordsFor = (
  dataDir: string | undefined,
): { readonly passwords: Passwords; readonly keep: () => void } => {
  const path = dataDir === undefined ? null : join(dataDir, 'demo-passwords.json');
  const draw = (): string => randomBytes(9).toString('base64url');
  const fresh: Passwords = { admin: process.env.ZHISHOU_ADMIN_PASSWORD ?? draw(), operator: draw() };
  if (path === null) return { passwords: fresh, keep: () => {} };
  const keep = (): void => writeFileSync(path, `${JSON.stringify(fresh)}\n`, { mode: 0o600 });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { passwords: fresh, keep };
  }
  return { passwords: Passwords.parse(JSON.parse(text)), keep: () => {} };
};

const createOperator = async (api: ApiClient, password: string): Promise<void> => {
  try {
    await api.post('/users', { username: operator, password, name: '值班员', role: 'operator' }, User);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'already-exists') throw error;
    await api.patch(`/users/${operator}`, { password }, User);
  }
};

const passOn = (line: string): void => {
  const level = /"level":(\d+)/.exec(line)?.[1];
  if (level === undefined || Number(level) >= shownLevel) process.stderr.write(`${line}\n`);
};

let neighbourhood: Neighbourhood | null = null;
let pagerServer: PagerServer | null = null;
let stopping = false;
const dataDir =
  process.env.ZHISHOU_DATA_DIR === undefined ? undefined : resolve(process.env.ZHISHOU_DATA_DIR);
const { passwords, keep } = passwordsFor(dataDir);

const starting: Promise<GatewayProcess> = startGateway({
  ...(dataDir === undefined ? {} : { dataDir }),
  password: passwords.admin,
  // Where nothing is said, the gateway's own settings count.
  env: {
    ZHISHOU_MQTT_PORT: process.env.ZHISHOU_MQTT_PORT,
    ZHISHOU_HTTP_PORT: process.env.ZHISHOU_HTTP_PORT,
    ZHISHOU_VOICE_PORT: process.env.ZHISHOU_VOICE_PORT,
  },
  onLog: passOn,
});

const stop = async (status: number): Promise<void> => {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(status), stopWithinMs).unref();
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  const gateway = await starting.catch(() => null);
  await Promise.all([neighbourhood?.close(), pagerServer?.close(), gateway?.stop()]);
  process.exit(status);
};

const listenToKeys = (street: Neighbourhood): void => {
  if (!process.stdin.isTTY) return;
  say('Keys: s somebody presses the button, f fire, g gas leak, q quit.');
  process.stdin.setRawMode(true);
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (pressed) => {
    for (const key of String(pressed)) {
      const happening = keys[key];
      if (happening !== undefined) street.letHappen(happening);
      // In raw mode Ctrl-C is a key like any other.
      else if (key === 'q' || key === '\u0003') void stop(0);
    }
  });
};

/** The port that was asked for, or the usual one, or where somebody has that any other. */
const openPagers = async (options: Omit<PagerServerOptions, 'port'>): Promise<PagerServer> => {
  const asked = process.env.DEMO_PAGER_PORT;
  try {
    return await openPagerServer({ ...options, port: asked === undefined ? pagerPort : Number(asked) });
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken || asked !== undefined) throw error;
    return openPagerServer({ ...options, port: 0 });
  }
};

const fail = (error: unknown): void => {
  if (stopping) return;
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  void stop(1);
};

const run = async (): Promise<void> => {
  const gateway = await starting;
  say(gateway.readyLine);
  void gateway.ended.then(({ code, signal }) => {
    if (stopping) return;
    process.stderr.write(`demo: the gateway ended with ${signal ?? `status ${code}`}\n`);
    void stop(code === 0 ? 0 : 1);
  });
  const api = await signIn(gateway.url, 'admin', passwords.admin);
  keep();
  await createOperator(api, passwords.operator);
  say(
    `\n  Console   ${gateway.url}\n  Login     ${operator}  ${passwords.operator}\n  Admin     admin  ${passwords.admin}\n`,
  );
  const street = buildStreet(readStreetPlan(), seed);
  neighbourhood = await settleNeighbourhood({
    api,
    mqttUrl: gateway.mqttUrl,
    street,
    devices,
    seed,
    speed,
    say: sayNow,
  });
  pagerServer = await openPagers({
    host: pagerHost,
    gateway: gateway.http,
    visitors: createVisitors(api, street, 'demo', neighbourhood.inhabited),
  });
  say(`\n  Pager     ${pagerServer.urls.join('  ')}\n`);
  sayNow(`${devices} devices live on the street; somebody will press the button in some 20 s`);
  listenToKeys(neighbourhood);
};

process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
await run().catch(fail);
