import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode, encode, silentA } from '../../../src/voice/g711.ts';
import { type RecorderDoor, startRecorder } from '../../../src/voice/recording/recorder.ts';
import { mendRecordings, openRecordings, recordingPath } from '../../../src/voice/recording/recordings.ts';
import type { Sound } from '../../../src/voice/sound.ts';
import { recordingHead } from '../../../src/voice/wav.ts';
import { tone } from '../goertzel.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'zhishou-recordings-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const quiet: RecorderDoor = {
  begun: () => {},
  broken: (why) => {
    throw new Error(why);
  },
};
/** Frame number `at` of a source, with a code of its own, so that its place can be told. */
const packet = (source: string, at: number, code: number, startsAt = 1_000_000): Sound => ({
  codec: 'pcma',
  payload: new Uint8Array(160).fill(code),
  source,
  sequence: at,
  timestamp: startsAt + at * 160,
});
/** The codes of one channel, a number for each frame of 20 ms. */
const channel = (path: string, which: 0 | 1): number[] => {
  const sound = readFileSync(path).subarray(recordingHead);
  const frames = Math.floor(sound.length / 320);
  return Array.from({ length: frames }, (_, at) => sound[at * 320 + which] ?? -1);
};

test('every frame stands at its time, however late or disordered it came, and what is missing is silence', async () => {
  const path = join(dir, 'a.wav');
  const recorder = startRecorder(path, 500, quiet);
  const order = [0, 1, 3, 2, 5, 6, 6];
  for (const [index, at] of order.entries())
    recorder.take('left', packet('d', at, 10 + at), 500 + index * 20);
  recorder.take('right', packet('c', 0, 77, 0xffff_ff60), 560);
  recorder.take('right', packet('c', 1, 78, 0xffff_ff60), 580);
  expect(await recorder.finish(660)).toBe(160);
  expect(channel(path, 0)).toEqual([10, 11, 12, 13, silentA, 15, 16, silentA]);
  expect(channel(path, 1)).toEqual([silentA, silentA, silentA, 77, 78, silentA, silentA, silentA]);
});

test('two operators who speak at once are both on the right side, and a new source is placed by the clock', async () => {
  const path = join(dir, 'b.wav');
  const recorder = startRecorder(path, 0, quiet);
  const [low, high] = [encode('pcma', Int16Array.of(1_000)), encode('pcma', Int16Array.of(2_000))];
  recorder.take('right', packet('li', 0, low[0] ?? 0), 0);
  recorder.take('right', packet('zhao', 0, high[0] ?? 0, 5), 0);
  recorder.take('right', packet('zhao', 3_000, high[0] ?? 0, 5), 100);
  await recorder.finish(140);
  const heard = channel(path, 1).map((code) => decode('pcma', Uint8Array.of(code))[0] ?? 0);
  expect(Math.abs((heard[0] ?? 0) - 3_000)).toBeLessThan(130);
  expect(heard[5]).toBe(decode('pcma', high)[0]);
});

test('a long call goes to the disk as it is made, and what comes back are the samples that were sent', async () => {
  const path = recordingPath(dir, 'long') ?? '';
  const recorder = startRecorder(path, 0, quiet);
  const sent = encode('pcma', tone(440, 80_000));
  for (let at = 0; at < 500; at += 1) {
    const payload = sent.subarray(at * 160, at * 160 + 160);
    recorder.take(
      'left',
      { codec: 'pcma', payload, source: 'd', sequence: at, timestamp: at * 160 },
      at * 20,
    );
    if (at % 25 === 24) recorder.settle(at * 20);
    if (at === 400) await expect.poll(() => statSync(path).size).toBeGreaterThan(60_000);
  }
  expect(await recorder.finish(10_000)).toBe(10_000);
  const opened = openRecordings(dir).open('long');
  if (opened === null) throw new Error('there is no recording');
  const file = await buffer(opened.read({ from: 0, to: opened.bytes }));
  expect([file.length, file.toString('latin1', 0, 4), file.readUInt32LE(40)]).toEqual([
    opened.bytes,
    'RIFF',
    320_000,
  ]);
  // A player that jumps about gets the same bytes.
  for (const [from, to] of [
    [0, 20],
    [40, 51],
    [44, 46],
    [100_001, 100_004],
    [opened.bytes - 3, opened.bytes],
  ] as const)
    expect(await buffer(opened.read({ from, to }))).toEqual(file.subarray(from, to));
  const samples = decode('pcma', sent);
  let wrong = 0;
  for (let at = 0; at < 80_000; at += 1) if (file.readInt16LE(44 + at * 4) !== samples[at]) wrong += 1;
  expect(wrong).toBe(0);
});

