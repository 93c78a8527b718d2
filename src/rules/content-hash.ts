const encoder = new TextEncoder();

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
};

/** FNV-1a of 64 bits over the text's UTF-8 bytes, as 16 hex digits (http://www.isthe.com/chongo/tech/comp/fnv). It tells two contents apart and proves nothing against somebody who wants them to look alike. */
export const hashText = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (const byte of encoder.encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};

/** The hash of a JSON value, the same however its keys are ordered. */
export const hashContent = (value: unknown): string => hashText(canonical(value));
