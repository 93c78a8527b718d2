/** How the sound of a packet is written down. Opus passes through untouched; only G.711 can be mixed, recorded and played over. */
export type Codec = 'pcma' | 'pcmu' | 'opus';

/** One packet of sound: its numbers count up within one source, `timestamp` in samples (48,000 a second for Opus, else 8,000). `source` changes where the numbering begins anew. */
export type Sound = {
  readonly codec: Codec;
  readonly payload: Uint8Array;
  readonly sequence: number;
  readonly timestamp: number;
  readonly source: string;
};

/** The length of a frame of G.711: 20 ms of 8,000 samples a second, a byte each. */
export const frameMs = 20;
export const frameSamples = 160;

/** Samples a millisecond. */
export const samplesPerMs = (codec: Codec): number => (codec === 'opus' ? 48 : 8);
