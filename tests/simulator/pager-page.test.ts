import { writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { operate } from '../../simulator/alert-expectations.ts';
import { type ApiClient, signIn } from '../../simulator/api-client.ts';
import { happenedToCall } from '../../simulator/call-expectations.ts';
import { type GatewayProcess, startGateway } from '../../simulator/gateway-process.ts';
import { openPagerServer, type PagerServer } from '../../simulator/pager-server.ts';
import { buildStreet, readStreetPlan } from '../../simulator/street.ts';
import { createVisitors, type Visitors } from '../../simulator/visitors.ts';
import { openConsole } from '../../simulator/voice/console-leg.ts';
import { hearTone } from '../../simulator/voice/ear.ts';
import { decodeALaw } from '../../simulator/voice/g711.ts';
import { toneOf } from '../../simulator/voice/sound.ts';
import { hasChromium, launchChromium } from '../chromium.ts';
import { openDirectory } from '../journeys/street.ts';
import { optional } from '../optional.ts';
import { openProxy } from '../proxy.ts';

const patienceMs = 30_000;

/** A WAV file of 440 Hz for the browser to take for its microphone. */
const writeTone = (path: string): void => {
  const samples = decodeALaw(Buffer.concat([...toneOf(440)]));
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  writeFileSync(path, Buffer.concat([head, data]));
};

// Runs in the page, whose words this program does not know.
const listen = `(async () => {
  const stream = document.querySelector('audio')?.srcObject;
  if (!(stream instanceof MediaStream)) return 0;
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096 });
  context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  const hz = (levels.indexOf(Math.max(...levels)) * context.sampleRate) / analyser.fftSize;
  await context.close();
  return hz;
})()`;

/** The loudest frequency (Hz) that the page plays; 0 where it plays nothing. */
const loudestOn = async (page: Page): Promise<number> => z.number().parse(await page.evaluate(listen));

optional('Chromium', hasChromium)('a pager in the browser', () => {
  const street = buildStreet(readStreetPlan(), 1);
  let gateway: GatewayProcess;
  let api: ApiClient;
  let visitors: Visitors;
  let server: PagerServer;
  beforeAll(async () => {
    gateway = await startGateway();
    api = await signIn(gateway.url, 'admin', gateway.password);
    visitors = createVisitors(api, street, 'test', new Set());
    server = await openPagerServer({ host: '127.0.0.1', port: 0, gateway: gateway.http, visitors });
  });
  afterAll(async () => {
    await server.close();
    await gateway.stop();
  });

  const launch = async (...more: readonly string[]): Promise<Browser> => {
    const browser = await launchChromium(more);
    onTestFinished(() => browser.close());
    return browser;
  };
  const visit = async (
    browser: Browser,
    url: string,
    locale = 'zh-CN',
  ): Promise<{ readonly page: Page; readonly broken: readonly string[] }> => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
      locale,
    });
    context.setDefaultTimeout(patienceMs);
    const page = await context.newPage();
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) broken.push(message.text());
    });
    await page.goto(url);
    await page.locator('.press').waitFor();
    return { page, broken };
  };
  const [urlOf, lightOf, loudspeakerOf] = [
    () => server.urls[0] ?? '',
    (page: Page) => page.locator('.light dd'),
    (page: Page) => page.locator('.loudspeaker dd'),
  ];
  const pressed = async (page: Page, seat: { feed: Awaited<ReturnType<typeof openConsole>>['feed'] }) => {
    const mark = seat.feed.mark();
    await page.locator('.press').tap();
    return (
      await seat.feed.waitForCall(({ event }) => event === 'ringing', patienceMs, 'a call that rings', mark)
    ).call;
  };

  it('rings at the console when its button is pressed, and its visitor and the operator hear each other until one hangs up', async () => {
    const tone = join(openDirectory(), 'tone.wav');
    writeTone(tone);
    const browser = await launch(
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-audio-capture=${tone}`,
      '--allow-loopback-in-peer-connection',
    );
    const seat = await openConsole(api);
    onTestFinished(() => seat.close());
    const { page, broken } = await visit(browser, urlOf());
    const call = await pressed(page, seat);
    await expect.poll(() => lightOf(page).textContent(), { timeout: patienceMs }).toBe('值班室已收到');
    await expect
      .poll(() => loudspeakerOf(page).textContent(), { timeout: patienceMs })
      .toBe('值班室正在响铃，请稍候');

    await seat.answer(call.id);
    const leg = await seat.legOf(call.id, patienceMs);
    await hearTone(leg.ear.heard, 440, 3, 2 * patienceMs);
    await expect.poll(() => loudestOn(page), { timeout: patienceMs }).toBeCloseTo(1000, -2);
    // The word comes another way than the sound.
    await expect
      .poll(() => loudspeakerOf(page).textContent(), { timeout: patienceMs })
      .toBe('已接通，请讲话');
    await expect
      .poll(() => lightOf(page).textContent(), { timeout: patienceMs })
      .toBe(`${api.user.name} 已接警`);

    await operate(api, call.alert ?? '', 'dispatch', { who: 'grid-worker', confirmed: true });
    await expect.poll(() => lightOf(page).textContent(), { timeout: patienceMs }).toBe('已派人，正在赶来');
    await page.getByRole('button', { name: '挂断' }).tap();
    const ended = await seat.feed.waitForCall(happenedToCall(call.id, 'ended'), patienceMs, 'the end');
    expect(ended.call.reason).toBe('hung-up-by-device');
    await expect.poll(() => loudspeakerOf(page).textContent(), { timeout: patienceMs }).toBe('通话已结束');
    expect(seat.feed.alerts().has(call.alert ?? '')).toBe(true);
    expect(broken).toEqual([]);
  }, 240_000);

  it('says so in its own language where the microphone is refused, and sends a tone in its place', async () => {
    const browser = await launch('--deny-permission-prompts', '--allow-loopback-in-peer-connection');
    const seat = await openConsole(api);
    onTestFinished(() => seat.close());
    const { page, broken } = await visit(browser, urlOf(), 'en-GB');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    const call = await pressed(page, seat);
    await page.getByText('the operator hears a tone').waitFor();
    await seat.answer(call.id);
    const leg = await seat.legOf(call.id, patienceMs);
    await hearTone(leg.ear.heard, 440, 2, 2 * patienceMs);
    await seat.hangUp(call.id);
    expect(broken).toEqual([]);
  }, 240_000);

  it('says so where the page did not come over HTTPS, and serves others over HTTPS only', async () => {
    const browser = await launch('--host-resolver-rules=MAP pager.example 127.0.0.1');
    const { page } = await visit(browser, urlOf().replace('127.0.0.1', 'pager.example'));
    await page.locator('.press').tap();
    await page.getByText('此页不是通过 HTTPS 打开的').waitFor();
    await page.getByRole('button', { name: '不用通话了' }).tap();

    const open = await openPagerServer({ host: '0.0.0.0', port: 0, gateway: gateway.http, visitors });
    onTestFinished(() => open.close());
    // A browser gives its microphone to such a page.
    for (const url of open.urls) expect(url).toMatch(/^https:\/\/[\d.]+:\d+\/pager$/);
    const status = await new Promise((resolve, reject) => {
      get(`https://127.0.0.1:${open.port}/pager/`, { rejectUnauthorized: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
  });

  it('says that the connection is lost, keeps what is pressed meanwhile, and sends it when the line is back', async () => {
    const dataDir = openDirectory();
    const first = await startGateway({ dataDir });
    let { http } = first;
    // Its own port may be somebody else's by the time it comes back.
    const proxy = await openProxy(() => http);
    const admin = await signIn(first.url, 'admin', first.password);
    const own = await openPagerServer({
      host: '127.0.0.1',
      port: 0,
      gateway: proxy.port,
      visitors: createVisitors(admin, street, 'test', new Set()),
    });
    onTestFinished(() => own.close());
    const browser = await launch('--deny-permission-prompts');
    const { page } = await visit(browser, own.urls[0] ?? '');
    await page.locator('.line').waitFor({ state: 'detached' });
    await first.kill();
    await page.getByText('网络断开').waitFor();
    await page.locator('.press').tap();
    await expect
      .poll(() => lightOf(page).textContent(), { timeout: patienceMs })
      .toBe('求助已记下，网络一恢复就送出');
    const second = await startGateway({ dataDir, password: first.password });
    http = second.http;
    onTestFinished(async () => {
      await second.kill();
    });
    await expect.poll(() => lightOf(page).textContent(), { timeout: patienceMs }).toBe('值班室已收到');
    const { alerts } = await (await signIn(second.url, 'admin', first.password)).get(
      '/alerts?open=true',
      z.looseObject({ alerts: z.array(z.looseObject({ kind: z.string() })) }),
    );
    expect(alerts.filter(({ kind }) => kind === 'sos')).toHaveLength(1);
  }, 240_000);

  it('is given out to nobody but its own page', async () => {
    const url = new URL('/pager/visitors', urlOf());
    const asked = [{}, { origin: 'https://elsewhere.example' }].map((headers) =>
      fetch(url, { method: 'POST', headers }).then(({ status }) => status),
    );
    expect(await Promise.all(asked)).toEqual([403, 403]);
    expect((await fetch(new URL('/pager/visitors', gateway.url), { method: 'POST' })).status).toBe(404);
  });
});
