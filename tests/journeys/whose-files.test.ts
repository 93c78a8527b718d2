import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { journeyMs, openDirectory, openGateway } from './street.ts';

test(
  'what the gateway keeps of people is for its owner alone, also in a directory that everybody may enter, and one that was open is closed at the next start',
  async () => {
    const dataDir = openDirectory();
    chmodSync(dataDir, 0o755);
    const env = { ZHISHOU_HTTP_TLS: 'true' };
    const openFiles = (): string[] =>
      readdirSync(dataDir).filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0);
    const first = await openGateway({ dataDir, env });
    expect(readdirSync(dataDir)).toContain('zhishou.db');
    // Only what the seats are to trust is for everybody.
    expect(openFiles()).toEqual(['tls-authority.crt']);
    await first.stop();
    chmodSync(join(dataDir, 'zhishou.db'), 0o644);
    await openGateway({ dataDir, env });
    expect(openFiles()).toEqual(['tls-authority.crt']);
  },
  journeyMs,
);
