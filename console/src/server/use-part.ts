import { useEffect, useState } from 'react';

/** A part of the page that is fetched when it is first needed, so that the duty room never waits for it; `failed` where the gateway did not give it (it may have been replaced by another version since, or be gone). `load` must be the same function from draw to draw. */
export const usePart = <T>(load: () => Promise<T>): T | 'loading' | 'failed' => {
  const [part, setPart] = useState<{ readonly is: T } | 'loading' | 'failed'>('loading');
  useEffect(() => {
    let left = false;
    load().then(
      (is) => {
        if (!left) setPart({ is });
      },
      () => {
        if (!left) setPart('failed');
      },
    );
    return () => {
      left = true;
    };
  }, [load]);
  return typeof part === 'string' ? part : part.is;
};
