import { decodeALaw } from './g711.ts';
import { sampleRate } from './sound.ts';

/** A file that is not a WAV of 16-bit or A-law samples at 8 to 48 kHz. */
export class UnreadableWavError extends Error {
  override readonly name = 'UnreadableWavError';
}

const pcm = 1;
const aLaw = 6;
// WAVE_FORMAT_EXTENSIBLE: what it really is stands in the first two bytes of the sub-format.
const extensible = 0xfffe;
const extensibleBytes = 40;

const textAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

const chunksOf = (bytes: Uint8Array): ReadonlyMap<string, Uint8Array> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WAVE')
    throw new UnreadableWavError('not a WAV file');
  const chunks = new Map<string, Uint8Array>();
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    // A program that writes to a pipe does not know the length: what is there counts.
    chunks.set(textAt(bytes, at), bytes.subarray(at + 8, Math.min(bytes.length, at + 8 + length)));
    at += 8 + length + (length % 2);
  }
  return chunks;
};

const samplesOf = (data: Uint8Array, format: number): Int16Array => {
  if (format === aLaw) return decodeALaw(data);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int16Array.from({ length: data.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
};

const mixDown = (samples: Int16Array, channels: number): Float64Array =>
  Float64Array.from({ length: Math.floor(samples.length / channels) }, (_, index) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += samples[index * channels + channel] ?? 0;
    return sum / channels;
  });

// Lobes of the filter to each side; with sixteen what lies above half the new rate is 40 dB down within 500 Hz.
const lobes = 16;

/** The same sound at 8 kHz, what cannot be said at that rate filtered out. */
const resample = (samples: Float64Array, rate: number): Int16Array => {
  const step = rate / sampleRate;
  const reach = lobes * Math.max(1, step);
  return Int16Array.from({ length: Math.floor(samples.length / step) }, (_, index) => {
    const centre = index * step;
    let sum = 0;
    let weight = 0;
    for (let at = Math.ceil(centre - reach); at <= centre + reach; at += 1) {
      const away = (at - centre) / Math.max(1, step);
      const sinc = away === 0 ? 1 : Math.sin(Math.PI * away) / (Math.PI * away);
      const share = sinc * (0.5 + 0.5 * Math.cos((Math.PI * away) / lobes));
      sum += share * (samples[at] ?? 0);
      weight += share;
    }
    return Math.max(-32_768, Math.min(32_767, Math.round(sum / weight)));
  });
};

/** The samples of a WAV file, 16-bit or A-law, as 16-bit mono at 8 kHz; throws UnreadableWavError where it is none. */
export const readWav = (bytes: Uint8Array): Int16Array => {
  const chunks = chunksOf(bytes);
  const head = chunks.get('fmt ');
  const data = chunks.get('data');
  if (head === undefined || head.length < 16 || data === undefined)
    throw new UnreadableWavError('a WAV file without its format or its sound');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const named = view.getUint16(0, true);
  const format = named === extensible && head.length >= extensibleBytes ? view.getUint16(24, true) : named;
  const channels = view.getUint16(2, true);
  const rate = view.getUint32(4, true);
  const bits = view.getUint16(14, true);
  if (!((format === pcm && bits === 16) || (format === aLaw && bits === 8)))
    throw new UnreadableWavError(`format ${format} with ${bits} bits; 16-bit PCM and A-law can be read`);
  if (channels < 1 || rate < sampleRate || rate > 48_000)
    throw new UnreadableWavError(`${channels} channels at ${rate} Hz; 8 to 48 kHz can be read`);
  return resample(mixDown(samplesOf(data, format), channels), rate);
};
