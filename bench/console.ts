import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import mqtt from 'mqtt';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { z } from 'zod';
import type { Place } from '../src/model/place.ts';
import { openGateway, registerOne, removeDirectory, signInAt } from './own-gateway.ts';
import { atMost, type Bench, count, median, percentile } from './row.ts';

const executablePath = '/usr/bin/chromium';
const loads = 9;
const buildings = 50;
const homesEach = 20;
const openAlerts = buildings * homesEach;
const changesPerSecond = 50;
const floodMs = 20_000;
const steps = 60;
const presses = 10;

const homeOf = (building: number, door: number): Place => ({
  id: `h-${building}-${door}`,
  path: [
    { kind: 'community', id: 'bench', name: '幸福社区' },
    { kind: 'building', id: `b-${building}`, name: `${building}栋` },
    { kind: 'household', id: `h-${building}-${door}`, name: String(100 + door) },
  ],
  text: `幸福社区 ${building}栋${100 + door}`,
});

const busyMs = async (session: CDPSession): Promise<number> => {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
};

/** How long each hand on the page waited for the picture that answers it, in ms, by the browser's own account (rounded to 8 ms). */
const watchHands = async (page: Page): Promise<void> => {
  await page.addInitScript(`
    globalThis.hands = [];
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries())
        if (name === 'keydown' || name === 'click') globalThis.hands.push(duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  `);
};

/** Opens the page; resolves once the seat can act: its line is live and the board drawn. */
const openSeat = async (page: Page, url: string): Promise<void> => {
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('[data-health=live]').waitFor();
  await page.locator('.board').waitFor();
};

