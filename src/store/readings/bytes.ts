/** Writes numbers one behind the other, small ones in few bytes. */
export type Sink = {
  readonly byte: (value: number) => void;
  /** A whole number from 0 to 2^53 − 1 in 1 to 8 bytes: 7 bits a byte, the lowest first. */
  readonly whole: (value: number) => void;
  /** A whole number of either sign, at most 2^53 − 1 from 0. */
  readonly signed: (value: number) => void;
  readonly bytes: (value: Uint8Array) => void;
  /** What was written; the sink begins anew. The bytes are valid until the next write. */
  readonly take: () => Buffer;
};

/** Makes a sink that grows as it needs to. */
export const makeSink = (): Sink => {
  let buffer = Buffer.allocUnsafe(65_536);
  let size = 0;
  const reserve = (more: number): void => {
    if (size + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, size + more));
    buffer.copy(larger, 0, 0, size);
    buffer = larger;
  };
  const whole = (value: number): void => {
    reserve(8);
    let left = value;
    while (left >= 0x80) {
      buffer[size] = (left & 0x7f) | 0x80;
      size += 1;
      left = left < 0x8000_0000 ? left >>> 7 : Math.floor(left / 0x80);
    }
    buffer[size] = left;
    size += 1;
  };
  const byte = (value: number): void => {
    reserve(1);
    buffer[size] = value;
    size += 1;
  };
  return {
    byte,
    whole,
    // The sign is the lowest bit. Doubled, a large number could not be told from its neighbours.
    signed: (value) => {
      const distance = value < 0 ? -value - 1 : value;
      const low = ((distance & 0x3f) << 1) | (value < 0 ? 1 : 0);
      if (distance < 0x40) byte(low);
      else {
        byte(low | 0x80);
        whole(Math.floor(distance / 0x40));
      }
    },
    bytes: (value) => {
      reserve(value.length);
      buffer.set(value, size);
      size += value.length;
    },
    take: () => {
      const taken = buffer.subarray(0, size);
      size = 0;
      return taken;
    },
  };
};

/** Reads what a sink wrote, in the same order. Every function throws RangeError beyond the end. */
export type Source = {
  readonly byte: () => number;
  readonly whole: () => number;
  readonly signed: () => number;
  readonly bytes: (length: number) => Uint8Array;
};

/** Makes a source over bytes. */
export const makeSource = (data: Uint8Array): Source => {
  let at = 0;
  const byte = (): number => {
    const value = data[at];
    if (value === undefined) throw new RangeError('the block ends too early');
    at += 1;
    return value;
  };
  const whole = (): number => {
    let value = byte();
    if (value < 0x80) return value;
    value &= 0x7f;
    for (let weight = 0x80; ; weight *= 0x80) {
      const next = byte();
      value += (next & 0x7f) * weight;
      if (next < 0x80) return value;
      if (weight > 2 ** 49) throw new RangeError('a number of the block is too long');
    }
  };
  return {
    byte,
    whole,
    signed: () => {
      const first = byte();
      const size = ((first & 0x7f) >> 1) + (first < 0x80 ? 0 : whole() * 0x40);
      return (first & 1) === 0 ? size : -size - 1;
    },
    bytes: (length) => {
      if (at + length > data.length) throw new RangeError('the block ends too early');
      at += length;
      return data.subarray(at - length, at);
    },
  };
};
