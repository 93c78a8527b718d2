import { createWitness, type Witness } from '../witness.ts';
import { decodeALaw } from './g711.ts';
import { frameSamples, sampleRate } from './sound.ts';

/** A second of what came. `shares`: how much of its power each tone looked for has (0 to 1; nothing in silence). `lost`: samples that never came, heard as silence. */
export type HeardSecond = {
  readonly endedAt: number;
  readonly shares: Readonly<Record<number, number>>;
  readonly lost: number;
};

/** Listens to one leg and measures. */
export type Ear = {
  /** A frame of A-law and its number, which goes round after `numberBits` bits. */
  readonly hear: (number: number, frame: Uint8Array) => void;
  /** The seconds heard, one after the other. */
  readonly seconds: Witness<HeardSecond>;
  /** Resolves when `count` seconds in a row were this tone, with at least `share` of the power; rejects with NotSeenError after `withinMs`. */
  readonly hears: (hz: number, count: number, withinMs: number, share?: number) => Promise<void>;
  /** Frames heard, how many between them never came, and the longest time (ms) in which none did. */
  readonly counts: () => { readonly frames: number; readonly lost: number; readonly longestPauseMs: number };
};

// Beyond this the sender has begun anew, and nothing between was ever sent.
const believableGap = 500;

/** How much of the power of these samples a tone has: 1 for that tone alone, 0 for silence. */
export const shareOf = (samples: Int16Array, hz: number): number => {
  // Goertzel.
  const turn = 2 * Math.cos((2 * Math.PI * hz) / sampleRate);
  let [before, last, power] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + turn * last - before];
    power += sample * sample;
  }
  if (power === 0) return 0;
  return (2 * (last * last + before * before - turn * last * before)) / (samples.length * power);
};

/** An ear that looks for these tones (Hz) in what it hears. */
export const createEar = (numberBits: 16 | 32, tones: readonly number[] = [440, 1000]): Ear => {
  const range = 2 ** numberBits;
  const seconds = createWitness<HeardSecond>(3600);
  const second = new Int16Array(sampleRate);
  let filled = 0;
  let lostInSecond = 0;
  let last: number | null = null;
  let heardAt: number | null = null;
  let frames = 0;
  let lost = 0;
  let longestPauseMs = 0;

  const take = (samples: Int16Array, isLost: boolean): void => {
    for (let from = 0; from < samples.length; ) {
      const part = samples.subarray(from, from + sampleRate - filled);
      second.set(part, filled);
      filled += part.length;
      from += part.length;
      if (isLost) lostInSecond += part.length;
      if (filled < sampleRate) return;
      seconds.note({
        endedAt: Date.now(),
        shares: Object.fromEntries(tones.map((hz) => [hz, shareOf(second, hz)])),
        lost: lostInSecond,
      });
      filled = 0;
      lostInSecond = 0;
    }
  };

  /** How many frames on from the last one heard; less than 1 for one that is late or came before. */
  const stepTo = (number: number): number => {
    if (last === null) return 1;
    const on = (number - last + range) % range;
    const step = on > range / 2 ? on - range : on;
    return Math.abs(step) > believableGap ? 1 : step;
  };

  return {
    hear: (number, frame) => {
      const step = stepTo(number);
      if (step < 1) return;
      const now = Date.now();
      if (heardAt !== null) longestPauseMs = Math.max(longestPauseMs, now - heardAt);
      [last, heardAt] = [number, now];
      frames += 1;
      lost += step - 1;
      take(new Int16Array((step - 1) * frameSamples), true);
      take(decodeALaw(frame), false);
    },
    seconds,
    hears: async (hz, count, withinMs, share = 0.97) => {
      let inARow = 0;
      const next = (heard: HeardSecond): boolean => {
        inARow = (heard.shares[hz] ?? 0) >= share ? inARow + 1 : 0;
        return inARow >= count;
      };
      await seconds.waitFor(next, withinMs, `${count} s of ${hz} Hz in a row`);
    },
    counts: () => ({ frames, lost, longestPauseMs }),
  };
};
