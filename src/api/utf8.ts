const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes as text, without a byte order mark; null where they are no UTF-8. */
export const readUtf8 = (bytes: Uint8Array): string | null => {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
};
