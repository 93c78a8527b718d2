import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { deviceTypes } from '../devices/index.ts';
import { createAgenda } from './agenda.ts';
import { signIn } from './api-client.ts';
import { createClock } from './clock.ts';
import { createFleet } from './fleet.ts';
import { planFleet } from './fleet-plan.ts';
import { type GatewayProcess, startGateway } from './gateway-process.ts';
import { randomFrom } from './random.ts';
import { registerCards, registerDevices } from './registration.ts';
import { buildStreet, readStreetPlan } from './street.ts';

/** The first press comes soon enough for a visitor to see it, then something every few minutes. */
const firstPressMs = 20_000;
const nextMs = { least: 120_000, spread: 240_000 };
const seed = 1;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values: options } = parseArgs({ options: { devices: { type: 'string', default: '200' } } });
const count = Number(options.devices);
if (!Number.isInteger(count) || count < 10 || count > 2000) {
  process.stderr.write('usage: npm run demo [-- --devices 10..2000]\n');
  process.exit(2);
}

const { ZHISHOU_DATA_DIR: dataDir, ZHISHOU_ADMIN_PASSWORD: password } = process.env;
let gateway: GatewayProcess;
try {
  gateway = await startGateway({
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(password === undefined ? {} : { password }),
    // The demo asks for the ports a gateway has by default, unless told otherwise.
    env: {
      ZHISHOU_MQTT_PORT: process.env.ZHISHOU_MQTT_PORT ?? '1883',
      ZHISHOU_HTTP_PORT: process.env.ZHISHOU_HTTP_PORT ?? '8080',
    },
  });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.stderr.write(
    'The demo could not start its gateway. Other ports: ZHISHOU_MQTT_PORT=0 ZHISHOU_HTTP_PORT=0 npm run demo\n',
  );
  process.exit(1);
}
say(gateway.readyLine);

const agenda = createAgenda();
const fleet = createFleet(gateway.mqttUrl, deviceTypes, agenda, seed);
let stopping = false;
const stop = async (status: number): Promise<void> => {
  if (stopping) return;
  stopping = true;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  await Promise.race([fleet.close(), gateway.ended]);
  await gateway.stop();
  process.exit(status);
};
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
void gateway.ended.then(() => stop(1));

const api = await signIn(gateway.url, 'admin', gateway.password);
const street = buildStreet(readStreetPlan(), seed);
const plan = planFleet(street, count, seed, 'demo');
const secrets = await registerDevices(api, plan);
const homes = new Set(plan.map(({ place }) => place.id));
await registerCards(
  api,
  street.homes.filter(({ place }) => homes.has(place.id)),
);
const operatorPassword = randomBytes(9).toString('base64url');
try {
  await api.post(
    '/users',
    { username: 'operator', password: operatorPassword, name: '值班员', role: 'operator' },
    z.unknown(),
  );
} catch {
  // A street that was kept from an earlier run has its operator already.
  await api.patch('/users/operator', { password: operatorPassword }, z.unknown());
}
fleet.install(plan, secrets);
await fleet.connect();
const now = Date.now();
fleet.startReporting(createClock(now, now, 1));

say('');
say(`  值班台 / console   ${gateway.url}/`);
say(`  operator           ${operatorPassword}`);
say(`  admin              ${gateway.password}`);
say(`  ${plan.length} simulated devices report. Somebody will press the button in ${firstPressMs / 1000} s.`);

const random = randomFrom(seed, 'demo');
const pick = (type: string): string | undefined => {
  const those = plan.filter((device) => device.type === type);
  return those[Math.floor(random.next() * those.length)]?.id;
};
const tell = (what: string, device: string): void =>
  say(`  ${new Date().toLocaleTimeString()} ${what}: ${device}`);
const pressButton = (): void => {
  const id = pick('call-button');
  if (id === undefined) return;
  tell('SOS', id);
  void fleet.device(id).press();
};
const raiseSmoke = (): void => {
  const id = pick('smoke-alarm');
  if (id === undefined) return;
  tell('smoke', id);
  void fleet
    .device(id)
    .report({ at: Date.now(), values: { smoke: true, smoke_density: 8, temperature: 41 } });
};
const leakGas = (): void => {
  const id = pick('gas-detector');
  if (id === undefined) return;
  tell('gas', id);
  void fleet.device(id).report({ at: Date.now(), values: { gas_lel: 27 } });
};
const incidents = [pressButton, raiseSmoke, pressButton, leakGas];
const happen = (index: number): void => {
  incidents[index % incidents.length]?.();
  agenda.at(Date.now() + nextMs.least + random.next() * nextMs.spread, () => happen(index + 1));
};
agenda.at(Date.now() + firstPressMs, () => happen(0));

if (process.stdin.isTTY) {
  say('  keys: s = press the button · f = smoke · g = gas · q = quit');
  process.stdin.setRawMode(true);
  process.stdin.on('data', (keys) => {
    for (const key of keys.toString()) {
      if (key === 's') pressButton();
      else if (key === 'f') raiseSmoke();
      else if (key === 'g') leakGas();
      else if (key === 'q' || key === '\u0003') void stop(0);
    }
  });
} else say('  Ctrl-C stops everything.');
