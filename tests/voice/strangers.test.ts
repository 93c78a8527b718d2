import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Exchange, openExchange } from './exchange.ts';

// On a busy machine a process of its own needs many seconds to begin.
const patience = { timeout: 45_000, interval: 50 };
vi.setConfig({ testTimeout: 120_000 });

let exchange: Exchange;
beforeAll(() => {
  exchange = openExchange();
});
afterAll(() => exchange.leave());

const threads = (): number =>
  Number(
    /^Threads:\s+(\d+)$/m.exec(readFileSync(`/proc/${exchange.voice.health().pid}/status`, 'utf8'))?.[1],
  );
const complaints = (): number => exchange.logged.filter((line) => line.includes('media process says')).length;

/** What a device says to the offer of its leg that nobody else answers. */
const answerTo = (offer: string): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    't=0 0',
    'm=audio 9 UDP/TLS/RTP/SAVPF 8',
    'c=IN IP4 127.0.0.1',
    `a=mid:${/^a=mid:(\S+)/m.exec(offer)?.[1]}`,
    'a=sendrecv',
    'a=rtcp-mux',
    'a=ice-ufrag:abcd',
    'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
    `a=fingerprint:sha-256 ${Array(32).fill('AA').join(':')}`,
    'a=setup:active',
    'a=rtpmap:8 PCMA/8000',
    ...Array.from({ length: 100 }, (_, at) => `a=candidate:${at} 1 UDP 1 in-${at}.invalid 9 typ host`),
    '',
  ].join('\r\n');

/** Opens the leg of a device; its offer. */
const offered = async (call: string): Promise<string> => {
  const { voice, signals } = exchange;
  const offer = () => signals.findLast((said) => said.call === call && said.signal.kind === 'offer');
  voice.openDevice(call, 'pager', 'webrtc');
  await expect.poll(offer, patience).toBeDefined();
  return offer()?.signal.sdp ?? '';
};

test('a device that names thousands of ways to reach it keeps the sound of the others no busier, and nobody looks up its names', async () => {
  const { voice } = exchange;
  const before = await offered('honest').then(threads);
  const offer = await offered('names');
  voice.signal('names', 'device', { kind: 'answer', sdp: answerTo(offer) });
  for (let at = 0; at < 3_000; at += 1) {
    const name = { candidate: `candidate:${at} 1 UDP 1 name-${at}.invalid 9 typ host` };
    voice.signal('names', 'device', { kind: 'candidate', ...name });
    const address = { candidate: `candidate:${at} 1 UDP 1 127.0.0.1 ${1_024 + at} typ host` };
    voice.signal('names', 'device', { kind: 'candidate', ...address });
  }
  // An offer that is asked for behind all that comes only when all that was heeded.
  const most: number[] = [];
  const looking = setInterval(() => most.push(threads()), 5);
  await offered('after');
  clearInterval(looking);
  expect(Math.max(threads(), ...most)).toBeLessThan(before + 20);
  expect(complaints()).toBe(0);
  expect(exchange.told).toEqual([]);
  expect(voice.health().restarts).toBe(0);
  for (const call of ['honest', 'names', 'after']) voice.end(call);
});

test('strangers who throw packets at the port of the sound fill neither the log nor stop a call', async () => {
  const { voice } = exchange;
  const device = exchange.plays('talk', 'device', { hz: 440 });
  const console = exchange.plays('talk', { console: 'desk' }, { hz: 1_000 });
  voice.openDevice('talk', 'pager', 'webrtc');
  voice.openConsole('talk', 'desk', 'speak');
  await expect.poll(() => exchange.told, patience).toContain(`${device} flows`);
  await expect.poll(() => exchange.told, patience).toContain(`${console} flows`);

  const { port } = voice.health();
  const socket = createSocket('udp4');
  const send = (packet: Buffer): Promise<void> =>
    new Promise((resolve, reject) =>
      socket.send(packet, port ?? 0, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
  /** A STUN request with an attribute that goes on beyond the end of the packet. */
  const broken = (): Buffer => {
    const packet = Buffer.alloc(28, 0xff);
    packet.writeUInt16BE(1, 0);
    packet.writeUInt16BE(8, 2);
    packet.writeUInt32BE(0x2112_a442, 4);
    randomBytes(12).copy(packet, 8);
    return packet;
  };
  for (let at = 0; at < 2_000; at += 1) await send(at % 2 === 0 ? broken() : randomBytes(1 + (at % 1_300)));
  await expect.poll(complaints, patience).toBeGreaterThan(0);
  await expect.poll(() => exchange.peers.share(device, 1_000), patience).toBeGreaterThanOrEqual(0.97);
  await expect.poll(() => exchange.peers.share(console, 440), patience).toBeGreaterThanOrEqual(0.97);
  socket.close();
  expect(complaints()).toBeLessThanOrEqual(41);
  expect(voice.health()).toMatchObject({ restarts: 0, failing: null });
  voice.end('talk');
});
