import type { ByteSpan } from './parts.ts';

/** The one stretch of a file of `bytes` that a Range header asks for; null = the whole file, also for what is no range of bytes or asks for several, which may be passed over; `unsatisfiable` = it lies outside. // [RFC 9110, 14.2] */
export const readByteRange = (
  header: string | undefined,
  bytes: number,
): ByteSpan | null | 'unsatisfiable' => {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length === 0 ? 'unsatisfiable' : { from: bytes - length, to: bytes };
  }
  const from = Number(first);
  const to = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  // A last byte before the first makes no range at all.
  if (last !== '' && Number(last) < from) return null;
  return from >= bytes ? 'unsatisfiable' : { from, to };
};
