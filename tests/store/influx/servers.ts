import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Connection, connect } from '../../../src/store/influx/connection.ts';
import { type InfluxTarget, readTarget } from '../../../src/store/influx/target.ts';

export const influxdProgram = '/usr/bin/influxd';
export const victoriaProgram = '/usr/bin/victoria-metrics';
export const hasInfluxd = existsSync(influxdProgram);
export const hasVictoria = existsSync(victoriaProgram);

/** A directory that is gone after the test. */
export const temporary = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-influx-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

/** Asks until the answer is not null. */
export const until = async <T>(ask: () => T | null | Promise<T | null>, withinMs = 25_000): Promise<T> => {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > end) throw new Error(`still not so after ${withinMs} ms: ${ask.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

const answers = async (url: string): Promise<true | null> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(1_000) })).status < 500 ? true : null;
  } catch {
    return null;
  }
};

/** A program that serves HTTP and can be killed and started again on the same port. */
export type Server = {
  readonly port: number;
  readonly url: string;
  readonly start: () => Promise<void>;
  /** SIGKILL, as when the power goes; returns when the process is gone. */
  readonly kill: () => Promise<void>;
};

const serve = async (
  program: string,
  parameters: readonly string[],
  port: number,
  health: string,
): Promise<Server> => {
  let child: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill('SIGKILL');
    await gone;
  };
  const url = `http://127.0.0.1:${port}`;
  const start = async (): Promise<void> => {
    child = spawn(program, [...parameters], { stdio: 'ignore' });
    await until(() => answers(`${url}${health}`));
  };
  onTestFinished(kill);
  await start();
  return { port, url, start, kill };
};

/** A real InfluxDB 1.x on a free loopback port. */
export const openInfluxd = async (
  options: { readonly dir?: string; readonly auth?: boolean; readonly extra?: string } = {},
): Promise<Server> => {
  const dir = options.dir ?? temporary();
  const port = await freePort();
  const config = join(dir, 'influxdb.conf');
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  auth-enabled = ${options.auth === true}
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
${options.extra ?? ''}
`,
  );
  return serve(influxdProgram, ['-config', config], port, '/ping');
};

/** A real VictoriaMetrics on a free loopback port. */
export const openVictoria = async (): Promise<Server> => {
  const port = await freePort();
  return serve(
    victoriaProgram,
    [
      `-storageDataPath=${temporary()}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=100y',
      '-dedup.minScrapeInterval=1ms',
      '-loggerLevel=ERROR',
    ],
    port,
    '/health',
  );
};

/** The target of an address that is good. */
export const targetOf = (url: string): InfluxTarget => {
  const read = readTarget(url);
  if (!read.ok) throw new Error(read.problem);
  return read.target;
};

/** A connection that is closed after the test. */
export const connectTo = (target: InfluxTarget, writeWithinMs = 10_000): Connection => {
  const connection = connect(target, { writeWithinMs });
  onTestFinished(connection.close);
  return connection;
};

/** Asks the server itself, past everything that is tested; rows of all tables, by their columns. */
export const query = async (
  server: { readonly url: string },
  statement: string,
  login?: { readonly user: string; readonly password: string },
): Promise<readonly Readonly<Record<string, unknown>>[]> => {
  const response = await fetch(`${server.url}/query?db=zhishou&epoch=ms`, {
    method: 'POST',
    body: new URLSearchParams({ q: statement }),
    ...(login === undefined
      ? {}
      : { headers: { authorization: `Basic ${btoa(`${login.user}:${login.password}`)}` } }),
  });
  const said = (await response.json()) as {
    readonly error?: string;
    readonly results?: readonly {
      readonly error?: string;
      readonly series?: readonly {
        readonly name?: string;
        readonly tags?: Readonly<Record<string, string>>;
        readonly columns: readonly string[];
        readonly values?: readonly (readonly unknown[])[];
      }[];
    }[];
  };
  const wrong = said.error ?? said.results?.find(({ error }) => error !== undefined)?.error;
  if (wrong !== undefined) throw new Error(wrong);
  return (said.results ?? []).flatMap(({ series = [] }) =>
    series.flatMap(({ name, tags = {}, columns, values = [] }) =>
      values.map((row) => ({
        ...(name === undefined ? {} : { measured: name }),
        ...tags,
        ...Object.fromEntries(columns.map((column, index) => [column, row[index]])),
      })),
    ),
  );
};

/** How many points there are under a policy, of all measurements and kinds. */
export const countPoints = async (
  server: { readonly url: string },
  policy = 'exact',
  login?: { readonly user: string; readonly password: string },
): Promise<number> => {
  const rows = await query(
    server,
    `SELECT count("value"), count("flag"), count("text") FROM "zhishou"."${policy}"./.*/`,
    login,
  );
  return rows.reduce(
    (sum, row) => sum + Number(row.count ?? 0) + Number(row.count_1 ?? 0) + Number(row.count_2 ?? 0),
    0,
  );
};
