import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type ApiClient, signIn } from '../simulator/api-client.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from '../simulator/gateway-process.ts';

/** What a device connects with. */
export type Login = { readonly username: string; readonly password: string };

const directories = new Set<string>();
const running = new Set<() => Promise<unknown>>();

/** Has a process ended too when everything is; `ended` resolves when there is no need any more. */
export const endToo = (kill: () => Promise<unknown>, ended: Promise<unknown>): void => {
  running.add(kill);
  void ended.then(() => running.delete(kill));
};

/** A directory that is gone when the benches have ended, however they end. */
export const temporaryDirectory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-bench-'));
  directories.add(dir);
  return dir;
};

/** Removes a temporary directory before that. */
export const removeDirectory = (dir: string): void => {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  directories.delete(dir);
};

/** A gateway of this run; without a `dataDir` it gets a temporary one. */
export const openGateway = async (options: GatewayOptions = {}): Promise<GatewayProcess> => {
  const gateway = await startGateway({ ...options, dataDir: options.dataDir ?? temporaryDirectory() });
  endToo(gateway.kill, gateway.ended);
  return gateway;
};

/** Kills what still runs and removes what still lies there. */
export const endEverything = async (): Promise<void> => {
  await Promise.all([...running].map((kill) => kill()));
  for (const dir of directories) removeDirectory(dir);
};

/** Somebody signed in as admin. */
export const signInAt = (gateway: GatewayProcess): Promise<ApiClient> =>
  signIn(gateway.url, 'admin', gateway.password);

const Registered = z.object({ secret: z.string() });

/** Registers a device and answers its login. */
export const registerOne = async (api: ApiClient, id: string, type: string): Promise<Login> => ({
  username: id,
  password: (await api.post('/devices', { id, type }, Registered)).secret,
});

/** Registers so many devices of a type and answers their logins. */
export const register = (api: ApiClient, prefix: string, type: string, many: number): Promise<Login[]> =>
  Promise.all(Array.from({ length: many }, (_, index) => registerOne(api, `${prefix}-${index}`, type)));

/** One figure of the gateway's own `/metrics`, by its name with labels; NaN where there is none. */
export const metric = async (gateway: GatewayProcess, name: string): Promise<number> => {
  const response = await fetch(`${gateway.url}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const line = (await response.text()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? Number.NaN);
};
