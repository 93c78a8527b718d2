import { deflateRawSync, inflateRawSync } from 'node:zlib';

const plain = 0;
const deflated = 1;

/** Puts a mark before bytes that says how they are packed; `hard` deflates them where that makes them smaller. */
export const packBytes = (bytes: Buffer, hard: boolean): Buffer => {
  const squeezed = hard ? deflateRawSync(bytes) : bytes;
  return squeezed.length < bytes.length
    ? Buffer.concat([Buffer.of(deflated), squeezed])
    : Buffer.concat([Buffer.of(plain), bytes]);
};

/** The bytes that `packBytes` was given. Throws RangeError where the mark is none of ours, and Error where the bytes do not inflate. */
export const unpackBytes = (packed: Uint8Array): Uint8Array => {
  if (packed[0] === plain) return packed.subarray(1);
  if (packed[0] === deflated) return inflateRawSync(packed.subarray(1));
  throw new RangeError(`a block is packed in a way that is not known: ${packed[0]}`);
};