test('a recording that a crash cut off is mended once, an empty one removed, and a call that goes on is added to it', async () => {
  const path = recordingPath(dir, 'cut') ?? '';
  const recorder = startRecorder(path, 0, quiet);
  for (let at = 0; at < 100; at += 1) recorder.take('left', packet('d', at, 20), at * 20);
  recorder.settle(3_000);
  await expect.poll(() => statSync(path).size).toBe(recordingHead + 32_000);
  appendFileSync(path, Buffer.of(1));
  const empty = recordingPath(dir, 'empty') ?? '';
  const unused = startRecorder(empty, 0, { ...quiet, broken: () => {} });
  await expect.poll(() => existsSync(empty) && statSync(empty).size).toBe(recordingHead);

  expect(mendRecordings(dir)).toEqual([{ call: 'cut', lengthMs: 2_000 }]);
  expect(readFileSync(path).readUInt32LE(54)).toBe(32_000);
  expect(mendRecordings(dir)).toEqual([]);
  expect(existsSync(empty)).toBe(false);

  const next = startRecorder(path, 9_000, quiet);
  next.take('right', packet('c', 0, 30), 9_000);
  expect(await next.finish(9_020)).toBe(2_020);
  expect(channel(path, 1).at(-1)).toBe(30);
  await Promise.all([recorder.finish(3_000), unused.finish(0)]);
});

test('recordings go when they are old, and not while somebody holds them', async () => {
  const recordings = openRecordings(dir);
  for (const call of ['old', 'held', 'new']) {
    const recorder = startRecorder(recordingPath(dir, call) ?? '', 0, quiet);
    recorder.take('left', packet('d', 0, 20), 0);
    await recorder.finish(20);
    if (call !== 'new') utimesSync(join(dir, `${call}.wav`), 1_000, 1_000);
  }
  expect(recordings.hold('held', true)).toBe(true);
  expect(recordings.hold('none', true)).toBe(false);
  expect(recordings.prune(2_000_000)).toEqual(['old']);
  expect([recordings.open('old'), recordings.isHeld('held')]).toEqual([null, true]);
  recordings.hold('held', false);
  expect(recordings.prune(2_000_000)).toEqual(['held']);
  expect(openRecordings(join(dir, 'nowhere')).prune(1)).toEqual([]);
});

test('no name of a call leads out of the directory', () => {
  const recordings = openRecordings(dir);
  for (const call of ['../x', 'a/b', '', '.hidden']) {
    expect(recordingPath(dir, call)).toBeNull();
    expect(recordings.open(call)).toBeNull();
    expect(recordings.hold(call, true)).toBe(false);
  }
});

test('a recording that cannot be written ends with a word, and never the call', async () => {
  const said: string[] = [];
  const recorder = startRecorder(join(dir, 'no', 'such', 'place.wav'), 0, {
    begun: () => said.push('begun'),
    broken: (why) => said.push(why),
  });
  recorder.take('left', packet('d', 0, 20), 0);
  recorder.settle(2_000);
  expect(await recorder.finish(2_000)).toBeNull();
  expect(said).toHaveLength(1);
  expect(() => truncateSync(join(dir, 'no'))).toThrow();
});
