import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createEar, hearTone, shareOf } from '../../../simulator/voice/ear.ts';
import { decodeALaw, encodeALaw } from '../../../simulator/voice/g711.ts';
import { silentFrame, speechOf, toneOf } from '../../../simulator/voice/sound.ts';
import { readWav, UnreadableWavError } from '../../../simulator/voice/wav.ts';

const sine = (hz: number, rate: number, count: number, level = 8000): number[] =>
  Array.from({ length: count }, (_, index) =>
    Math.round(level * Math.sin((2 * Math.PI * hz * index) / rate)),
  );

const wavOf = (format: number, channels: number, rate: number, bits: number, data: Buffer): Buffer => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(format, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE((rate * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
};

const stereo = (samples: readonly number[]): Buffer =>
  Buffer.from(Int16Array.from(samples.flatMap((sample) => [sample, sample])).buffer);

const powerOf = (samples: Int16Array): number =>
  samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;

test('a byte of A-law is the same byte again once it was a sample, and a sample comes back within a sixteenth', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(encodeALaw(decodeALaw(bytes))).toEqual(bytes);
  // G.711: what the code's own tables say of silence and of the loudest there is.
  expect([...encodeALaw(Int16Array.of(0, 32_767, -32_768))]).toEqual([0xd5, 0xaa, 0x2a]);
  for (let sample = -32_768; sample <= 32_767; sample += 7) {
    const back = decodeALaw(encodeALaw(Int16Array.of(sample)))[0] ?? 0;
    expect(Math.abs(back - sample)).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
  }
});

test('a tone is one second that joins itself, and nothing else is heard in it', () => {
  const tone = toneOf(440);
  expect(tone).toHaveLength(50);
  const samples = decodeALaw(Buffer.concat([...tone, ...tone]));
  expect(shareOf(samples, 440)).toBeGreaterThan(0.99);
  expect(shareOf(samples, 1000)).toBeLessThan(0.001);
});

test('a file of any rate is heard at 8 kHz, without what does not fit into that rate', () => {
  const low = readWav(wavOf(1, 2, 44_100, 16, stereo(sine(1000, 44_100, 44_100))));
  expect(low.length).toBe(8000);
  expect(shareOf(low, 1000)).toBeGreaterThan(0.99);
  const high = readWav(wavOf(1, 2, 44_100, 16, stereo(sine(6000, 44_100, 44_100))));
  // 6 kHz would come back as 2 kHz.
  expect(powerOf(high)).toBeLessThan(powerOf(low) / 1000);
  const coded = readWav(wavOf(6, 1, 8000, 8, Buffer.concat([...toneOf(440)])));
  expect(encodeALaw(coded)).toEqual(new Uint8Array(Buffer.concat([...toneOf(440)])));
});

test('a file that is no sound is refused by name', () => {
  const refused: readonly Buffer[] = [
    Buffer.from('not a WAV'),
    wavOf(1, 1, 8000, 8, Buffer.alloc(160)),
    wavOf(3, 1, 8000, 32, Buffer.alloc(160)),
    wavOf(1, 1, 96_000, 16, Buffer.alloc(160)),
    wavOf(1, 0, 8000, 16, Buffer.alloc(160)),
    wavOf(1, 1, 8000, 16, Buffer.alloc(160)).subarray(0, 30),
  ];
  for (const file of refused) expect(() => readWav(file)).toThrow(UnreadableWavError);
});

test('who calls for help in the demonstration says it in Chinese for some seconds, and then draws breath', () => {
  const samples = readWav(readFileSync('simulator/voice/calls-for-help.wav'));
  expect(samples.length / 8000).toBeGreaterThan(2);
  const speech = speechOf(samples, 1000);
  expect(speech.slice(-50)).toEqual(Array.from({ length: 50 }, () => silentFrame));
  expect(speech.length).toBe(Math.ceil(samples.length / 160) + 50);
});

test('an ear hears what is lost as silence, passes over what is late, and knows a sender who begins anew', async () => {
  const ear = createEar(16);
  const tone = toneOf(1000);
  const say = (number: number): void => ear.hear(number & 0xffff, tone[number % 50] ?? silentFrame);
  // Goes round at 65,536; five frames never come.
  for (let number = 65_500; number < 65_550; number += 1)
    if (number < 65_530 || number >= 65_535) say(number);
  expect(ear.counts()).toMatchObject({ frames: 45, lost: 5 });
  const [second] = ear.heard.seen();
  expect(second?.lost).toBe(800);
  expect(second?.shares[1000]).toBeCloseTo(0.9, 2);
  // Late, and twice.
  say(65_531);
  say(65_549);
  expect(ear.counts().frames).toBe(45);
  for (let number = 30_000; number < 30_100; number += 1) say(number);
  expect(ear.counts()).toMatchObject({ frames: 145, lost: 5 });
  await hearTone(ear.heard, 1000, 2, 1);
  await expect(hearTone(ear.heard, 440, 1, 1)).rejects.toThrow('not seen within 1 ms: 1 s of 440 Hz');
});
