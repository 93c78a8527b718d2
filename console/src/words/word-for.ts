/** The word for `key`, or the key itself where the dictionary has none (a name the gateway learned later). */
export const wordFor = (words: Readonly<Record<string, string>>, key: string): string =>
  Object.hasOwn(words, key) ? (words[key] ?? key) : key;
