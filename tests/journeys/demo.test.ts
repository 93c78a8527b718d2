import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { signIn } from '../../simulator/api-client.ts';
import { journeyMs } from './street.ts';

it(
  'the demonstration prints where it is and a login that works, and leaves nothing behind when it is stopped',
  async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'zhishou-demo-test-'));
    const demo = spawn(process.execPath, ['simulator/demo.ts'], {
      env: {
        ...process.env,
        ZHISHOU_MQTT_PORT: '0',
        ZHISHOU_HTTP_PORT: '0',
        ZHISHOU_VOICE_PORT: '0',
        TMPDIR: temporary,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(demo, 'exit');
    const said: string[] = [];
    try {
      for await (const line of createInterface({ input: demo.stdout })) {
        said.push(line);
        if (line.includes('devices live on the street')) break;
      }
      const ready = said.find((line) => line.startsWith('zhishou ready '));
      expect(JSON.parse((ready ?? '').slice('zhishou ready '.length))).toMatchObject({
        mqtt: expect.any(Number),
        http: expect.any(Number),
        pid: expect.any(Number),
        version: expect.any(String),
      });
      const all = said.join('\n');
      const url = /Console +(\S+)/.exec(all)?.[1] ?? '';
      const [, username = '', password = ''] = /Login +(\S+) +(\S+)/.exec(all) ?? [];
      expect((await signIn(url, username, password)).user.role).toBe('operator');
    } finally {
      demo.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(await readdir(temporary)).toEqual([]);
    await rm(temporary, { recursive: true });
  },
  journeyMs,
);
