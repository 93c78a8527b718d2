import { fork } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { recordingHead } from '../../src/voice/wav.ts';

const isThere = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

vi.setConfig({ testTimeout: 120_000 });

test('a gateway that is killed in a call takes its media process along, which finishes the recording first', async () => {
  const gateway = fork(join(import.meta.dirname, 'lone-gateway.ts'), { execArgv: [] });
  try {
    const { pid, dir } = await new Promise<{ pid: number; dir: string }>((resolve) =>
      gateway.once('message', (message) => resolve(message as { pid: number; dir: string })),
    );
    expect(isThere(pid)).toBe(true);
    gateway.kill('SIGKILL');
    await expect.poll(() => isThere(pid)).toBe(false);
    const path = join(dir, 'call.wav');
    expect(readFileSync(path).readUInt32LE(54)).toBe(statSync(path).size - recordingHead);
    rmSync(dir, { recursive: true });
  } finally {
    gateway.kill('SIGKILL');
  }
});
