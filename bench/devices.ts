import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { GatewayProcess } from '../simulator/gateway-process.ts';
import { type Child, startChild } from './child.ts';
import type { CrowdOrder, CrowdSaid } from './crowd.ts';
import { type Login, metric, openGateway, removeDirectory } from './own-gateway.ts';
import { prepareDirectory } from './prepared-directory.ts';
import { atMost, type Bench, count } from './row.ts';

const deviceCount = 10_000;
const returning = 5_000;
const idleMs = 15_000;
const sampleEveryMs = 1_000;
const allInWithinMs = 60_000;
/** What a gateway has open beside its devices. */
const otherFiles = 200;

type Crowd = Child<CrowdOrder, CrowdSaid>;

const now = (): number => performance.timeOrigin + performance.now();

/** The most files that a process may have open here; the gateway raises its own limit to it. Unknown where the machine does not say. */
const mostOpenFiles = (): number => {
  try {
    const line = readFileSync('/proc/self/limits', 'utf8')
      .split('\n')
      .find((one) => one.startsWith('Max open files'));
    return Number(line?.split(/\s{2,}/)[2] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
};

const gather = (gateway: GatewayProcess, logins: readonly Login[]): Crowd => {
  const crowd: Crowd = startChild('./crowd.ts');
  crowd.tell({ order: 'connect', port: gateway.mqtt, logins });
  return crowd;
};

const resident = async (gateway: GatewayProcess): Promise<number> =>
  (await metric(gateway, 'process_resident_memory_bytes')) / 1e6;
const connected = (gateway: GatewayProcess): Promise<number> =>
  metric(gateway, 'zhishou_broker{what="connections"}');

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A street that is connected, and one that comes back all at once. */
export const devices: Bench = {
  name: 'devices',
  about: `${count(deviceCount)} devices that are connected, and ${count(returning)} that return together`,
  rows: async function* () {
    if (mostOpenFiles() < deviceCount + otherFiles)
      throw new Error(
        `a process may open ${mostOpenFiles()} files here, too few for ${deviceCount} devices: raise \`ulimit -n\``,
      );
    const { dir, logins } = await prepareDirectory({ devices: deviceCount, entries: deviceCount });
    const crowds: Crowd[] = [];
    let gateway = await openGateway({ dataDir: dir });
    try {
      const alone = await resident(gateway);
      crowds.push(gather(gateway, logins.slice(0, returning)), gather(gateway, logins.slice(returning)));
      await Promise.all(crowds.map((crowd) => crowd.next('all-in', allInWithinMs)));
      let most = 0;
      for (let waitedMs = 0; waitedMs < idleMs; waitedMs += sampleEveryMs) {
        await pause(sampleEveryMs);
        most = Math.max(most, await resident(gateway));
      }
      const connections = await connected(gateway);
      if (connections !== deviceCount) throw new Error(`only ${connections} devices are connected`);
      yield atMost(600, {
        what: `resident memory with ${count(deviceCount)} devices connected and idle, most in ${seconds(idleMs)}`,
        value: most,
        unit: 'MB',
        detail: `${count(alone)} MB with none connected`,
      });

      const [crowd, others] = crowds;
      if (crowd === undefined || others === undefined) throw new Error('there are two crowds');
      crowd.tell({ order: 'cut' });
      const cut = await crowd.next('cut', allInWithinMs);
      const back = await crowd.next('all-in', allInWithinMs);
      yield atMost(10, {
        what: `${count(returning)} devices lose their connection and are all in again, beside ${count(deviceCount - returning)} that stay`,
        value: (back.at - cut.at) / 1000,
        unit: 's',
        detail: `${count(back.attempts)} attempts`,
      });
      await others.end();

      for (const [how, end] of [
        ['stopped', () => gateway.stop()],
        ['killed', () => gateway.kill()],
      ] as const) {
        const endedAt = now();
        await end();
        gateway = await openGateway({
          dataDir: dir,
          password: gateway.password,
          env: { ZHISHOU_MQTT_PORT: String(gateway.mqtt) },
        });
        const readyAt = now();
        const { at, attempts } = await crowd.next('all-in', allInWithinMs);
        yield atMost(10, {
          what: `the gateway is ${how} and started again: from ready until ${count(returning)} devices are all in`,
          value: (at - readyAt) / 1000,
          unit: 's',
          detail: `${seconds(at - endedAt)} since it was ${how}, ready after ${seconds(readyAt - endedAt)}, ${count(attempts)} attempts`,
        });
      }
    } finally {
      await Promise.all(crowds.map((crowd) => crowd.end()));
      await gateway.stop();
      removeDirectory(dir);
    }
  },
};
