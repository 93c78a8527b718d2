import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { prompts } from '../../src/model/call.ts';
import { decode, encode, silentA } from '../../src/voice/g711.ts';
import { playPrompt, promptLanguages, readPrompts, ringBack } from '../../src/voice/prompts.ts';
import { headOfPcm } from '../../src/voice/wav.ts';
import { shareOf, tone } from './goertzel.ts';

const dir = mkdtempSync(join(tmpdir(), 'zhishou-prompts-'));
afterAll(() => rmSync(dir, { recursive: true }));
const complain = (file: string, why: string): void => {
  throw new Error(`${file} ${why}`);
};

test.each(promptLanguages)('every prompt in %s is spoken, and by different words', (language) => {
  const speeches = readPrompts(language, null, complain);
  for (const prompt of prompts) {
    const samples = decode('pcma', speeches[prompt]);
    expect(samples.length / 8_000).toBeGreaterThan(1);
    expect(samples.length / 8_000).toBeLessThan(10);
    expect(Math.max(...samples)).toBeGreaterThan(4_000);
  }
  expect(new Set(prompts.map((prompt) => speeches[prompt].length)).size).toBe(prompts.length);
});

test('ring-back is a second of 450 Hz and four of silence', () => {
  expect(ringBack.length).toBe(40_000);
  const samples = decode('pcma', ringBack);
  expect(shareOf(samples.subarray(0, 8_000), 450, 8_000)).toBeGreaterThan(0.99);
  expect(ringBack.subarray(8_000).every((code) => code === silentA)).toBe(true);
});

test('after “received” it rings on, after “answered” nothing comes', () => {
  const speech = encode('pcma', tone(600, 250));
  const speeches = { received: speech, answered: speech, 'help-is-coming': speech, 'nobody-yet': speech };
  const received = playPrompt(speeches, 'received');
  const frames = Array.from({ length: 2 + 251 }, () => received());
  expect(Buffer.concat(frames.slice(0, 2).map((frame) => frame ?? Buffer.alloc(0))).subarray(0, 250)).toEqual(
    Buffer.from(speech),
  );
  expect(frames[1]?.at(-1)).toBe(silentA);
  expect(frames[2]).toEqual(ringBack.subarray(0, 160));
  expect(frames[2 + 250]).toEqual(ringBack.subarray(0, 160));
  const answered = playPrompt(speeches, 'answered');
  expect([answered() !== null, answered() !== null, answered()]).toEqual([true, true, null]);
});

test('a street’s own prompt is played, and one that cannot be read is named and replaced by ours', () => {
  const samples = tone(300, 800);
  const file = Buffer.concat([headOfPcm(1_600), Buffer.from(samples.buffer)]);
  file.writeUInt16LE(1, 22);
  writeFileSync(join(dir, 'received.wav'), file);
  mkdirSync(join(dir, 'en'));
  writeFileSync(join(dir, 'en', 'answered.wav'), 'no sound');
  const stereo = Buffer.from(file);
  stereo.writeUInt16LE(2, 22);
  writeFileSync(join(dir, 'nobody-yet.wav'), stereo);
  const said: string[] = [];
  const speeches = readPrompts('en', dir, (path, why) => said.push(`${path.slice(dir.length + 1)} ${why}`));
  const ours = readPrompts('en', null, complain);
  expect(speeches.received).toEqual(encode('pcma', samples));
  expect(speeches.answered).toEqual(ours.answered);
  expect(speeches['help-is-coming']).toEqual(ours['help-is-coming']);
  expect(said).toEqual(['en/answered.wav is not a WAV file', 'nobody-yet.wav has 2 channels instead of one']);
});
