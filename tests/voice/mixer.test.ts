import { expect, test } from 'vitest';
import { decode, encode } from '../../src/voice/g711.ts';
import { createMixer } from '../../src/voice/mixer.ts';
import type { Sound } from '../../src/voice/sound.ts';
import { shareOf, tone } from './goertzel.ts';

const packet = (source: string, at: number, hz: number): Sound => ({
  codec: 'pcma',
  payload: encode(
    'pcma',
    tone(hz, 160, at * 160).map((sample) => sample / 2),
  ),
  source,
  sequence: at,
  timestamp: at * 160,
});

test('two who speak at once are both heard, whole', () => {
  const mixer = createMixer();
  const heard: number[] = [];
  for (let at = 0; at < 60; at += 1) {
    mixer.put(packet('a', at, 440));
    mixer.put(packet('b', at, 1_000));
    if (at >= 2) heard.push(...decode('pcma', mixer.take()));
  }
  const second = heard.slice(0, 8_000);
  expect(shareOf(second, 440, 8_000)).toBeCloseTo(0.5, 1);
  expect(shareOf(second, 440, 8_000) + shareOf(second, 1_000, 8_000)).toBeGreaterThan(0.99);
});

test('what is too loud together stays at the limit instead of turning over', () => {
  const mixer = createMixer();
  const loud = encode('pcma', new Int16Array(320).fill(30_000));
  for (const source of ['a', 'b'])
    mixer.put({ codec: 'pcma', payload: loud, source, sequence: 0, timestamp: 0 });
  expect(Math.min(...decode('pcma', mixer.take()))).toBe(32_256);
});

test('one who sends faster than he is played is cut back, and one who has stopped is silence', () => {
  const mixer = createMixer();
  for (let at = 0; at < 500; at += 1) mixer.put(packet('a', at, 440));
  let frames = 0;
  while (mixer.take().some((code) => code !== 0xd5)) frames += 1;
  expect(frames).toBeLessThanOrEqual(10);
  expect(mixer.take().every((code) => code === 0xd5)).toBe(true);
});
