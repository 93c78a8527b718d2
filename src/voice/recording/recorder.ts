import { open } from 'node:fs/promises';
import { decode, encode, isLaw } from '../g711.ts';
import type { Sound } from '../sound.ts';
import { finishRecording, headOfRecording, recordingHead } from '../wav.ts';

/** Sound is placed within so much (samples: 4 s), and written once it is a second old: what comes late until then still finds its place. */
const ringSamples = 32_768;
const settledAfter = 8_000;
/** A source that strays so far (samples) from the clock is placed by the clock anew. */
const strayingBy = 3_200;
/** A disk that takes nothing for so long (bytes waiting: a minute) ends the recording, not the call. */
const mostWaitingBytes = 960_000;

/** Which channel: the resident's side is left, the operators' right. */
export type Channel = 'left' | 'right';

/** A recording under way. */
export type Recorder = {
  /** `source` tells apart who speaks on the same channel; who speaks at the same time is added up. */
  readonly take: (channel: Channel, sound: Sound, now: number) => void;
  /** Hands what is settled to the disk; to be called about twice a second. */
  readonly settle: (now: number) => void;
  /** Everything up to now, the head and the disk; resolves with the length (ms) of the whole file, null where it could not be kept. */
  readonly finish: (now: number) => Promise<number | null>;
};

type Placed = { offset: number };
type Side = {
  readonly samples: Int16Array;
  /** Who wrote each sample: 0 = nobody, else the number of a source. */
  readonly writers: Uint8Array;
  readonly sources: Map<string, Placed & { readonly number: number }>;
};

const makeSide = (): Side => ({
  samples: new Int16Array(ringSamples),
  writers: new Uint8Array(ringSamples),
  sources: new Map(),
});

/** What a recording tells: `begun` once its file is open, `broken` where a disk that fails has ended it. */
export type RecorderDoor = { readonly begun: () => void; readonly broken: (why: string) => void };

/** Begins a recording in a file, or goes on with one that is there. */
export const startRecorder = (path: string, now: number, door: RecorderDoor): Recorder => {
  const sides = { left: makeSide(), right: makeSide() } as const;
  /** Up to where (samples since the beginning) everything went to the disk. */
  let settled = 0;
  let waitingBytes = 0;
  let broken = false;

  const breakOff = (why: string): void => {
    if (broken) return;
    broken = true;
    door.broken(why);
  };
  const opened = open(path, 'a', 0o600).then(async (file) => {
    if ((await file.stat()).size < recordingHead) {
      await file.truncate(0);
      await file.write(headOfRecording(0));
    }
    door.begun();
    return file;
  });
  let writing: Promise<unknown> = opened.catch((error: Error) => breakOff(error.message));

  const write = (bytes: Uint8Array): void => {
    if (broken) return;
    if (waitingBytes > mostWaitingBytes) {
      breakOff('the disk does not keep up');
      return;
    }
    waitingBytes += bytes.length;
    writing = writing
      .then(async () => {
        if (!broken) await (await opened).write(bytes);
      })
      .catch((error: Error) => breakOff(error.message))
      .finally(() => {
        waitingBytes -= bytes.length;
      });
  };

  const clockAt = (at: number): number => Math.max(0, Math.round((at - now) * 8));

  const settleTo = (end: number): void => {
    while (settled < end) {
      const count = Math.min(end - settled, ringSamples);
      const codes = new Uint8Array(count * 2);
      for (const [channel, side] of [sides.left, sides.right].entries()) {
        const samples = new Int16Array(count);
        for (let index = 0; index < count; index += 1) {
          const slot = (settled + index) % ringSamples;
          if (side.writers[slot] === 0) continue;
          samples[index] = side.samples[slot] as number;
          side.samples[slot] = 0;
          side.writers[slot] = 0;
        }
        for (const [index, code] of encode('pcma', samples).entries()) codes[index * 2 + channel] = code;
      }
      settled += count;
      write(codes);
    }
  };

  return {
    take: (channel, { codec, payload, timestamp, source }, at) => {
      if (broken || !isLaw(codec)) return;
      const side = sides[channel];
      const clock = clockAt(at);
      let placed = side.sources.get(source);
      if (placed === undefined) {
        placed = { offset: 0, number: (side.sources.size % 255) + 1 };
        side.sources.set(source, placed);
        placed.offset = clock - timestamp;
      } else if (Math.abs((timestamp + placed.offset - clock) | 0) > strayingBy)
        placed.offset = clock - timestamp;
      const start = clock + ((timestamp + placed.offset - clock) | 0);
      for (const [index, sample] of decode(codec, payload).entries()) {
        const position = start + index;
        if (position < settled || position >= settled + ringSamples) continue;
        const slot = position % ringSamples;
        const writer = side.writers[slot];
        // The same packet twice is the same sound once.
        const sum =
          writer === 0 || writer === placed.number ? sample : (side.samples[slot] as number) + sample;
        side.samples[slot] = Math.max(-32_768, Math.min(32_767, sum));
        side.writers[slot] = placed.number;
      }
    },
    settle: (at) => settleTo(clockAt(at) - settledAfter),
    finish: async (at) => {
      // What was placed a little ahead of the clock is said, too.
      settleTo(clockAt(at));
      await writing;
      const file = await opened.catch(() => null);
      if (file === null) return null;
      try {
        await file.sync();
        const { size } = await file.stat();
        await file.close();
        return finishRecording(path) ?? Math.round((size - recordingHead) / 16);
      } catch (error) {
        breakOff(error instanceof Error ? error.message : String(error));
        return null;
      }
    },
  };
};
