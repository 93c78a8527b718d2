import { silentA } from './g711.ts';
import { frameSamples } from './sound.ts';

/** So many frames are waited for before the first is played: TCP brings them in bursts. */
const cushionFrames = 3;
/** More than half a second behind is let go at once: an old word late is worse than a word lost. */
const mostFrames = 25;
/** Silence fills in for so long when nothing comes; then the stream rests until there is a cushion again. */
const bridgeFrames = 10;
/** What was kept waiting all of this long beyond the cushion is let go: a burst must not delay a whole call. */
const trimEveryFrames = 100;
/** A number further away than this is no late frame but a device that counts anew. */
const farAway = 250;

/** Frames of 20 ms that come over a connection in bursts, taken out one by one in their order. */
export type Jitter = {
  /** False where the frame came too late or twice, and is passed over. */
  readonly put: (sequence: number, frame: Uint8Array) => boolean;
  /** The next frame, silence for one that is missing, null while there is nothing to play. */
  readonly take: () => Uint8Array | null;
};

const silence: Uint8Array = new Uint8Array(frameSamples).fill(silentA);
const after = (a: number, b: number): number => (a - b) | 0;

/** Makes one; numbers are of 32 bits and go round. */
export const createJitter = (): Jitter => {
  const waiting = new Map<number, Uint8Array>();
  let next: number | null = null;
  /** Something of this numbering was played: from then on what lies before it is late. */
  let begun = false;
  let playing = false;
  let bridged = 0;
  let taken = 0;
  let leastBehind = Number.POSITIVE_INFINITY;

  const span = (): number => {
    let most = 0;
    for (const sequence of waiting.keys()) most = Math.max(most, after(sequence, next ?? sequence) + 1);
    return most;
  };
  const rest = (): void => {
    playing = false;
    bridged = 0;
  };
  const skipTo = (sequence: number): void => {
    for (const old of [...waiting.keys()]) if (after(old, sequence) < 0) waiting.delete(old);
    next = sequence;
  };
  const trim = (): void => {
    leastBehind = Math.min(leastBehind, span());
    taken += 1;
    if (taken % trimEveryFrames !== 0) return;
    if (next !== null && leastBehind > cushionFrames && Number.isFinite(leastBehind))
      skipTo((next + leastBehind - cushionFrames) | 0);
    leastBehind = Number.POSITIVE_INFINITY;
  };

  return {
    put: (number, frame) => {
      const sequence = number | 0;
      if (next !== null && Math.abs(after(sequence, next)) > farAway) {
        waiting.clear();
        next = null;
        begun = false;
        rest();
      }
      // What comes first need not be the first.
      if (next === null || (!begun && after(sequence, next) < 0)) next = sequence;
      if (after(sequence, next) < 0 || waiting.has(sequence)) return false;
      waiting.set(sequence, frame);
      const behind = span();
      if (behind > mostFrames) skipTo((next + behind - cushionFrames) | 0);
      if (span() >= cushionFrames) playing = true;
      return true;
    },
    take: () => {
      if (!playing || next === null) return null;
      const frame = waiting.get(next);
      if (frame === undefined && waiting.size === 0) {
        bridged += 1;
        if (bridged > bridgeFrames) {
          rest();
          return null;
        }
        // The number stays: what is only late is still to come, and is played then.
        return silence;
      }
      trim();
      waiting.delete(next);
      next = (next + 1) | 0;
      begun = true;
      bridged = 0;
      return frame ?? silence;
    },
  };
};
