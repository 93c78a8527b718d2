import { useEffect, useState } from 'react';

/** The page's look as it is now: whether it is dark, and its colours by the name of their custom property. */
export type Look = { readonly dark: boolean; readonly colour: (name: string) => string };

const readLook = (): Look => {
  const style = getComputedStyle(document.documentElement);
  const colours = new Map<string, string>();
  return {
    dark: style.colorScheme === 'dark',
    colour: (name) => {
      const known = colours.get(name) ?? style.getPropertyValue(name).trim();
      colours.set(name, known);
      return known;
    },
  };
};

/** The page's look, anew when it is changed by hand or by the system. */
export const useLook = (): Look => {
  const [look, setLook] = useState(readLook);
  useEffect(() => {
    const read = (): void => setLook(readLook());
    const watcher = new MutationObserver(read);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => {
      watcher.disconnect();
      system.removeEventListener('change', read);
    };
  }, []);
  return look;
};
