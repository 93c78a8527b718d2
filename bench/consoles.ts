import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import mqtt from 'mqtt';
import WebSocket from 'ws';
import type { ApiClient } from '../simulator/api-client.ts';
import { openGateway, register, removeDirectory, signInAt } from './own-gateway.ts';
import { atMost, type Bench, count, every, percentile } from './row.ts';

const consoleCount = 20;
const pagerCount = 40;
const pressesPerSecond = 400;
const pressEveryMs = 20;
const shortestFlowMs = 15_000;
const longestFlowMs = 90_000;
/** The flow goes on for this long after the stalled console was closed, so that the closing itself is in the figures. */
const afterwardsMs = 3_000;
const lastArrivesWithinMs = 10_000;
const tooSlow = 4008;

type Change = { type: string; event?: string; alert?: { device: string; count: number } };

const openConsole = async (api: ApiClient): Promise<WebSocket> => {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/api/v1/live`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  await once(socket, 'open');
  return socket;
};

/** Consoles of which one has stopped reading. */
export const consoles: Bench = {
  name: 'consoles',
  about: `${consoleCount} consoles and one that stopped reading, while changes flow`,
  rows: async function* () {
    let closedAt: number | null = null;
    let stalled: WebSocket | null = null;
    const gateway = await openGateway({
      onLog: (line) => {
        if (closedAt !== null || !line.includes(`"code":${tooSlow}`)) return;
        closedAt = performance.now();
        // Only who reads again can hear why it was closed.
        stalled?.resume();
      },
    });
    const open: { readonly end: () => void }[] = [];
    try {
      const api = await signInAt(gateway);
      const logins = await register(api, 'pager', 'call-button', pagerCount);
      const pagers = await Promise.all(
        logins.map(async (login) => {
          const pager = await mqtt.connectAsync(gateway.mqttUrl, { ...login, clientId: login.username });
          open.push({ end: () => void pager.end(true) });
          return { device: login.username, pager, presses: 0 };
        }),
      );
      const publishedAt = new Map<string, number>();
      const delays = await Promise.all(
        Array.from({ length: consoleCount }, async () => {
          const socket = await openConsole(api);
          open.push({ end: () => socket.terminate() });
          const own: number[] = [];
          socket.on('message', (data) => {
            const { type, event, alert } = JSON.parse(String(data)) as Change;
            if (type !== 'change' || alert === undefined || !event?.startsWith('raised')) return;
            const at = publishedAt.get(`${alert.device} ${alert.count}`);
            if (at !== undefined) own.push(performance.now() - at);
          });
          return own;
        }),
      );
      const late = await openConsole(api);
      stalled = late;
      open.push({ end: () => late.terminate() });
      const code = once(late, 'close').then(([given]) => Number(given));
      late.pause();

      const startedAt = performance.now();
      const elapsedMs = (): number => performance.now() - startedAt;
      let presses = 0;
      while (
        elapsedMs() < shortestFlowMs ||
        (elapsedMs() < longestFlowMs && (closedAt === null || performance.now() < closedAt + afterwardsMs))
      ) {
        const due = (elapsedMs() / 1000) * pressesPerSecond;
        for (; presses < due; presses += 1) {
          const one = pagers[presses % pagerCount];
          if (one === undefined) continue;
          one.presses += 1;
          publishedAt.set(`${one.device} ${one.presses}`, performance.now());
          one.pager.publish(`zhishou/v1/devices/${one.device}/events`, '{"event":"sos"}', { qos: 1 });
        }
        await pause(pressEveryMs);
      }
      const flowMs = elapsedMs();
      for (
        let waitedMs = 0;
        waitedMs < lastArrivesWithinMs && delays.some((own) => own.length < presses);
        waitedMs += pressEveryMs
      )
        await pause(pressEveryMs);

      yield every(consoleCount * presses, {
        what: `changes received by ${consoleCount} consoles`,
        value: delays.reduce((sum, own) => sum + own.length, 0),
        detail: `${count(presses / (flowMs / 1000))} presses/s for ${(flowMs / 1000).toFixed(0)} s`,
      });
      const all = delays.flat();
      yield atMost(100, {
        what: `press → each of ${consoleCount} consoles beside a stalled one, p99 of the slowest console`,
        value: Math.max(...delays.map((own) => percentile(own, 0.99))),
        unit: 'ms',
        detail: `p50 of all ${percentile(all, 0.5).toFixed(1)} ms, slowest ${percentile(all, 1).toFixed(1)} ms`,
      });
      const heard = await Promise.race([code, pause(lastArrivesWithinMs, null, { ref: false })]);
      yield every(1, {
        what: `the stalled console is closed with ${tooSlow}`,
        value: heard === tooSlow ? 1 : 0,
        detail:
          closedAt === null
            ? `not closed within ${(flowMs / 1000).toFixed(0)} s`
            : `it heard ${heard ?? 'nothing'}, ${((closedAt - startedAt) / 1000).toFixed(1)} s after it stopped reading`,
      });
    } finally {
      for (const each of open) each.end();
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
  },
};
