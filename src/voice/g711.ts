import type { Codec } from './sound.ts';

/** What stands for silence: the code of the smallest positive value. */
export const silentA = 0xd5;
export const silentMu = 0xff;

// ITU-T G.711, tables 1a and 2a: a sign, a segment of three bits, and four bits within the segment; every second
// bit of A-law and every bit of µ-law is inverted on the line. Values here are scaled to 16 bits.
const decodeA = (code: number): number => {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 15) << 4) + 8;
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (bits & 0x80) !== 0 ? size : -size;
};

const decodeMu = (code: number): number => {
  const bits = ~code & 0xff;
  const size = ((((bits & 15) << 3) + 0x84) << ((bits >> 4) & 7)) - 0x84;
  return (bits & 0x80) !== 0 ? -size : size;
};

const encodeA = (value: number): number => {
  const positive = value >= 0;
  // One's complement below zero, as in the recommendation's own reference: -1 lies in the first negative step.
  const size = (positive ? value : ~value) >> 4;
  const segment = size < 16 ? 0 : 28 - Math.clz32(size);
  const within = (segment === 0 ? size : size >> (segment - 1)) & 15;
  return ((segment << 4) | within | (positive ? 0x80 : 0)) ^ 0x55;
};

const encodeMu = (value: number): number => {
  const positive = value >= 0;
  // Likewise, and the bias is counted in steps of the 14 bits that the recommendation works in.
  const size = Math.min(((positive ? value : ~value) >> 2) + 33, 0x1fff);
  const segment = 26 - Math.clz32(size);
  const bits = (segment << 4) | ((size >> (segment + 1)) & 15) | (positive ? 0 : 0x80);
  return ~bits & 0xff;
};

const tables = (
  decode: (code: number) => number,
  encode: (value: number) => number,
): { readonly values: Int16Array; readonly codes: Uint8Array } => ({
  values: Int16Array.from({ length: 256 }, (_, code) => decode(code)),
  codes: Uint8Array.from({ length: 65_536 }, (_, at) => encode(at - 32_768)),
});

const laws = { pcma: tables(decodeA, encodeA), pcmu: tables(decodeMu, encodeMu) } as const;

/** The two laws of G.711. */
export type Law = keyof typeof laws;

/** Whether a codec is one of the two laws, and not Opus. */
export const isLaw = (codec: Codec): codec is Law => codec !== 'opus';

/** Samples of 16 bits from G.711; all 256 codes have a value. */
export const decode = (law: Law, codes: Uint8Array): Int16Array => {
  const { values } = laws[law];
  const samples = new Int16Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) samples[at] = values[codes[at] as number] as number;
  return samples;
};

/** G.711 from samples of 16 bits; a sample that came from a code gives that code again (of µ-law's two zeros the positive one). */
export const encode = (law: Law, samples: Int16Array): Uint8Array => {
  const { codes } = laws[law];
  const payload = new Uint8Array(samples.length);
  for (let at = 0; at < samples.length; at += 1)
    payload[at] = codes[(samples[at] as number) + 32_768] as number;
  return payload;
};

const between = (from: Law, to: Law): Uint8Array =>
  encode(
    to,
    decode(
      from,
      Uint8Array.from({ length: 256 }, (_, code) => code),
    ),
  );
const crossings = { pcma: between('pcmu', 'pcma'), pcmu: between('pcma', 'pcmu') } as const;

/** The same sound in the other law. */
export const toLaw = (law: Law, payload: Uint8Array): Uint8Array =>
  payload.map((code) => crossings[law][code] as number);
