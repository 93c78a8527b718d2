import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { signIn } from '../../simulator/api-client.ts';
import {
  dial,
  followFeed,
  journeyMs,
  openDirectory,
  openGateway,
  register,
  say,
  verifyJournal,
} from './street.ts';

const SystemAlerts = z.object({
  alerts: z.array(z.object({ rule: z.object({ id: z.string() }).nullable(), active: z.boolean() })),
});
const patience = { timeout: 60_000, interval: 100 };

test('a daily backup that fails rings until one is made, and a street that was lost comes back from it', {
  timeout: journeyMs,
}, async () => {
  const place = openDirectory();
  const folder = join(place, 'disk', 'backups');
  writeFileSync(join(place, 'disk'), 'not mounted');
  const options = {
    dataDir: join(place, 'data'),
    password: 'a password',
    env: { ZHISHOU_BACKUP_DIR: folder },
  };
  const first = await openGateway(options);
  const desk = await signIn(first.url, 'admin', options.password);
  const line = { gateway: first };
  const pager = dial(line, 'pager-1', await register(desk, 'pager-1', 'call-button'));
  await say(pager, 'events', { event: 'sos', id: 'press-1' });
  const ringing = async (at: { readonly url: string }): Promise<readonly string[]> => {
    const api = await signIn(at.url, 'admin', options.password);
    const { alerts } = await api.get('/alerts?open=true', SystemAlerts);
    return alerts.flatMap(({ rule, active }) => (active && rule?.id === 'backup' ? [rule.id] : []));
  };
  const warnings = async ({ url }: { readonly url: string }): Promise<unknown> =>
    ((await (await fetch(`${url}/readyz`)).json()) as { warnings: unknown }).warnings;
  await expect.poll(() => ringing(first), patience).toEqual(['backup']);
  expect(await warnings(first)).toEqual(['backup: the last one failed']);
  expect(await (await fetch(`${first.url}/metrics`)).text()).toContain('zhishou_backup_failing 1');
  const before = followFeed(first, desk);
  const hello = await before.until(({ type }) => type === 'hello');
  expect((await first.stop()).code).toBe(0);

  // Somebody mounts the disk.
  rmSync(join(place, 'disk'));
  const second = await openGateway(options);
  await expect.poll(() => ringing(second), patience).toEqual([]);
  expect(await warnings(second)).toEqual([]);
  await second.kill();
  rmSync(options.dataDir, { recursive: true });

  const [backup = '', ...others] = readdirSync(folder);
  expect(backup).toMatch(/^zhishou-\d{4}-\d{2}-\d{2}T\d{6}Z$/);
  expect(others).toEqual([]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    'src/store/restore.ts',
    join(folder, backup),
    options.dataDir,
  ]);
  expect(stdout).toMatch(/\d+ entries and \d+ readings restored, as of 20/);
  expect(await verifyJournal(options.dataDir)).toContain('entries checked');
  const third = await openGateway(options);
  const back = await signIn(third.url, 'admin', options.password);
  const { alerts } = await back.get(
    '/alerts?open=true',
    z.object({ alerts: z.array(z.object({ kind: z.string(), device: z.string() })) }),
  );
  expect(alerts).toContainEqual({ kind: 'sos', device: 'pager-1' });
  // The numbers of before may stand for something else now: the feed has another name.
  const after = followFeed(third, back);
  const other = await after.until(({ type }) => type === 'hello');
  if (hello.type !== 'hello' || other.type !== 'hello') throw new Error('no hello');
  expect(other.feed).not.toBe(hello.feed);
});
