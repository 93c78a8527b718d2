import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { Id } from '../../model/text.ts';
import { decode } from '../g711.ts';
import { finishRecording, headOfPcm, recordingHead } from '../wav.ts';

/** The recordings of calls on the disk, a file each, with a file `<call>.hold` beside those that must not go. */
export type Recordings = {
  /** A recording as 16-bit stereo PCM (WAV), the resident left and the operators right, `bytes` in all, of which `read` gives `[from, to)`; null where there is none. One that is still being made is given as far as it has got. */
  readonly open: (call: string) => {
    readonly bytes: number;
    readonly read: (stretch: { readonly from: number; readonly to: number }) => Readable;
  } | null;
  /** Whether it is to be kept whatever its age; false where there is no such recording. */
  readonly hold: (call: string, held: boolean) => boolean;
  readonly isHeld: (call: string) => boolean;
  /** Removes those last written to before this moment (epoch ms) that nobody holds, and says which. */
  readonly prune: (before: number) => readonly string[];
};

const ending = '.wav';

/** The file of a call's recording; null for what cannot be the id of a call. */
export const recordingPath = (dir: string, call: string): string | null =>
  Id.safeParse(call).success ? join(dir, `${call}${ending}`) : null;

const callsIn = (dir: string): string[] =>
  readdirSync(dir)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));

/** Makes the directory of the recordings, into which only its owner may look. */
export const makeRecordingsDirectory = (dir: string): void => {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
};

/** Mends what a crash left unfinished, and says what there is of it: the call and its length (ms). One that holds no sound is removed. */
export const mendRecordings = (
  dir: string,
): readonly { readonly call: string; readonly lengthMs: number }[] =>
  callsIn(dir).flatMap((call) => {
    const path = join(dir, `${call}${ending}`);
    if (statSync(path).size <= recordingHead) {
      rmSync(path);
      return [];
    }
    const lengthMs = finishRecording(path);
    return lengthMs === null ? [] : [{ call, lengthMs }];
  });

/** Samples of two bytes from A-law, however the pieces fall. */
const unpack = (): Transform =>
  new Transform({
    transform(piece: Buffer, _encoding, done) {
      const samples = decode('pcma', piece);
      const bytes = Buffer.allocUnsafe(samples.length * 2);
      for (let index = 0; index < samples.length; index += 1)
        bytes.writeInt16LE(samples[index] as number, index * 2);
      done(null, bytes);
    },
  });

/** The head, and of the samples `length` bytes from the byte `skip` on. */
async function* stretchOf(
  head: Buffer,
  samples: Readable,
  skip: number,
  length: number,
): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  let from = skip;
  let left = length;
  for await (const piece of samples as AsyncIterable<Buffer>) {
    const wanted = piece.subarray(from, from + left);
    from = 0;
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
  }
}

/** The recordings in a directory; it need not be there. */
export const openRecordings = (dir: string): Recordings => {
  const pathOf = (call: string): string | null => {
    const path = recordingPath(dir, call);
    return path !== null && existsSync(path) ? path : null;
  };
  const holdOf = (call: string): string => join(dir, `${call}.hold`);
  return {
    open: (call) => {
      const path = pathOf(call);
      if (path === null) return null;
      const sound = Math.max(0, statSync(path).size - recordingHead) & ~1;
      const head = headOfPcm(sound * 2);
      const bytes = head.length + sound * 2;
      return {
        bytes,
        read: ({ from, to }) => {
          const first = Math.max(0, from - head.length);
          const end = Math.max(0, to - head.length);
          const wanted = head.subarray(Math.min(from, head.length), Math.min(to, head.length));
          if (end <= first) return Readable.from([wanted], { objectMode: false });
          // A sample is one byte on the disk and two in the answer.
          const start = recordingHead + (first >> 1);
          const file = createReadStream(path, { start, end: recordingHead + ((end - 1) >> 1) });
          const unpacked = file.pipe(unpack());
          file.on('error', (error: Error) => unpacked.destroy(error));
          const stream = Readable.from(stretchOf(wanted, unpacked, first & 1, end - first), {
            objectMode: false,
          });
          stream.on('close', () => file.destroy());
          return stream;
        },
      };
    },
    hold: (call, held) => {
      if (pathOf(call) === null) return false;
      if (held) writeFileSync(holdOf(call), '', { mode: 0o600 });
      else rmSync(holdOf(call), { force: true });
      return true;
    },
    isHeld: (call) => recordingPath(dir, call) !== null && existsSync(holdOf(call)),
    prune: (before) => {
      if (!existsSync(dir)) return [];
      return callsIn(dir).filter((call) => {
        const path = join(dir, `${call}${ending}`);
        if (existsSync(holdOf(call)) || statSync(path).mtimeMs >= before) return false;
        rmSync(path);
        return true;
      });
    },
  };
};
