import { encodeALaw, silentByte } from './g711.ts';

/** Samples a second of everything that a call carries. */
export const sampleRate = 8_000;
/** How long a frame of sound lasts (ms), and how many samples, each a byte of A-law, it has. */
export const frameMs = 20;
export const frameSamples = (sampleRate * frameMs) / 1000;

/** Sound to be said over and over: frames of 160 bytes of G.711 A-law. */
export type Sound = readonly Uint8Array[];

/** A frame in which nothing is said. */
export const silentFrame: Uint8Array = new Uint8Array(frameSamples).fill(silentByte);

const inFrames = (samples: Int16Array): Sound => {
  const bytes = encodeALaw(samples);
  return Array.from({ length: Math.ceil(bytes.length / frameSamples) }, (_, index) => {
    const frame = new Uint8Array(silentFrame);
    frame.set(bytes.subarray(index * frameSamples, (index + 1) * frameSamples));
    return frame;
  });
};

// Loud enough for a room, and far from the edge at which a filter clips it.
const toneLevel = 8_000;

/** A steady tone of a whole number of Hz, so that a second of it joins itself without a step. */
export const toneOf = (hz: number): Sound =>
  inFrames(
    Int16Array.from({ length: sampleRate }, (_, index) =>
      Math.round(toneLevel * Math.sin((2 * Math.PI * hz * index) / sampleRate)),
    ),
  );

/** What somebody says (8 kHz), and then `pauseMs` of silence. */
export const speechOf = (samples: Int16Array, pauseMs: number): Sound => [
  ...inFrames(samples),
  ...Array.from({ length: Math.ceil(pauseMs / frameMs) }, () => silentFrame),
];
