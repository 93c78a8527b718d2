import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Side } from '../../src/gateway/call-doors.ts';
import { decode, encode } from '../../src/voice/g711.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { shareOf, tone } from './goertzel.ts';

const desk: Side = { console: 'desk-1' };
const heir: Side = { console: 'desk-2' };
const supervisor: Side = { console: 'desk-9' };
// On a busy machine a process of its own needs many seconds to begin.
const patience = { timeout: 45_000, interval: 100 };

vi.setConfig({ testTimeout: 120_000 });

let exchange: Exchange;
beforeAll(() => {
  exchange = openExchange();
});
afterAll(() => exchange.leave());

const until = (told: string, { told: all } = exchange): Promise<void> =>
  expect.poll(() => all, patience).toContain(told);
const hears = (peer: string, hz: number, { peers } = exchange): Promise<void> =>
  expect.poll(() => peers.share(peer, hz), patience).toBeGreaterThanOrEqual(0.97);

/** A call in which the resident sends 440 Hz and the operator 1,000 Hz, each heard by the other. */
const connect = async (call: string, at = exchange): Promise<{ device: string; console: string }> => {
  const device = at.plays(call, 'device', { hz: 440 });
  const console = at.plays(call, desk, { hz: 1_000 });
  at.voice.openDevice(call, 'pager', 'webrtc');
  at.voice.openConsole(call, 'desk-1', 'speak');
  await until(`${device} flows`, at);
  await until(`${console} flows`, at);
  return { device, console };
};

test('the resident and the operator hear each other in A-law, untouched, and both are said to', async () => {
  const { device, console } = await connect('talk');
  await Promise.all([hears(device, 1_000), hears(console, 440)]);
  for (const peer of [device, console])
    expect(await exchange.peers.heard(peer)).toMatchObject({ broken: 0, backwards: 0, types: [8] });
  const offer = exchange.signals.find(({ call, signal }) => call === 'talk' && signal.kind === 'offer');
  expect(offer?.signal.sdp).toMatch(/^m=audio \d+ UDP\/TLS\/RTP\/SAVPF 8 0 111\r$/m);
  expect(offer?.signal.sdp).toMatch(/^a=ssrc:\d+ cname:/m);
  expect(offer?.signal.sdp).toMatch(/^a=candidate:.* 127\.0\.0\.1 \d+ typ host\r$/m);

  exchange.peers.close(device);
  await until(`${device} silent`);
  exchange.voice.end('talk');
});

test('a call is handed over in one unbroken stream, while a supervisor hears both sides', async () => {
  const { device, console } = await connect('handed');
  const listener = exchange.plays('handed', supervisor, { hz: 300 });
  exchange.voice.openConsole('handed', 'desk-9', 'listen');
  const bothAtListener = async (): Promise<number> => {
    const [low, high] = await Promise.all([
      exchange.peers.share(listener, 440),
      exchange.peers.share(listener, 1_000),
    ]);
    return Math.min(low, high) > 0.3 ? low + high : 0;
  };
  // What is added up is added up by the clock: where this machine is busy, a frame that is late makes the phase jump.
  await expect.poll(bothAtListener, patience).toBeGreaterThan(0.8);
  expect(await exchange.peers.share(device, 300)).toBeLessThan(0.01);

  const next = exchange.plays('handed', heir, { hz: 700 });
  exchange.voice.openConsole('handed', 'desk-2', 'speak');
  await until(`${next} flows`);
  exchange.voice.closeConsole('handed', 'desk-1');
  await Promise.all([hears(device, 700), hears(next, 440)]);
  expect(await exchange.peers.heard(device)).toMatchObject({ broken: 0, backwards: 0 });
  expect((await exchange.peers.heard(console)).packets).toBeGreaterThan(0);
  exchange.voice.end('handed');
});

test('a pager that speaks only µ-law, or over MQTT, hears and is heard like any other', async () => {
  const device = exchange.plays('mu', 'device', { hz: 440, codec: 'pcmu' });
  const console = exchange.plays('mu', desk, { hz: 1_000 });
  exchange.voice.openDevice('mu', 'pager', 'webrtc');
  exchange.voice.openConsole('mu', 'desk-1', 'speak');
  await Promise.all([hears(device, 1_000), hears(console, 440)]);
  expect((await exchange.peers.heard(device)).types).toEqual([0]);
  expect((await exchange.peers.heard(console)).types).toEqual([8]);
  exchange.voice.end('mu');

  exchange.voice.openDevice('mqtt', 'pager', 'mqtt-audio');
  const other = exchange.plays('mqtt', desk, { hz: 1_000 });
  exchange.voice.openConsole('mqtt', 'desk-1', 'speak');
  let sent = 0;
  const begunAt = performance.now();
  const sending = setInterval(() => {
    for (; sent * 20 <= performance.now() - begunAt; sent += 1) {
      const frame = Buffer.alloc(164);
      frame.writeUInt32BE(sent, 0);
      frame.set(encode('pcma', tone(440, 160, sent * 160)), 4);
      exchange.voice.audio('mqtt', frame);
    }
  }, 10);
  try {
    await until('mqtt device flows');
    // Where this machine is busy, silence fills in what the test did not send in time.
    await expect.poll(() => exchange.peers.share(other, 440), patience).toBeGreaterThan(0.8);
    await expect.poll(() => exchange.frames('mqtt').length, patience).toBeGreaterThan(60);
  } finally {
    clearInterval(sending);
  }
  const frames = exchange.frames('mqtt').slice(-50);
  const heard = frames.flatMap((frame) => [...decode('pcma', frame.subarray(4))]);
  expect(shareOf(heard, 1_000, 8_000)).toBeGreaterThanOrEqual(0.97);
  const numbers = frames.map((frame) => Buffer.from(frame).readUInt32BE(0));
  expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  exchange.voice.end('mqtt');
});

