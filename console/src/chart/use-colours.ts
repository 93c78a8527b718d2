import { useMemo } from 'react';
import { priorities } from '../../../src/model/alert.ts';
import { useLook } from '../look/use-look.ts';
import type { Colours } from './option.ts';

const lineNames = ['--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6'] as const;

/** The chart's colours in the page's look. */
export const useColours = (): Colours => {
  const { colour } = useLook();
  return useMemo(() => {
    const [critical = '', high = '', medium = ''] = priorities.map((name) => colour(`--${name}`));
    return {
      ink: colour('--ink'),
      soft: colour('--soft'),
      edge: colour('--edge'),
      paper: colour('--paper'),
      lines: lineNames.map(colour),
      priority: { critical, high, medium, low: colour('--soft') },
    };
  }, [colour]);
};
