import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { Damaged, describeError } from '../database.ts';

const plain = 0;
const deflated = 1;
/** A byte that says how the rest is packed, and the checksum of what is in it. */
const headBytes = 5;

/** Puts a mark and a checksum before bytes; `hard` deflates them where that makes them smaller. */
export const packBytes = (bytes: Buffer, hard: boolean): Buffer => {
  const squeezed = hard ? deflateRawSync(bytes) : bytes;
  const isSmaller = squeezed.length < bytes.length;
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(isSmaller ? deflated : plain);
  head.writeUInt32LE(crc32(bytes), 1);
  return Buffer.concat([head, isSmaller ? squeezed : bytes]);
};

const unpack = (packed: Buffer): Buffer => {
  const rest = packed.subarray(headBytes);
  if (packed[0] === plain) return rest;
  if (packed[0] !== deflated) throw new Damaged(`packed in a way that is not known: ${packed[0]}`);
  try {
    return inflateRawSync(rest);
  } catch (error) {
    throw new Damaged(`does not inflate: ${describeError(error)}`);
  }
};

/** The bytes that `packBytes` was given. Throws Damaged where they are no longer the same. */
export const unpackBytes = (packed: Buffer): Buffer => {
  if (packed.length < headBytes) throw new Damaged('packed bytes end too early');
  const bytes = unpack(packed);
  if (crc32(bytes) !== packed.readUInt32LE(1)) throw new Damaged('packed bytes do not have their checksum');
  return bytes;
};
