const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a file says, or why that is not known. */
export type ReadText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/** Takes the bytes of a text that somebody wrote in an editor; what is not UTF-8 is refused, because it would be read as other words than were written. */
export const readText = (bytes: Uint8Array): ReadText => {
  const [first, second] = bytes;
  const isMarked16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isMarked16 || bytes.includes(0))
    return { ok: false, problem: 'is not UTF-8 (it looks like UTF-16): save it as UTF-8' };
  try {
    return { ok: true, text: decoder.decode(bytes) };
  } catch {
    return { ok: false, problem: 'is not UTF-8: save it as UTF-8' };
  }
};
