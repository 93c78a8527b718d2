import { cp, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signIn } from '../../simulator/api-client.ts';
import { GatewayNotReadyError, type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { journeyMs } from './street.ts';

vi.setConfig({ testTimeout: journeyMs });

let dir: string;
let rulesDir: string;
let gateway: GatewayProcess | null = null;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zhishou-rule-files-'));
  rulesDir = join(dir, 'rules');
  await cp('config/rules', rulesDir, { recursive: true });
});
afterEach(async () => {
  await gateway?.kill();
  gateway = null;
  await rm(dir, { recursive: true });
});

/** Saves a file of rules in one step, as editors do. */
const save = async (name: string, text: string): Promise<void> => {
  await writeFile(join(rulesDir, `.${name}`), text);
  await rename(join(rulesDir, `.${name}`), join(rulesDir, name));
};

const waiting = new Set<() => void>();
const start = async (password?: string): Promise<GatewayProcess> => {
  gateway = await startGateway({
    dataDir: join(dir, 'data'),
    ...(password === undefined ? {} : { password }),
    env: { ZHISHOU_RULES_DIR: rulesDir },
    onLog: () => {
      for (const look of waiting) look();
    },
  });
  return gateway;
};
/** Resolves once the gateway has logged a line with this text for the `times`-th time. */
const logged = (running: GatewayProcess, text: string, times = 1): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (running.log().filter((line) => line.includes(text)).length < times) return;
      waiting.delete(look);
      resolve();
    };
    waiting.add(look);
    look();
  });

const tokenAt = async ({ url, password }: GatewayProcess): Promise<string> =>
  (await signIn(url, 'admin', password)).token;
type Answer = { readonly warnings?: readonly string[]; readonly rules?: readonly { readonly id: string }[] };
const get = async ({ url }: GatewayProcess, path: string, token = ''): Promise<Answer> => {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as Answer;
};

test('a first start with bad rules lists every problem and ends with status 2', async () => {
  await save('a.yaml', 'rules: [');
  await save('b.yaml', 'source: b\nrules:\n  - { id: b }\n');
  const failure = await start().then(
    () => null,
    (error: unknown) => error as GatewayNotReadyError,
  );
  expect(failure).toBeInstanceOf(GatewayNotReadyError);
  expect(failure?.ending).toMatchObject({ code: 2 });
  expect(failure?.log.join('\n')).toMatch(/a\.yaml:1:\d+: .*b\.yaml:3:\d+: /s);
});

test('rules are edited under a running gateway: good ones are in force at once, bad ones cost nothing and ring quietly, across a restart too', async () => {
  const running = await start();
  const token = await tokenAt(running);
  expect(await get(running, '/api/v1/rules', token)).toMatchObject({ version: 1, problems: [] });

  await save('more.yaml', 'source: more\nrules:\n  - { id: b }\n');
  await logged(running, 'the old rules stay in force');
  expect(await get(running, '/readyz')).toMatchObject({ ok: true });
  expect((await get(running, '/readyz')).warnings?.[0]).toContain('more.yaml:3:');
  await expect
    .poll(() => get(running, '/api/v1/alerts?open=true', token))
    .toMatchObject({ alerts: [{ kind: 'system', device: 'system', active: true }] });
  expect(await (await fetch(`${running.url}/metrics`)).text()).toMatch(/zhishou_rule_file_problems [1-9]/);
  process.kill(running.pid, 'SIGHUP');
  await logged(running, 'the old rules stay in force', 2);

  await running.stop();
  const again = await start(running.password);
  await logged(again, 'the old rules stay in force');
  const tokenAgain = await tokenAt(again);
  expect(await get(again, '/api/v1/alerts?open=true', tokenAgain)).toMatchObject({
    alerts: [{ kind: 'system', active: true, count: 1 }],
  });

  const alert = '{ kind: battery, priority: low, title: { zh: 电, en: Battery } }';
  const rule = `{ id: b, kind: threshold, types: [siren], when: { measurement: battery, below: 5 }, alert: ${alert} }`;
  await save('more.yaml', `source: more\nrules:\n  - ${rule}\n`);
  await logged(again, 'new rules are in force');
  await expect
    .poll(() => get(again, '/api/v1/rules', tokenAgain))
    .toMatchObject({ version: 2, problems: [], differing: [] });
  const inForce = (await get(again, '/api/v1/rules', tokenAgain)).rules?.map(({ id }) => id);
  expect(inForce).toContain('b');
  await expect
    .poll(() => get(again, '/api/v1/alerts?open=true', tokenAgain))
    .toMatchObject({ alerts: [{ kind: 'system', active: false }] });
  expect(await get(again, '/readyz')).toEqual({ ok: true, warnings: [] });

  await save('more.yaml', 'source: more\nrules: [');
  await logged(again, 'the old rules stay in force', 2);
  await save('more.yaml', `source: more\nrules:\n  - ${rule}\n`);
  await logged(again, 'the files of rules are right again');

  await rm(join(rulesDir, 'co.yaml'));
  await logged(again, 'rules about life are gone');
  expect(again.log().findLast((line) => line.includes('rules about life are gone'))).toContain('"co-flag"');
  await expect
    .poll(async () => (await get(again, '/readyz')).warnings)
    .toContain('rules: co-flag is gone, which raised co');
});
