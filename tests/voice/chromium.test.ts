import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Side } from '../../src/gateway/call-doors.ts';
import type { LegSignal } from '../../src/model/call.ts';
import { hasChromium, launchChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { openExchange } from './exchange.ts';
import { shareOf } from './goertzel.ts';

const patience = { timeout: 45_000, interval: 200 };

vi.setConfig({ testTimeout: 120_000 });

/** What runs in the page: answers an offer with a tone instead of a microphone, and keeps the last second that it heard. */
const pageScript = `
  const legs = new Map();
  window.take = async (side, signal, hz) => {
    if (signal.kind === 'candidate') return legs.get(side)?.pc.addIceCandidate(signal.candidate);
    if (signal.kind !== 'offer') return;
    legs.get(side)?.pc.close();
    const context = new AudioContext();
    await context.resume();
    const tone = context.createOscillator();
    tone.frequency.value = hz;
    const speech = context.createMediaStreamDestination();
    tone.connect(speech);
    tone.start();
    const pc = new RTCPeerConnection();
    const leg = { pc, context, heard: [] };
    legs.set(side, leg);
    pc.onicecandidate = ({ candidate }) => candidate?.candidate && window.say(side, { kind: 'candidate', candidate: candidate.toJSON() });
    pc.ontrack = ({ track }) => {
      const stream = new MediaStream([track]);
      // Without an element Chromium decodes nothing.
      const element = new Audio();
      element.srcObject = stream;
      element.muted = true;
      void element.play();
      leg.element = element;
      const tap = context.createScriptProcessor(4096, 1, 1);
      context.createMediaStreamSource(stream).connect(tap);
      tap.connect(context.destination);
      tap.onaudioprocess = ({ inputBuffer }) => {
        leg.heard.push(...inputBuffer.getChannelData(0));
        leg.heard.splice(0, Math.max(0, leg.heard.length - context.sampleRate));
      };
      leg.tap = tap;
    };
    await pc.setRemoteDescription({ type: 'offer', sdp: signal.sdp });
    const [transceiver] = pc.getTransceivers();
    transceiver.direction = 'sendrecv';
    await transceiver.sender.replaceTrack(speech.stream.getAudioTracks()[0]);
    await pc.setLocalDescription(await pc.createAnswer());
    window.say(side, { kind: 'answer', sdp: pc.localDescription.sdp });
  };
  window.heard = (side) => {
    const leg = legs.get(side);
    return { rate: leg?.context.sampleRate ?? 0, samples: leg?.heard ?? [] };
  };
  window.codecs = async (side) =>
    [...(await legs.get(side).pc.getStats()).values()].filter(({ type }) => type === 'codec').map(({ mimeType }) => mimeType);
`;

let browser: Browser;
let web: Server;
beforeAll(async () => {
  if (!hasChromium) return;
  web = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html>'),
  );
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium(
    // Where only the loopback exists, there are no candidates without it; and names instead of addresses with the feature.
    ['--allow-loopback-in-peer-connection', '--autoplay-policy=no-user-gesture-required'],
    ['WebRtcHideLocalIpsWithMdns'],
  );
});
afterAll(async () => {
  await browser?.close();
  web?.close();
});

optional('Chromium', hasChromium)('a pager and an operator in Chromium', () => {
  test('hear each other in A-law', async () => {
    let page: Page | null = null;
    const exchange = openExchange();
    try {
      const context = await browser.newContext();
      page = await context.newPage();
      await page.exposeFunction('say', (side: string, signal: LegSignal) => {
        const from: Side = side === 'device' ? 'device' : { console: side };
        exchange.voice.signal('call', from, signal);
      });
      await page.addInitScript(pageScript);
      await page.goto(`http://127.0.0.1:${(web.address() as AddressInfo).port}/`);
      let passed = 0;
      const pass = async (): Promise<void> => {
        for (; passed < exchange.signals.length; passed += 1) {
          const entry = exchange.signals[passed];
          if (entry === undefined) continue;
          const side = entry.to === 'device' ? 'device' : entry.to.console;
          await page?.evaluate(
            `window.take(${JSON.stringify(side)}, ${JSON.stringify(entry.signal)}, ${side === 'device' ? 440 : 1_000})`,
          );
        }
      };
      const share = async (side: string, hz: number): Promise<number> => {
        await pass();
        const heard = (await page?.evaluate(`window.heard(${JSON.stringify(side)})`)) as {
          readonly rate: number;
          readonly samples: readonly number[];
        };
        return heard.samples.length < heard.rate || heard.rate === 0
          ? 0
          : shareOf(heard.samples, hz, heard.rate);
      };
      exchange.voice.openDevice('call', 'pager', 'webrtc');
      exchange.voice.openConsole('call', 'desk', 'speak');
      await expect.poll(() => share('device', 1_000), patience).toBeGreaterThanOrEqual(0.97);
      await expect.poll(() => share('desk', 440), patience).toBeGreaterThanOrEqual(0.97);
      expect(new Set((await page.evaluate(`window.codecs('desk')`)) as string[])).toEqual(
        new Set(['audio/PCMA']),
      );
      expect(exchange.told).toEqual(expect.arrayContaining(['call device flows', 'call desk flows']));
      // A page that goes takes its leg with it.
      await page.close();
      await expect
        .poll(() => exchange.told, patience)
        .toEqual(expect.arrayContaining(['call desk silent', 'call device silent']));
    } finally {
      await exchange.leave();
    }
  });
});
