import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { signIn } from '../../simulator/api-client.ts';
import { journeyMs, openDirectory, openGateway, verifyJournal, wholeJournal } from './street.ts';

/** What a program said, and with which status it ended. */
type Told = { readonly out: string; readonly err: string; readonly status: number | null };

const run = async (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Told> => {
  const { ZHISHOU_ADMIN_PASSWORD: _mine, ...rest } = process.env;
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...rest, ZHISHOU_MQTT_PORT: '0', ZHISHOU_HTTP_PORT: '0', ZHISHOU_VOICE_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [out, err]: [string[], string[]] = [[], []];
  createInterface({ input: child.stderr }).on('line', (line) => err.push(line));
  createInterface({ input: child.stdout }).on('line', (line) => {
    out.push(line);
    if (line.startsWith('zhishou ready ')) child.kill('SIGTERM');
  });
  const [status] = (await once(child, 'close')) as [number | null];
  return { out: out.join('\n'), err: err.join('\n'), status };
};

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const occupyPort = async (): Promise<string> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return String(address !== null && typeof address === 'object' ? address.port : 0);
};

describe('a gateway that cannot open its listeners', () => {
  test.each(['ZHISHOU_MQTT_PORT', 'ZHISHOU_HTTP_PORT'])(
    'because the port of %s is in use says so and ends with status 1; the first password is told by the start that succeeds',
    async (variable) => {
      const dir = openDirectory();
      const port = await occupyPort();
      const failed = await run('src/main.ts', [], { ZHISHOU_DATA_DIR: dir, [variable]: port });
      expect(failed.status).toBe(1);
      expect(failed.err.split('\n').at(-1)).toBe(
        `zhishou: port ${port} is in use (another program listens on 127.0.0.1; ${variable} chooses another)`,
      );
      expect(`${failed.out}${failed.err}`).not.toMatch(/password|"level":60|from disk/);
      const started = await run('src/main.ts', [], { ZHISHOU_DATA_DIR: dir });
      expect(started.out).toMatch(/^zhishou admin password \(shown this once\): \S+\nzhishou ready /);
      expect(started.status).toBe(0);
    },
    journeyMs,
  );

  test(
    'because the host is not this machine’s says that',
    async () => {
      const told = await run('src/main.ts', [], {
        ZHISHOU_DATA_DIR: openDirectory(),
        ZHISHOU_HTTP_HOST: '192.0.2.1',
      });
      expect(told.status).toBe(1);
      expect(told.err).toContain('zhishou: 192.0.2.1 is no address of this machine (ZHISHOU_HTTP_HOST');
    },
    journeyMs,
  );
});

