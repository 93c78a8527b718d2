import { decode, encode, isLaw } from './g711.ts';
import { frameSamples, type Sound } from './sound.ts';

/** So many frames of a source are kept before its first is mixed in, and never more than so many: what piles up beyond is let go. */
const cushionFrames = 2;
const mostFrames = 10;

/** Adds up what several speak at once, for one pair of ears. */
export type Mixer = {
  readonly put: (sound: Sound) => void;
  /** The next 20 ms of everybody, as A-law; silence where nobody has sent anything. */
  readonly take: () => Uint8Array;
};

/** Makes a mixer; nothing is kept of a source beyond `mostFrames`. */
export const createMixer = (): Mixer => {
  const sources = new Map<string, { samples: number[]; running: boolean }>();
  return {
    put: ({ source, codec, payload }) => {
      if (!isLaw(codec)) return;
      let voice = sources.get(source);
      if (voice === undefined) {
        voice = { samples: [], running: false };
        sources.set(source, voice);
      }
      for (const sample of decode(codec, payload)) voice.samples.push(sample);
      const tooMany = voice.samples.length - mostFrames * frameSamples;
      if (tooMany > 0) voice.samples.splice(0, voice.samples.length - cushionFrames * frameSamples);
      if (voice.samples.length >= cushionFrames * frameSamples) voice.running = true;
    },
    take: () => {
      const sum = new Int32Array(frameSamples);
      for (const voice of sources.values()) {
        if (!voice.running) continue;
        const frame = voice.samples.splice(0, frameSamples);
        for (let at = 0; at < frame.length; at += 1) sum[at] = (sum[at] as number) + (frame[at] as number);
        if (voice.samples.length === 0) voice.running = false;
      }
      return encode(
        'pcma',
        Int16Array.from(sum, (sample) => Math.max(-32_768, Math.min(32_767, sample))),
      );
    },
  };
};
