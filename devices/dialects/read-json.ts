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

/** How many levels of objects and arrays JSON may have, and how many members one of them. */
export const maxLevels = 16;
export const maxMembers = 1000;

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const membersAt = new Int32Array(maxLevels + 1);

/** Why JSON of this shape is not worth parsing, found in one pass over the bytes: brackets and commas by the hundred thousand cost the time of everybody else. */
export const shapeFault = (
  bytes: Uint8Array,
): { readonly reason: string; readonly detail: string } | null => {
  let level = 0;
  membersAt[0] = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]) {
      case quote:
        for (at += 1; at < bytes.length && bytes[at] !== quote; at += 1) if (bytes[at] === backslash) at += 1;
        break;
      case 0x7b: // {
      case 0x5b: // [
        level += 1;
        if (level > maxLevels)
          return { reason: 'too-deep', detail: `more than ${maxLevels} levels of objects and arrays` };
        membersAt[level] = 1;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (level > 0) level -= 1;
        break;
      case comma: {
        const members = (membersAt[level] ?? 0) + 1;
        membersAt[level] = members;
        if (members > maxMembers)
          return { reason: 'too-many', detail: `more than ${maxMembers} elements in one array or object` };
      }
    }
  }
  return null;
};

/** The bytes as JSON; refused as `readText` does, where they are empty (`empty`) or no JSON (`not-json`), and before they are parsed where they have more than 16 levels (`too-deep`) or more than 1,000 members in one array or object (`too-many`). */
export const readJson = (bytes: Uint8Array): Read<unknown> => {
  if (bytes.byteLength === 0) return { ok: false, reason: 'empty', detail: 'the message has no bytes' };
  const text = readText(bytes);
  if (!text.ok) return text;
  const fault = shapeFault(bytes);
  if (fault !== null) return { ok: false, ...fault };
  try {
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
