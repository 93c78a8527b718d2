import { useEffect, useState } from 'react';
import { priorities } from '../../../src/model/alert.ts';
import type { Colours } from './option.ts';

const lineNames = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'] as const;

const readColours = (): Colours => {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const [critical = '', high = '', medium = ''] = priorities.map((name) => read(`--${name}`));
  return {
    ink: read('--ink'),
    soft: read('--soft'),
    edge: read('--edge'),
    paper: read('--paper'),
    lines: lineNames.map(read),
    priority: { critical, high, medium, low: read('--soft') },
  };
};

/** The page's colours, anew when its look is changed by hand or by the system. */
export const useColours = (): Colours => {
  const [colours, setColours] = useState(readColours);
  useEffect(() => {
    const read = (): void => setColours(readColours());
    const watcher = new MutationObserver(read);
    watcher.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => {
      watcher.disconnect();
      system.removeEventListener('change', read);
    };
  }, []);
  return colours;
};
