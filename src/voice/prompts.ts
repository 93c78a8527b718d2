import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Prompt, prompts } from '../model/call.ts';
import { encode, silentA } from './g711.ts';
import { frameSamples } from './sound.ts';
import { readSpeech } from './wav.ts';

/** The languages in which there are prompts of our own. */
export const promptLanguages = ['zh', 'en'] as const;
export type PromptLanguage = (typeof promptLanguages)[number];

/** What each prompt says, as A-law. */
export type Speeches = Readonly<Record<Prompt, Uint8Array>>;

/** Reads the prompts of a language; a file of the same name in the street's own directory (or in its subdirectory of that language) takes the place of ours. One that cannot be read is told to `complain`, and ours is played. */
export const readPrompts = (
  language: PromptLanguage,
  own: string | null,
  complain: (file: string, why: string) => void,
): Speeches => {
  const speechOf = (prompt: Prompt): Uint8Array => {
    const candidates = own === null ? [] : [join(own, language, `${prompt}.wav`), join(own, `${prompt}.wav`)];
    for (const file of candidates) {
      if (!existsSync(file)) continue;
      try {
        const read = readSpeech(readFileSync(file));
        if (read.ok) return read.speech;
        complain(file, read.why);
      } catch (error) {
        complain(file, error instanceof Error ? error.message : String(error));
      }
    }
    const ours = readSpeech(readFileSync(join(import.meta.dirname, 'prompts', language, `${prompt}.wav`)));
    if (!ours.ok) throw new Error(`the prompt ${prompt} ${ours.why}`);
    return ours.speech;
  };
  return Object.fromEntries(prompts.map((prompt) => [prompt, speechOf(prompt)])) as Speeches;
};

const toneHz = 450;
const toneMs = 1_000;
const cycleMs = 5_000;
/** A quarter of the full swing: as loud as speech, and 450 Hz comes out even at both ends of the second. */
const toneSwing = 8_192;

/** Ring-back as it sounds in China: 450 Hz, one second on and four off (GB/T 3380). */
export const ringBack: Uint8Array = (() => {
  const cycle = new Uint8Array(cycleMs * 8).fill(silentA);
  const tone = Int16Array.from({ length: toneMs * 8 }, (_, at) =>
    Math.round(toneSwing * Math.sin((2 * Math.PI * toneHz * at) / 8_000)),
  );
  cycle.set(encode('pcma', tone));
  return cycle;
})();

/** Prompts after which it rings on in the person's ear until somebody answers. */
const rings: ReadonlySet<Prompt> = new Set(['received', 'nobody-yet']);

/** Plays one prompt: a frame of A-law at each call, null once it is over. */
export const playPrompt = (speeches: Speeches, prompt: Prompt): (() => Uint8Array | null) => {
  const speech = speeches[prompt];
  let at = 0;
  return () => {
    const from = at;
    at += frameSamples;
    if (from < speech.length) {
      const frame = new Uint8Array(frameSamples).fill(silentA);
      frame.set(speech.subarray(from, from + frameSamples));
      return frame;
    }
    if (!rings.has(prompt)) return null;
    const spoken = Math.ceil(speech.length / frameSamples) * frameSamples;
    const into = (from - spoken) % ringBack.length;
    return ringBack.subarray(into, into + frameSamples);
  };
};
