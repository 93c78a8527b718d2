import { createWitness, NotSeenError, type Witness } from '../witness.ts';
import { decodeALaw, silentByte } from './g711.ts';
import { frameSamples, sampleRate } from './sound.ts';

/** A second of what came. `level`: its root mean square, up to 32,767. `shares`: how much of its power each tone looked for has (0 to 1). `lost`: samples that never came, heard as silence. */
export type HeardSecond = {
  readonly endedAt: number;
  readonly level: number;
  readonly shares: Readonly<Record<number, number>>;
  readonly lost: number;
};

/** Seconds heard, one after the other. */
export type Heard = Witness<HeardSecond>;

/** What is heard through one leg, or through all of them. */
export const createHeard = (): Heard => createWitness(3600);

/** Resolves when `count` seconds after the mark `since` were this tone, with 97 % of the power or more; rejects with NotSeenError after `withinMs`. Not in a row: where a busy machine drops or doubles a single frame of 20 ms the phase jumps, and that second is not counted though a person hears nothing of it. */
export const hearTone = async (
  heard: Heard,
  hz: number,
  count: number,
  withinMs: number,
  since?: number,
): Promise<void> => {
  let whole = 0;
  const fits = ({ shares }: HeardSecond): boolean => {
    if ((shares[hz] ?? 0) >= heardShare) whole += 1;
    return whole >= count;
  };
  try {
    await heard.waitFor(fits, withinMs, `${count} s of ${hz} Hz`, since);
  } catch (error) {
    if (!(error instanceof NotSeenError)) throw error;
    const lately = heard.seen().slice(-10);
    const shares = lately.map(({ shares, lost }) => `${(shares[hz] ?? 0).toFixed(2)} (${lost} lost)`);
    throw new NotSeenError(`${error.message}; heard, second by second: ${shares.join(', ') || 'nothing'}`);
  }
};

/** Listens to one leg and measures. */
export type Ear = {
  /** A frame of A-law and its number, which goes round after `numberBits` bits. */
  readonly hear: (number: number, frame: Uint8Array) => void;
  readonly heard: Heard;
  /** Frames heard, how many between them never came, the longest time (ms) in which none did, and when the first came that was more than silence (epoch ms), null where none has. */
  readonly counts: () => {
    readonly frames: number;
    readonly lost: number;
    readonly longestPauseMs: number;
    readonly soundFrom: number | null;
  };
};

// What a tone must have of the power to count as heard.
const heardShare = 0.97;
const tones = [440, 1000] as const;

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

/** An ear that looks for 440 and 1000 Hz in what it hears, and notes the seconds in `heard`. */
export const createEar = (numberBits: 16 | 32, heard: Heard = createHeard()): Ear => {
  const range = 2 ** numberBits;
  const second = new Int16Array(sampleRate);
  let filled = 0;
  let lostInSecond = 0;
  let last: number | null = null;
  let heardAt: number | null = null;
  let frames = 0;
  let lost = 0;
  let longestPauseMs = 0;
  let soundFrom: number | null = null;

  const take = (samples: Int16Array, isLost: boolean): void => {
    for (let from = 0; from < samples.length; ) {
      const part = samples.subarray(from, from + sampleRate - filled);
      second.set(part, filled);
      filled += part.length;
      from += part.length;
      if (isLost) lostInSecond += part.length;
      if (filled < sampleRate) return;
      heard.note({
        endedAt: Date.now(),
        level: Math.sqrt(second.reduce((sum, sample) => sum + sample * sample, 0) / sampleRate),
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
      if (soundFrom === null && frame.some((byte) => byte !== silentByte)) soundFrom = now;
      frames += 1;
      lost += step - 1;
      take(new Int16Array((step - 1) * frameSamples), true);
      take(decodeALaw(frame), false);
    },
    heard,
    counts: () => ({ frames, lost, longestPauseMs, soundFrom }),
  };
};