test('a pager that knows only Opus is offered it by name, and so is the console that was offered A-law', async () => {
  const device = exchange.plays('opus', 'device', { hz: 440, codec: 'opus' });
  const console = exchange.plays('opus', desk, { hz: 1_000, codec: 'opus' });
  exchange.voice.openDevice('opus', 'pager', 'webrtc');
  await until(`${device} flows`);
  exchange.voice.openConsole('opus', 'desk-1', 'speak');
  for (const peer of [device, console])
    await expect.poll(async () => (await exchange.peers.heard(peer)).types, patience).toEqual([111]);
  const offers = exchange.signals.filter(
    ({ call, to, signal }) => call === 'opus' && to !== 'device' && signal.kind === 'offer',
  );
  expect(offers.at(-1)?.signal.sdp).toMatch(/^m=audio \d+ \S+ 111\r$/m);
  exchange.voice.end('opus');
});

test('what cannot be read is told by name, and an answer to an earlier offer changes nothing', async () => {
  const { voice, signals } = exchange;
  const offersTo = (call: string): string[] =>
    signals.flatMap(({ call: of, signal }) =>
      of === call && signal.kind === 'offer' ? [signal.sdp ?? ''] : [],
    );
  const offered = async (times: number): Promise<void> => {
    voice.openDevice('odd', 'pager', 'webrtc');
    await expect.poll(() => offersTo('odd').length, patience).toBe(times);
  };
  await offered(1);
  voice.signal('odd', 'device', { kind: 'candidate', candidate: 'nonsense' });
  voice.signal('odd', 'device', { kind: 'answer', sdp: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 9\r\n' });
  await until('odd device failed: no-common-codec');
  await offered(2);
  voice.signal('odd', 'device', { kind: 'answer', sdp: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\n' });
  await until('odd device failed: answer-not-understood');
  await offered(3);
  const [first = ''] = offersTo('odd');
  const device = exchange.plays('odd', 'device', { hz: 440 });
  // As when two offers crossed with an answer: it names the first.
  voice.signal('odd', 'device', { kind: 'answer', sdp: first });
  exchange.peers.open(device, offersTo('odd')[2] ?? '', { hz: 440 });
  await until('odd device flows');
  voice.signal('nobody', 'device', { kind: 'answer', sdp: first });
  voice.end('odd');
});

test('a console that begins anew is offered anew, and the resident hears on', async () => {
  const { device, console } = await connect('reloaded');
  const before = exchange.told.length;
  exchange.peers.close(console);
  exchange.voice.signal('reloaded', desk, { kind: 'ready' });
  await expect.poll(() => exchange.told.slice(before), patience).toContain(`${console} flows`);
  await hears(device, 1_000);
  expect(await exchange.peers.heard(device)).toMatchObject({ broken: 0, backwards: 0 });
  exchange.voice.end('reloaded');
});

test('twenty calls at once are all heard', async () => {
  const calls = Array.from({ length: 20 }, (_, at) => `crowd-${at}`);
  await Promise.all(
    calls.map(async (call) => {
      const { device, console } = await connect(call);
      await Promise.all([hears(device, 1_000), hears(console, 440)]);
    }),
  );
  await expect.poll(() => exchange.voice.health().calls, patience).toBe(20);
  for (const call of calls) exchange.voice.end(call);
  await expect.poll(() => exchange.voice.health().calls, patience).toBe(0);
  expect(exchange.voice.health().relayed).toBeGreaterThan(2_000);
});

test('a call is recorded, the resident left and the operator right, with every sample as it was sent', async () => {
  const { device, console } = await connect('taped');
  exchange.voice.record('taped');
  await until('taped is being recorded');
  await Promise.all([hears(device, 1_000), hears(console, 440)]);
  // Two seconds on the disk, and one that is still to come there.
  await expect
    .poll(() => exchange.voice.recordings.open('taped')?.bytes ?? 0, patience)
    .toBeGreaterThan(64_000);
  exchange.voice.end('taped');
  await expect
    .poll(() => exchange.told.find((told) => told.startsWith('taped recorded')), patience)
    .toBeDefined();
  const opened = exchange.voice.recordings.open('taped');
  if (opened === null) throw new Error('there is no recording');
  const file = await buffer(opened.read({ from: 0, to: opened.bytes }));
  expect(file.length).toBe(opened.bytes);
  const frames = (file.length - 44) / 4;
  const side = (at: number): number[] =>
    Array.from({ length: frames }, (_, index) => file.readInt16LE(44 + index * 4 + at));
  for (const [at, hz] of [
    [0, 440],
    [2, 1_000],
  ] as const) {
    const samples = side(at);
    // Half a second of it is the tone that was sent, somewhere in its period of 200 samples. Not just any: where this
    // machine was busy, what came too late has its place by the clock.
    const sent = [...decode('pcma', encode('pcma', tone(hz, 4_200)))];
    const isSent = (from: number): boolean =>
      Array.from({ length: 200 }, (_, shift) => shift).some((shift) =>
        sent.slice(shift, shift + 4_000).every((sample, index) => sample === samples[from + index]),
      );
    const starts = Array.from({ length: Math.floor((frames - 4_000) / 160) }, (_, at) => at * 160);
    expect(starts.some(isSent), `${hz} Hz`).toBe(true);
  }
});

test('a media process that dies in a call loses its legs and nothing else: the next call is heard, and the recording is mended', async () => {
  const { device } = await connect('cut');
  exchange.voice.record('cut');
  await hears(device, 1_000);
  await expect
    .poll(() => exchange.voice.recordings.open('cut')?.bytes ?? 0, patience)
    .toBeGreaterThan(20_000);
  const { pid, restarts } = exchange.voice.health();
  process.kill(pid ?? 0, 'SIGKILL');
  await until('lost');
  await expect
    .poll(() => exchange.told.find((told) => told.startsWith('cut recorded')), patience)
    .toBeDefined();
  const next = await connect('after');
  await Promise.all([hears(next.device, 1_000), hears(next.console, 440)]);
  expect(exchange.voice.health()).toMatchObject({ restarts: restarts + 1, failing: null });
  exchange.voice.end('after');
});

test('a person hears the street’s own prompt, then ringing at 450 Hz, until somebody speaks', async () => {
  const prompts = mkdtempSync(join(exchange.dir, 'prompts-'));
  mkdirSync(join(prompts, 'zh'));
  const head = Buffer.from('RIFF....WAVEfmt ', 'latin1');
  // Five seconds: a machine that stands still for one of them hears it all the same.
  const words = Buffer.from(encode('pcma', tone(600, 40_000)));
  const rest = Buffer.alloc(28);
  rest.writeUInt32LE(16, 0);
  rest.writeUInt16LE(6, 4);
  rest.writeUInt16LE(1, 6);
  rest.writeUInt32LE(8_000, 8);
  rest.writeUInt16LE(8, 18);
  rest.write('data', 20, 'latin1');
  rest.writeUInt32LE(words.length, 24);
  writeFileSync(join(prompts, 'zh', 'received.wav'), Buffer.concat([head, rest, words]));
  const own = openExchange({ promptsDir: prompts });
  try {
    const device = own.plays('rings', 'device', { hz: 440 });
    own.voice.openDevice('rings', 'pager', 'webrtc');
    own.voice.play('rings', 'received');
    await hears(device, 600, own);
    // Of a second of tone after silence a window of one second holds some part; its share is that part.
    await expect.poll(() => own.peers.share(device, 450), patience).toBeGreaterThan(0.6);
    const console = own.plays('rings', desk, { hz: 1_000 });
    own.voice.openConsole('rings', 'desk-1', 'speak');
    await until(`${console} flows`, own);
    await hears(device, 1_000, own);
    expect(await own.peers.heard(device)).toMatchObject({ broken: 0, backwards: 0 });
  } finally {
    await own.leave();
  }
});

test('a port that is taken is said, and the voice begins once it is free', async () => {
  await expect.poll(() => exchange.voice.health().port, patience).not.toBeNull();
  const port = exchange.voice.health().port ?? 0;
  const second = openExchange({ port });
  try {
    await expect
      .poll(() => second.voice.health().failing ?? '', patience)
      .toContain(`UDP port ${port} is in use`);
    expect(second.told).toEqual([]);
    // One line for each try, and none of the library's.
    for (const line of second.logged) expect(line).toContain('ZHISHOU_VOICE_PORT');
    await exchange.voice.close();
    await expect.poll(() => second.voice.health(), patience).toMatchObject({ failing: null, port });
  } finally {
    await second.leave();
  }
});
