/** The languages of the console. */
export type Language = 'zh' | 'en';

/** The language a page starts in: what this seat chose before, else the first that the browser asks for and the console has, else English. */
export const firstLanguage = (chosen: string | null, preferred: readonly string[]): Language => {
  if (chosen === 'zh' || chosen === 'en') return chosen;
  const wanted = preferred.map((tag) => tag.toLowerCase().split('-')[0]);
  return wanted.find((tag) => tag === 'zh' || tag === 'en') === 'zh' ? 'zh' : 'en';
};
