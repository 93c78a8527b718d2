import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { encode, toLaw } from './g711.ts';

/** The bytes before the sound in a recording: RIFF, fmt (18), fact (4) and the head of data. */
export const recordingHead = 58;
/** A recording holds so many bytes a second: two sides of 8,000 samples. */
export const recordingBytesPerSecond = 16_000;

/** The head of a recording of so many bytes of sound: A-law, two channels, 8,000 samples a second. */
export const headOfRecording = (bytes: number): Buffer => {
  const head = Buffer.alloc(recordingHead);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(recordingHead - 8 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(6, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(recordingBytesPerSecond, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(8, 34);
  head.write('fact', 38, 'latin1');
  head.writeUInt32LE(4, 42);
  head.writeUInt32LE(bytes / 2, 46);
  head.write('data', 50, 'latin1');
  head.writeUInt32LE(bytes, 54);
  return head;
};

/** The head of the same as 16-bit PCM, which browsers play; its sound is twice as long. */
export const headOfPcm = (bytes: number): Buffer => {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(32_000, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return head;
};

/** The length (ms) of a recording whose file has so many bytes. */
export const lengthOfRecording = (fileBytes: number): number =>
  Math.round((Math.max(0, fileBytes - recordingHead) * 1_000) / recordingBytesPerSecond);

/** Makes the head of a recording say what its file holds; null where it does already, else the length (ms) that it says now. A half sample at its end is cut off. */
export const finishRecording = (path: string): number | null => {
  const file = openSync(path, 'r+');
  try {
    const { size } = fstatSync(file);
    const bytes = Math.max(0, size - recordingHead) & ~1;
    const found = Buffer.alloc(recordingHead);
    readSync(file, found, 0, recordingHead, 0);
    const head = headOfRecording(bytes);
    if (found.equals(head) && size === recordingHead + bytes) return null;
    writeSync(file, head, 0, recordingHead, 0);
    ftruncateSync(file, recordingHead + bytes);
    return lengthOfRecording(recordingHead + bytes);
  } finally {
    closeSync(file);
  }
};

/** Reads a WAV of 8,000 samples a second and one channel, as 16-bit PCM, A-law or µ-law, into A-law; what is wrong with it, in words, where it is another. */
export const readSpeech = (
  file: Buffer,
): { readonly ok: true; readonly speech: Uint8Array } | { readonly ok: false; readonly why: string } => {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  )
    return { ok: false, why: 'is not a WAV file' };
  let format: { readonly tag: number; readonly bits: number } | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const length = file.readUInt32LE(at + 4);
    const from = at + 8;
    if (name === 'fmt ') {
      if (from + 16 > file.length) return { ok: false, why: 'breaks off' };
      const [channels, rate] = [file.readUInt16LE(from + 2), file.readUInt32LE(from + 4)];
      if (channels !== 1) return { ok: false, why: `has ${channels} channels instead of one` };
      if (rate !== 8_000) return { ok: false, why: `has ${rate} samples a second instead of 8000` };
      format = { tag: file.readUInt16LE(from), bits: file.readUInt16LE(from + 14) };
    }
    if (name === 'data') {
      if (format === null) return { ok: false, why: 'does not say how it is written' };
      const sound = file.subarray(from, from + length);
      if (format.tag === 6) return { ok: true, speech: sound };
      if (format.tag === 7) return { ok: true, speech: toLaw('pcma', sound) };
      if (format.tag !== 1 || format.bits !== 16)
        return { ok: false, why: 'is neither 16-bit PCM nor A-law nor µ-law' };
      const samples = Int16Array.from({ length: sound.length >> 1 }, (_, index) =>
        sound.readInt16LE(index * 2),
      );
      return { ok: true, speech: encode('pcma', samples) };
    }
    at = from + length + (length & 1);
  }
  return { ok: false, why: 'holds no sound' };
};
