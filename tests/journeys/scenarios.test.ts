import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { type RunReport, runScenario } from '../../simulator/run-scenario.ts';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { buildStreet, readStreetPlan } from '../../simulator/street.ts';
import { copyRulebook } from './street.ts';

const street = buildStreet(readStreetPlan(), 3);
const longestMs = 180_000;

// The long ones first: they wait, and the others are played meanwhile.
const played: readonly { readonly name: string; readonly devices: number; readonly speed?: number }[] = [
  { name: 'fire-in-a-tower', devices: 30 },
  { name: 'nobody-answers', devices: 10 },
  { name: 'garbage', devices: 30 },
  { name: 'quiet-day', devices: 30, speed: 28_800 },
  { name: 'gas-leak', devices: 30, speed: 240 },
  { name: 'sos-with-voice', devices: 10 },
  { name: 'call-lost-in-the-middle', devices: 10 },
  { name: 'two-at-once', devices: 10 },
  { name: 'storm', devices: 80 },
  { name: 'reconnect-storm', devices: 80 },
  { name: 'sos-press', devices: 20 },
  { name: 'bad-clock', devices: 20 },
  { name: 'duplicates-and-retained', devices: 20 },
];

// What follows when smoke has gone does not depend on how long it must stay away first; half a minute would be spent on waiting.
const smokeGoesSooner = {
  file: 'fire.yaml',
  from: 'off-delay: 30s\n    re-alarm',
  to: 'off-delay: 2s\n    re-alarm',
};

const playAt = (
  gateway: GatewayProcess,
  name: string,
  devices: number,
  speed?: number,
): Promise<RunReport> => {
  const scenario = scenarios.get(name);
  if (scenario === undefined) throw new RangeError(`there is no scenario ${name}`);
  return runScenario(scenario, {
    url: gateway.url,
    mqttUrl: gateway.mqttUrl,
    username: 'admin',
    password: gateway.password,
    street,
    seed: 3,
    devices,
    speed: speed ?? scenario.defaults.speed,
    tidyUp: false,
  });
};

describe('on the simulated street', () => {
  let gateway: GatewayProcess;
  let rulesDir: string;
  let gatewayWithoutGas: GatewayProcess;
  beforeAll(async () => {
    rulesDir = await mkdtemp(join(tmpdir(), 'zhishou-rules-'));
    copyRulebook(rulesDir, { without: ['gas.yaml'], edits: [smokeGoesSooner] });
    gateway = await startGateway();
    gatewayWithoutGas = await startGateway({ env: { ZHISHOU_RULES_DIR: rulesDir } });
  });
  afterAll(async () => {
    await Promise.all([gateway.stop(), gatewayWithoutGas.stop()]);
    await rm(rulesDir, { recursive: true });
  });

  it('every scenario there is is played here', ({ expect }) => {
    expect(played.map(({ name }) => name).sort()).toEqual([...scenarios.keys()].sort());
  });

  it.concurrent.for(played)(
    'everything follows that must follow from $name',
    { timeout: longestMs },
    async ({ name, devices, speed }, { expect }) => {
      const { outcomes } = await playAt(
        name === 'fire-in-a-tower' ? gatewayWithoutGas : gateway,
        name,
        devices,
        speed,
      );
      expect(outcomes.filter(({ outcome }) => outcome !== 'held')).toEqual([]);
    },
  );

  it.concurrent('a gas leak that rings nobody, for want of a rule, is reported as a failure and not passed over', {
    timeout: longestMs,
  }, async ({ expect }) => {
    const report = await playAt(gatewayWithoutGas, 'gas-leak', 10, 600);
    expect(report.passed).toBe(false);
    const outcomeOf = (name: string) => report.outcomes.find((each) => each.name === name)?.outcome;
    expect(outcomeOf('rising')).toBe('failed');
    expect(outcomeOf('dangerous')).toBe('not-reached');
  });
});
