/** The most bytes a message may have. */
export const maxBytes = 256 * 1024;

/** Bytes read as text or as JSON, or the reason why they cannot be. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string; readonly detail: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes as text; refused over 256 KiB (`too-large`) and where they are no UTF-8 (`not-utf8`). */
export const readText = (bytes: Uint8Array): Read<string> => {
  if (bytes.byteLength > maxBytes) {
    return {
      ok: false,
      reason: 'too-large',
      detail: `${bytes.byteLength} bytes; at most ${maxBytes} are read`,
    };
  }
  try {
    return { ok: true, value: utf8.decode(bytes) };
  } catch {
    return { ok: false, reason: 'not-utf8', detail: 'the bytes are no UTF-8 text' };
  }
};

/** The bytes as JSON; refused as `readText` does, and where they are empty (`empty`) or no JSON (`not-json`). How deep the JSON may be is for whoever walks it to bound. */
export const readJson = (bytes: Uint8Array): Read<unknown> => {
  if (bytes.byteLength === 0) return { ok: false, reason: 'empty', detail: 'the message has no bytes' };
  const text = readText(bytes);
  if (!text.ok) return text;
  try {
    // V8 parses without recursion, so that 256 KiB of brackets cost no stack.
    return { ok: true, value: JSON.parse(text.value) };
  } catch (error) {
    return {
      ok: false,
      reason: 'not-json',
      detail: error instanceof Error ? error.message.slice(0, 200) : 'no JSON',
    };
  }
};

const gbk = new TextDecoder('gb18030', { fatal: true });
const lossy = new TextDecoder();

/** The same for bytes that a person's life may hang on: what follows a NUL is passed over, and bytes that are no UTF-8 are read as GBK, or with marks in place of what cannot be read. `flaw` says what was wrong where that helped. */
export const readJsonLeniently = (
  bytes: Uint8Array,
): Read<unknown> & { readonly flaw?: { readonly reason: string; readonly detail: string } } => {
  const strict = readJson(bytes);
  if (strict.ok || (strict.reason !== 'not-json' && strict.reason !== 'not-utf8')) return strict;
  const end = bytes.indexOf(0);
  const kept = end < 0 ? bytes : bytes.subarray(0, end);
  for (const decoder of [utf8, gbk, lossy]) {
    try {
      const value: unknown = JSON.parse(decoder.decode(kept));
      return {
        ok: true,
        value,
        flaw: { reason: 'invalid-data', detail: `read in spite of this: ${strict.detail}` },
      };
    } catch {
      // Read in another way, then.
    }
  }
  return strict;
};

/** Whether a value is a JSON object: no array, no null. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a JSON value has at most `depth` levels of objects and arrays; stops looking as soon as it has more. */
export const isShallow = (value: unknown, depth: number): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const inner of Object.values(value)) if (!isShallow(inner, depth - 1)) return false;
  return true;
};
