import { expect, test } from 'vitest';
import { shareOf, tone } from './goertzel.ts';

test('a tone is all of its own power and nothing of another', () => {
  expect(shareOf(tone(440, 8_000), 440, 8_000)).toBeGreaterThan(0.999);
  expect(shareOf(tone(440, 8_000), 1_000, 8_000)).toBeLessThan(0.001);
});

test('two tones of equal loudness have half of the power each, and silence has none', () => {
  const [low, high] = [tone(440, 8_000), tone(1_000, 8_000)];
  const both = low.map((sample, at) => sample / 2 + (high[at] ?? 0) / 2);
  expect(shareOf(both, 440, 8_000)).toBeCloseTo(0.5, 2);
  expect(shareOf(both, 1_000, 8_000)).toBeCloseTo(0.5, 2);
  expect(shareOf(new Int16Array(8_000), 440, 8_000)).toBe(0);
});
