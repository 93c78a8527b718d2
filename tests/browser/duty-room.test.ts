import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type ApiClient, signIn } from '../../simulator/api-client.ts';
import { type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { optional } from '../optional.ts';

const executablePath = '/usr/bin/chromium';
const place = {
  id: 'h-501',
  path: [
    { kind: 'community', id: 'xf', name: '幸福社区' },
    { kind: 'household', id: 'h-501', name: '501' },
  ],
  text: '幸福社区 3栋2单元501',
};

optional('Chromium', existsSync(executablePath))('the duty room in a real browser', () => {
  const profile = mkdtempSync(join(tmpdir(), 'zhishou-chromium-'));
  const data = mkdtempSync(join(tmpdir(), 'zhishou-browser-'));
  let gateway: GatewayProcess;
  let api: ApiClient;
  let browser: Browser;
  const pagers: MqttClient[] = [];

  const press = async (id: string): Promise<void> => {
    const pager = pagers.find(({ options }) => options.username === id);
    await pager?.publishAsync(`zhishou/v1/devices/${id}/events`, JSON.stringify({ event: 'sos' }), {
      qos: 1,
    });
  };

  const takeSeat = async (
    username: string,
    password: string,
  ): Promise<{ context: BrowserContext; page: Page }> => {
    // The test's own questions to the page are text, which the page's policy rightly refuses to run.
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(gateway.url);
    await page.fill('input[name=username]', username);
    await page.fill('input[name=password]', password);
    await page.click('button[type=submit]');
    await page.waitForSelector('[data-line=open]');
    return { context, page };
  };

  beforeAll(async () => {
    gateway = await startGateway({ dataDir: data });
    api = await signIn(gateway.url, 'admin', gateway.password);
    for (const id of ['pager-1', 'pager-2']) {
      const { secret } = await api.post(
        '/devices',
        { id, type: 'call-button', place },
        z.object({ secret: z.string() }),
      );
      pagers.push(await mqtt.connectAsync(gateway.mqttUrl, { username: id, password: secret, clientId: id }));
    }
    await api.put(
      '/households/h-501',
      { place: 'h-501', warnings: ['deaf'], residents: [{ name: '王秀英' }] },
      z.unknown(),
    );
    await api.post('/users', { username: 'li', password: 'a-long-password', role: 'operator' }, z.unknown());
    browser = await chromium.launch({
      executablePath,
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        `--disk-cache-dir=${profile}`,
      ],
    });
  });

  afterAll(async () => {
    for (const pager of pagers) pager.end(true);
    await browser?.close();
    await gateway?.kill();
    rmSync(profile, { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
  });

  test('a press comes up over everything with its home, sounds until it is taken, and is closed with what happened', async () => {
    const seat = await takeSeat('li', 'a-long-password');
    const other = await takeSeat('admin', gateway.password);
    await press('pager-1');
    const call = await seat.page.waitForSelector('[data-call]');
    expect(await call.textContent()).toContain('幸福社区 3栋2单元501');
    await seat.page.waitForFunction(`document.querySelector('[data-call]')?.textContent?.includes('王秀英')`);
    await seat.page.waitForFunction(`document.documentElement.dataset.sound === 'sos'`);
    const id = await call.getAttribute('data-call');
    await seat.page.click(`[data-call="${id}"] [data-take]`);
    await seat.page.waitForSelector(`[data-detail="${id}"][data-state="latched-acknowledged"]`);
    await seat.page.waitForFunction(`document.documentElement.dataset.sound === ''`);
    await other.page.waitForFunction(
      `document.querySelector('[data-alert="${id}"]')?.textContent?.includes('li')`,
    );

    await seat.page.fill('textarea[name=note]', '跌倒，右腿疼');
    await seat.page.click('[data-save]');
    await seat.page.waitForSelector('[data-event=commented]');
    await seat.page.click('[data-dispatch=neighbour]');
    await seat.page.waitForSelector('[data-event=dispatched]');
    await seat.page.click('[data-disposition=assistance-given]');
    await seat.page.click('[data-close]');
    await seat.page.waitForSelector(`[data-detail="${id}"][data-state="closed"]`);
    await other.page.waitForFunction(`document.querySelector('[data-alert="${id}"]') === null`);

    const closed = await api.get(
      `/alerts/${id}`,
      z.looseObject({
        disposition: z.string(),
        firstShownAt: z.number(),
        takenAt: z.number(),
        dispatchedAt: z.number(),
      }),
    );
    expect(closed.disposition).toBe('assistance-given');
    await seat.context.close();
    await other.context.close();
  });

  test('what somebody is typing stays theirs when a press comes up', async () => {
    const { context, page } = await takeSeat('admin', gateway.password);
    await press('pager-1');
    await page.click('[data-call] [data-take]');
    await page.click('textarea[name=note]');
    await page.keyboard.type('speaking wi');
    await press('pager-2');
    await page.waitForSelector('[data-panel="1"]');
    await page.keyboard.type('th her');
    expect(await page.inputValue('textarea[name=note]')).toBe('speaking with her');
    expect(await page.evaluate(`document.activeElement?.getAttribute('name')`)).toBe('note');
    await context.close();
  });
});