test(
  'the first password does not stay in the journal of systemd: a file that only its owner reads holds it',
  async () => {
    const dataDir = openDirectory();
    const journal = join(openDirectory(), 'journal');
    const out = openSync(journal, 'w');
    const { dev, ino } = fstatSync(out);
    const child = spawn(process.execPath, ['src/main.ts'], {
      env: {
        ...process.env,
        ZHISHOU_ADMIN_PASSWORD: '',
        ZHISHOU_MQTT_PORT: '0',
        ZHISHOU_HTTP_PORT: '0',
        ZHISHOU_VOICE_PORT: '0',
        ZHISHOU_DATA_DIR: dataDir,
        JOURNAL_STREAM: `${dev}:${ino}`,
      },
      stdio: ['ignore', out, 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = (): string => readFileSync(journal, 'utf8');
    await expect.poll(said, { timeout: 60_000 }).toContain('zhishou ready ');
    const file = join(dataDir, 'first-password');
    const password = readFileSync(file, 'utf8').trim();
    const port = /"http":(\d+)/.exec(said())?.[1];
    expect(said()).toContain(`zhishou admin password: in ${file};`);
    expect(said()).not.toContain(password);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await signIn(`http://127.0.0.1:${port}`, 'admin', password);
  },
  journeyMs,
);

test(
  'whoever stops npm stops the gateway, and the next one starts on its data',
  async () => {
    const dir = openDirectory();
    const ready = 'zhishou ready ';
    for (const shell of ['/bin/sh', '/bin/bash']) {
      const npm = spawn('npm', ['start', `--script-shell=${shell}`], {
        env: {
          ...process.env,
          ZHISHOU_MQTT_PORT: '0',
          ZHISHOU_HTTP_PORT: '0',
          ZHISHOU_VOICE_PORT: '0',
          ZHISHOU_DATA_DIR: dir,
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let gateway: number | null = null;
      onTestFinished(() => {
        npm.kill('SIGKILL');
        if (gateway !== null && isRunning(gateway)) process.kill(gateway, 'SIGKILL');
      });
      createInterface({ input: npm.stdout }).on('line', (line) => {
        if (line.startsWith(ready)) gateway = Number(/"pid":(\d+)/.exec(line)?.[1]);
      });
      await expect.poll(() => gateway, { timeout: 60_000 }).not.toBeNull();
      npm.kill('SIGTERM');
      await expect.poll(() => isRunning(gateway ?? 0)).toBe(false);
    }
  },
  journeyMs,
);

describe('a lost password of the admin', () => {
  test(
    'is replaced on the data of a stopped gateway: sessions end, the record says so, and a wrong setting is named',
    async () => {
      const dataDir = openDirectory();
      const gateway = await openGateway({ dataDir });
      const before = await signIn(gateway.url, 'admin', gateway.password);
      const held = await run('src/reset-password.ts', ['admin', '--data', dataDir], {});
      expect([held.status, held.err]).toEqual([
        1,
        expect.stringMatching(/another gateway .* is running.*; stop it first$/),
      ]);
      await gateway.stop();

      const told = await run('src/reset-password.ts', ['admin', '--data', dataDir], {});
      expect([told.status, told.err]).toEqual([0, '']);
      const password =
        /^the new password of admin in \S+ \(shown this once\): (\S+)$/.exec(told.out)?.[1] ?? '';

      const again = await openGateway({ dataDir, password: gateway.password });
      expect(again.log().filter((line) => line.includes('ZHISHOU_ADMIN_PASSWORD'))).toHaveLength(1);
      await expect(signIn(again.url, 'admin', gateway.password)).rejects.toThrow();
      const old = await fetch(`${again.url}/api/v1/session`, {
        headers: { authorization: `Bearer ${before.token}` },
      });
      expect(old.status).toBe(401);
      const api = await signIn(again.url, 'admin', password);
      expect(await wholeJournal(api)).toContainEqual(
        expect.objectContaining({
          actor: 'system',
          event: 'user.changed',
          subject: 'user:admin',
          data: expect.objectContaining({ newPassword: true }),
        }),
      );
      await again.stop();
      expect((await openGateway({ dataDir, password })).log().join()).not.toContain('ZHISHOU_ADMIN_PASSWORD');
      expect(await verifyJournal(dataDir)).toContain('entries checked');
    },
    journeyMs,
  );

  test(
    'is not replaced for nobody, and makes no data where there are none',
    async () => {
      const dataDir = openDirectory();
      const none = await run('src/reset-password.ts', ['admin', '--data', join(dataDir, 'x')], {});
      expect([none.status, none.err]).toEqual([
        1,
        expect.stringContaining('there is no data of a gateway in'),
      ]);
      expect(existsSync(join(dataDir, 'x'))).toBe(false);
      await run('src/main.ts', [], { ZHISHOU_DATA_DIR: dataDir });
      const stranger = await run('src/reset-password.ts', ['bob', '--data', dataDir], {});
      expect([stranger.status, stranger.err]).toEqual([1, 'zhishou: there is no user bob; there are: admin']);
      expect((await run('src/reset-password.ts', [], {})).err).toContain(
        'usage: npm run reset-password -- USER',
      );
    },
    journeyMs,
  );
});

test(
  'a data directory that can never be is refused by name',
  async () => {
    const told = await run('src/main.ts', [], { ZHISHOU_DATA_DIR: '/proc/zhishou/data' });
    expect([told.status, told.err]).toEqual([
      1,
      expect.stringContaining('zhishou: cannot use /proc/zhishou/data: '),
    ]);
  },
  journeyMs,
);

test(
  'a console that is not built is a warning with its remedy, and the line about being ready says everything once',
  async () => {
    const dir = openDirectory();
    const told = await run('src/main.ts', [], {
      ZHISHOU_DATA_DIR: join(dir, 'data'),
      ZHISHOU_HTTP_CONSOLE_DIR: dir,
    });
    expect(told.status).toBe(0);
    expect(told.err).toContain('there is no built console; npm run prepare builds it');
    const ready = told.err.split('\n').find((line) => line.includes('"msg":"ready"')) ?? '';
    expect(ready.match(/"pid"/g)).toHaveLength(1);
  },
  journeyMs,
);
