import { createSocket } from 'node:dgram';
import { expect, test, vi } from 'vitest';
import { startGateway } from '../../simulator/gateway-process.ts';

// On a busy machine the media process needs many seconds to begin, and one that could not rests before it is tried again.
const patience = { timeout: 60_000 };
vi.setConfig({ testTimeout: 180_000 });

test('a gateway whose sound has no port takes presses all the same, says so, and is well again once the port is free', async () => {
  const other = createSocket('udp4');
  await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
  const gateway = await startGateway({
    env: { ZHISHOU_VOICE_PORT: String(other.address().port) },
  });
  try {
    const ready = async (): Promise<unknown> => (await fetch(`${gateway.url}/readyz`)).json();
    const figure = async (): Promise<string | undefined> =>
      /^zhishou_voice_failing (\d)$/m.exec(await (await fetch(`${gateway.url}/metrics`)).text())?.[1];
    await expect
      .poll(ready, patience)
      .toEqual({ ok: true, warnings: ['voice: calls have no sound; the log says why'] });
    expect(await figure()).toBe('1');
    await new Promise<void>((resolve) => other.close(() => resolve()));
    await expect.poll(ready, patience).toEqual({ ok: true, warnings: [] });
    expect(await figure()).toBe('0');
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  } finally {
    await gateway.kill();
  }
});
