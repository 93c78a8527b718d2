import { useEffect, useState } from 'react';

/** A page that nobody can see draws no picture; after this (ms) it is not waited for. */
const awaitedMs = 200;

/** False until the first picture of what uses it is on the screen: what a hand waits for is drawn alone then, and the rest in the picture after it. */
export const useFirstPictureDone = (): boolean => {
  const [done, setDone] = useState(false);
  useEffect(() => {
    const tell = (): void => setDone(true);
    let drawn = setTimeout(tell, awaitedMs);
    const drawing = requestAnimationFrame(() => {
      clearTimeout(drawn);
      drawn = setTimeout(tell, 0);
    });
    return () => {
      cancelAnimationFrame(drawing);
      clearTimeout(drawn);
    };
  }, []);
  return done;
};
