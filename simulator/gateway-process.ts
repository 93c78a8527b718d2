import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
const readyMark = 'zhishou ready ';
/** A machine that has much else to do needs half a minute for a start. */
const usuallyReadyWithinMs = 90_000;
const ReadyLine = z.object({
  mqtt: z.number().int(),
  mqtts: z.number().int().optional(),
  http: z.number().int(),
  pid: z.number().int(),
  version: z.string(),
});

/** How the process ended: its exit code, or the signal that ended it. */
export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** The gateway did not become ready; `log` holds what it said on standard error, `ending` how it ended, null where it was still running. */
export class GatewayNotReadyError extends Error {
  override readonly name = 'GatewayNotReadyError';
  readonly log: readonly string[];
  readonly ending: Ending | null;
  constructor(message: string, log: readonly string[], ending: Ending | null) {
    super(`${message}${log.length === 0 ? '' : `\n  ${log.slice(-20).join('\n  ')}`}`);
    this.log = log;
    this.ending = ending;
  }
}

/** How a gateway is to be started. Without `dataDir` it gets a directory of its own, which is removed when it ends. `env` comes on top of the caller's environment; ports are free ones unless it says otherwise. */
export type GatewayOptions = {
  readonly dataDir?: string;
  readonly password?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readyWithinMs?: number;
  readonly onLog?: (line: string) => void;
};

/** A gateway that runs as a child process. */
export type GatewayProcess = {
  readonly mqtt: number;
  /** The port of MQTT over TLS, where the gateway was started with one. */
  readonly mqtts?: number | undefined;
  readonly http: number;
  readonly pid: number;
  readonly version: string;
  /** The line it printed when every listener was open, unchanged. */
  readonly readyLine: string;
  /** The password of the user `admin`, as given at the first start on this data directory. */
  readonly password: string;
  readonly dataDir: string;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `mqtt://127.0.0.1:<port>` */
  readonly mqttUrl: string;
  /** The last lines of standard error, oldest first. */
  readonly log: () => readonly string[];
  /** Resolves when the process has ended, however that came about. */
  readonly ended: Promise<Ending>;
  /** SIGTERM; resolves when it has ended. After 10 s it is killed. */
  readonly stop: () => Promise<Ending>;
  /** SIGKILL, as a power cut would; resolves when it has ended. */
  readonly kill: () => Promise<Ending>;
};

// Should this process be killed outright, nobody is left to stop the other: a shell that waits for the end of
// our side of a pipe does it then. It leads a session of its own, so that Ctrl-C in a terminal does not reach it.
/** Has a process killed when ours is gone, however it went; to be ended itself once that process has ended. */
export const guard = (pid: number): ChildProcess => {
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -KILL "$0"', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  shell.unref();
  return shell;
};

/** Starts a gateway and resolves when it is ready to take readings; rejects with GatewayNotReadyError, and leaves nothing running, where it does not get there. */
export const startGateway = async (options: GatewayOptions = {}): Promise<GatewayProcess> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'zhishou-')));
  const password = options.password ?? randomBytes(12).toString('base64url');
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: projectDir,
    env: {
      // As under systemd: what was compiled once is not compiled again at every start.
      NODE_COMPILE_CACHE: join(projectDir, 'node_modules/.cache/node'),
      ...process.env,
      ZHISHOU_MQTT_PORT: '0',
      ZHISHOU_HTTP_PORT: '0',
      ZHISHOU_VOICE_PORT: '0',
      ...options.env,
      ZHISHOU_DATA_DIR: dataDir,
      ZHISHOU_ADMIN_PASSWORD: password,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C in a terminal is for the one who started us: he stops the gateway in good order.
    detached: true,
  });

  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > 1000) log.splice(0, 500);
    options.onLog?.(line);
  });

  const killNow = (): void => {
    child.kill('SIGKILL');
  };
  process.on('exit', killNow);
  const guardian = child.pid === undefined ? null : guard(child.pid);

  const ended = new Promise<Ending>((resolve) => {
    const settle = (ending: Ending): void => {
      process.off('exit', killNow);
      guardian?.kill('SIGKILL');
      const finish =
        options.dataDir === undefined ? rm(dataDir, { recursive: true, force: true }) : Promise.resolve();
      finish.finally(() => resolve(ending));
    };
    child.on('close', (code, signal) => settle({ code, signal }));
    child.on('error', () => settle({ code: null, signal: null }));
  });

  const kill = (): Promise<Ending> => {
    child.kill('SIGKILL');
    return ended;
  };
  const stop = async (): Promise<Ending> => {
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    const ending = await ended;
    clearTimeout(patience);
    return ending;
  };

  const readyLine = await new Promise<string>((resolve, reject) => {
    const withinMs = options.readyWithinMs ?? usuallyReadyWithinMs;
    const fail = (message: string, ending: Ending | null): void => {
      clearTimeout(deadline);
      reject(new GatewayNotReadyError(message, log, ending));
    };
    let tooLate = false;
    const deadline = setTimeout(() => {
      tooLate = true;
      void kill();
    }, withinMs);
    createInterface({ input: child.stdout }).on('line', (line) => {
      // What was said before it was killed may be read after that.
      if (tooLate || !line.startsWith(readyMark)) return;
      clearTimeout(deadline);
      resolve(line);
    });
    void ended.then((ending) => {
      // That we have killed it is no news about it.
      if (tooLate) fail(`the gateway was not ready within ${withinMs} ms`, null);
      else
        fail(
          `the gateway ended with ${ending.signal ?? `status ${ending.code}`} before it was ready`,
          ending,
        );
    });
  });
  const ready = ReadyLine.parse(JSON.parse(readyLine.slice(readyMark.length)));

  return {
    ...ready,
    readyLine,
    password,
    dataDir,
    url: `http://127.0.0.1:${ready.http}`,
    mqttUrl: `mqtt://127.0.0.1:${ready.mqtt}`,
    log: () => log,
    ended,
    stop,
    kill,
  };
};
