import { type Sound, samplesPerMs } from './sound.ts';

/** A sound as one receiver gets it: `sequence` (16 bits) and `timestamp` (32 bits) of one unbroken stream, whatever it was put together from. */
export type Numbered = Sound & { readonly begins: boolean };

/** Numbers what one receiver hears, so that a change of source is no break: sequence numbers go on by one, timestamps by the time that passed. Within a source gaps and disorder stay what they were; what comes late from before a change is null. */
export type Outgoing = { readonly number: (sound: Sound, now: number) => Numbered | null };

/** A source whose packets all lie before the change for this long has begun its numbering anew. */
const astray = 25;

const later = (a: number, b: number): number => ((a - b) << 16) >> 16;

/** Makes one; `sequence` and `timestamp` are what the stream begins with, by chance in RTP. */
export const createOutgoing = (first: {
  readonly sequence: number;
  readonly timestamp: number;
}): Outgoing => {
  let source: string | null = null;
  let sequenceBy = 0;
  let timestampBy = 0;
  /** The first number since the last change of source, and the last one given. */
  let floor = first.sequence;
  let refused = 0;
  let last: { readonly sequence: number; readonly timestamp: number; readonly at: number } | null = null;

  return {
    number: (sound, now) => {
      const perMs = samplesPerMs(sound.codec);
      const begins = sound.source !== source || refused >= astray;
      if (begins) {
        // At least one frame on, so that two sources never share a timestamp.
        const passed = last === null ? 0 : Math.max(20, Math.round(now - last.at)) * perMs;
        floor = last === null ? first.sequence : (last.sequence + 1) & 0xffff;
        sequenceBy = floor - sound.sequence;
        timestampBy = (last === null ? first.timestamp : last.timestamp + passed) - sound.timestamp;
        source = sound.source;
        refused = 0;
      }
      const sequence = (sound.sequence + sequenceBy) & 0xffff;
      const timestamp = (sound.timestamp + timestampBy) >>> 0;
      if (!begins && last !== null) {
        if (later(sequence, floor) < 0) {
          refused += 1;
          return null;
        }
        refused = 0;
        // Also half the circle away from the floor: a stream that never changes must not come to an end.
        if (later(last.sequence, floor) > 0x3fff) floor = (last.sequence - 0x1fff) & 0xffff;
      }
      if (begins || last === null || later(sequence, last.sequence) > 0)
        last = { sequence, timestamp, at: now };
      return { ...sound, sequence, timestamp, begins };
    },
  };
};
