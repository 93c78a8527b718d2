// ITU-T G.711 (11/88): A-law, eight segments of sixteen steps to each side, every even bit inverted.
const segmentEnds = [0x1f, 0x3f, 0x7f, 0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff] as const;
const evenBits = 0x55;
const positive = 0x80;

const compress = (sample: number): number => {
  const coarse = sample >> 3;
  const mask = coarse >= 0 ? evenBits | positive : evenBits;
  const size = coarse >= 0 ? coarse : -coarse - 1;
  const segment = segmentEnds.findIndex((end) => size <= end);
  const step = (size >> Math.max(1, segment)) & 0x0f;
  return ((segment << 4) | step) ^ mask;
};

const expand = (byte: number): number => {
  const plain = byte ^ evenBits;
  const step = ((plain & 0x0f) << 4) + 8;
  const segment = (plain & 0x70) >> 4;
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (plain & positive) === 0 ? -size : size;
};

const expanded = Int16Array.from({ length: 256 }, (_, byte) => expand(byte));

/** A byte of G.711 A-law for each sample of 16 bits. */
export const encodeALaw = (samples: Int16Array): Uint8Array => Uint8Array.from(samples, compress);

/** A sample of 16 bits for each byte of G.711 A-law. */
export const decodeALaw = (bytes: Uint8Array): Int16Array =>
  Int16Array.from(bytes, (byte) => expanded[byte] ?? 0);

/** The byte of silence. */
export const silentByte = compress(0);
