import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import { Alert } from '../../src/model/alert.ts';
import { Household } from '../../src/model/household.ts';
import { journeyMs, openGateway } from './street.ts';

test(
  'who copies the README from an empty gateway has a home, its card, and a press on the board',
  async () => {
    const readme = readFileSync('README.md', 'utf8');
    const lines = /## Talk to it[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const gateway = await openGateway();
    const script = lines
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${gateway.http}`)
      .replaceAll('-p 1883', `-p ${gateway.mqtt}`);
    const run = (lines: string, password: string) =>
      promisify(execFile)('bash', ['-euc', lines], {
        env: { ...process.env, ZHISHOU_ADMIN_PASSWORD: password },
      });
    // What is refused is told, and not swallowed on the way into a variable.
    const [asking] = script.split('# A button in a home.');
    const refused = await run(asking ?? '', 'not the password');
    expect([refused.stdout, refused.stderr]).toEqual(['', expect.stringContaining('"error"')]);
    const { stdout, stderr } = await run(script, gateway.password);
    expect(stderr).not.toContain('"error"');
    expect(stdout).not.toContain('"error"');
    const api = await signIn(gateway.url, 'admin', gateway.password);
    const { alerts } = await api.get('/alerts?open=true', z.object({ alerts: z.array(Alert) }));
    expect(alerts).toMatchObject([
      { kind: 'sos', device: 'pager-1101', place: { id: 'b2-1101', text: '锦绣社区 2栋 1101' } },
    ]);
    expect(stdout).toContain(alerts[0]?.id);
    expect(await api.get('/households/b2-1101', Household)).toMatchObject({
      residents: [{ name: '张秀英' }],
      contacts: [{ hasKey: true }],
    });
  },
  journeyMs,
);