/** The seat in a browser: how much it loads, how soon it can act, and how it bears a flood. */
export const consolePage: Bench = {
  name: 'console',
  about: `the seat in Chromium: first load, and ${count(openAlerts)} open alerts with ${changesPerSecond} changes a second`,
  rows: async function* () {
    const gateway = await openGateway();
    // A profile of its own, as at a desk: what was fetched and compiled is kept from one visit to the next.
    const profile = await mkdtemp(join(tmpdir(), 'zhishou-bench-browser-'));
    let context: BrowserContext | null = null;
    const hubs: { readonly end: () => void }[] = [];
    try {
      const api = await signInAt(gateway);
      context = await chromium.launchPersistentContext(profile, {
        executablePath,
        args: ['--no-sandbox', '--disable-gpu'],
        viewport: { width: 1920, height: 1080 },
        reducedMotion: 'reduce',
      });
      await context.request.post(`${gateway.url}/api/v1/session`, {
        data: { username: 'admin', password: gateway.password },
      });

      const readyMs: number[] = [];
      for (let load = 0; load < loads; load += 1) {
        const page = await context.newPage();
        const startedAt = performance.now();
        await openSeat(page, gateway.url);
        readyMs.push(performance.now() - startedAt);
        await page.close();
      }
      // Reading the bodies takes time of its own: it is done in a visit that is not timed.
      const weighed = await context.newPage();
      const sizes: Promise<number>[] = [];
      weighed.on('response', (response) => {
        if (!/\.(js|css)$|\/$/.test(new URL(response.url()).pathname)) return;
        sizes.push(response.body().then((body) => gzipSync(body).length));
      });
      await openSeat(weighed, gateway.url);
      const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
      await weighed.close();
      yield atMost(400, {
        what: 'first load: page, scripts and styles',
        value: bytes / 1000,
        unit: 'kB gzip',
      });
      const [first = Number.NaN, ...later] = readyMs;
      yield atMost(1_000, {
        what: 'from the address to a seat that can act, in a browser that was there before, median',
        value: median(later),
        unit: 'ms',
        detail: `${later.length} visits, the slowest ${Math.max(...later).toFixed(0)} ms`,
      });
      yield atMost(1_000, {
        what: 'the same at the first visit of a browser that has just started',
        value: first,
        unit: 'ms',
      });

      const login = await registerOne(api, 'hub', 'hub');
      const doors: string[] = [];
      for (let building = 1; building <= buildings; building += 1)
        for (let door = 1; door <= homesEach; door += 1) {
          const id = `door-${building}-${door}`;
          doors.push(id);
          await api.post(
            '/devices',
            { id, type: 'door-sensor', hub: 'hub', place: homeOf(building, door) },
            z.unknown(),
          );
        }
      const hub = await mqtt.connectAsync(gateway.mqttUrl, { ...login, clientId: 'hub' });
      hubs.push({ end: () => void hub.end(true) });
      const tamper = (id: string): Promise<unknown> =>
        hub.publishAsync(`zhishou/v1/hubs/hub/devices/${id}/events`, '{"event":"tamper"}', { qos: 1 });
      for (const id of doors) await tamper(id);
      const pager = await registerOne(api, 'pager', 'call-button');
      const button = await mqtt.connectAsync(gateway.mqttUrl, { ...pager, clientId: 'pager' });
      hubs.push({ end: () => void button.end(true) });

      const page = await context.newPage();
      await watchHands(page);
      await page.goto(gateway.url);
      await page.locator('[data-building]').first().waitFor();
      await page.evaluate(
        'for (const fold of document.querySelectorAll("[data-building] .fold")) fold.click()',
      );
      await page.locator('.row').first().waitFor();
      const session = await context.newCDPSession(page);
      await session.send('Performance.enable');
      await pause(2_000);
      const restFrom = await busyMs(session);
      await pause(5_000);
      const restPerSecond = ((await busyMs(session)) - restFrom) / 5;

      let changes = 0;
      let flowing = true;
      const startedAt = performance.now();
      const flow = (async () => {
        while (flowing) {
          const due = ((performance.now() - startedAt) / 1000) * changesPerSecond;
          for (; changes < due; changes += 1) void tamper(doors[(changes * 37) % doors.length] ?? '');
          await pause(10);
        }
      })();
      const busyFrom = await busyMs(session);
      await pause(floodMs);
      const spentMs = (await busyMs(session)) - busyFrom;
      const elapsed = performance.now() - startedAt;
      yield atMost(10, {
        what: `main-thread time a change, ${count(openAlerts)} open and unfolded`,
        value: (spentMs - restPerSecond * (elapsed / 1000)) / changes,
        unit: 'ms',
        detail: `${(changes / (elapsed / 1000)).toFixed(0)} changes/s; ${((100 * spentMs) / elapsed).toFixed(0)} % of the thread, ${(restPerSecond / 10).toFixed(1)} % at rest`,
      });

      for (let step = 0; step < steps; step += 1) {
        await page.keyboard.press(step % 3 === 2 ? 'k' : 'j');
        if (step % 10 === 9) {
          await page.keyboard.press('o');
          await pause(150);
          await page.keyboard.press('Escape');
        }
        await pause(60);
      }
      const hands = await page.evaluate<number[]>('globalThis.hands');
      yield atMost(100, {
        what: 'a hand on the keyboard in that flood → the picture that answers it, slowest',
        value: percentile(hands, 1),
        unit: 'ms',
        detail: `${steps} keys, p50 ${median(hands).toFixed(0)} ms; what took less than 16 ms is not told by the browser`,
      });

      const shownMs: number[] = [];
      for (let press = 0; press < presses; press += 1) {
        const pressedAt = performance.now();
        await button.publishAsync('zhishou/v1/devices/pager/events', '{"event":"sos"}', { qos: 1 });
        await page.locator('[data-call]').waitFor();
        shownMs.push(performance.now() - pressedAt);
        const { alerts } = await api.get(
          '/alerts?open=true&priority=critical',
          z.object({ alerts: z.array(z.object({ id: z.string() })) }),
        );
        for (const { id } of alerts)
          await api.post(`/alerts/${id}/close`, { disposition: 'test' }, z.unknown());
        await page.locator('[data-call]').waitFor({ state: 'detached' });
      }
      yield atMost(500, {
        what: 'press in that flood → on the screen over everything, slowest',
        value: percentile(shownMs, 1),
        unit: 'ms',
        detail: `${presses} presses, p50 ${median(shownMs).toFixed(0)} ms`,
      });
      flowing = false;
      await flow;
    } finally {
      for (const each of hubs) each.end();
      await context?.close();
      await rm(profile, { recursive: true, force: true });
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
  },
};
