import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import type { Text } from '../../../src/model/text.ts';
import { en } from './en.ts';
import { firstLanguage, type Language } from './first-language.ts';
import { type Dictionary, zh } from './zh.ts';

const storageKey = 'zhishou.language';
const dictionaries: Readonly<Record<Language, Dictionary>> = { zh, en };

/** The words of the seat's language, with the way to the other one. */
export type Speech = {
  readonly language: Language;
  readonly words: Dictionary;
  /** The gateway's sentence in this language. */
  readonly text: (text: Text) => string;
  readonly switchLanguage: () => void;
};

const SpeechContext = createContext<Speech>({
  language: 'zh',
  words: zh,
  text: (text) => text.zh,
  switchLanguage: () => undefined,
});

/** Gives everything below it the seat's language, kept in this browser. */
export const SpeechProvider = ({ children }: { readonly children: ReactNode }) => {
  const [language, setLanguage] = useState<Language>(() =>
    firstLanguage(localStorage.getItem(storageKey), navigator.languages),
  );
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const speech = useMemo(
    () => ({
      language,
      words: dictionaries[language],
      text: (text: Text) => text[language],
      switchLanguage: () => {
        const other = language === 'zh' ? 'en' : 'zh';
        localStorage.setItem(storageKey, other);
        setLanguage(other);
      },
    }),
    [language],
  );
  return <SpeechContext value={speech}>{children}</SpeechContext>;
};

/** The seat's language. */
export const useSpeech = (): Speech => use(SpeechContext);

/** The words of a page that is fetched late, and that come with it. */
export const usePageWords = <T,>(texts: { readonly zh: T; readonly en: T }): T =>
  texts[use(SpeechContext).language];
