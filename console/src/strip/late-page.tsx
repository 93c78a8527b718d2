import type { ReactNode } from 'react';
import { usePart } from '../server/use-part.ts';
import { useSpeech } from '../words/words.tsx';

const Missing = () => {
  const { words } = useSpeech();
  return (
    <p className="refused" role="alert">
      {words.banner.partMissing}{' '}
      <button type="button" onClick={() => window.location.reload()}>
        {words.banner.reload}
      </button>
    </p>
  );
};

/** A page that is fetched when somebody first goes there. Where it does not come a browser may not ask again by itself: only a page that is loaded anew does. */
export const LatePage = <T,>(props: {
  readonly load: () => Promise<T>;
  readonly draw: (part: T) => ReactNode;
}) => {
  const part = usePart(props.load);
  if (part !== 'loading' && part !== 'failed') return props.draw(part as T);
  return <main className="late-page">{part === 'failed' && <Missing />}</main>;
};

/** A part of a page that is fetched when somebody opens it. */
export const LatePart = <T,>(props: {
  readonly load: () => Promise<T>;
  readonly draw: (part: T) => ReactNode;
}) => {
  const part = usePart(props.load);
  if (part !== 'loading' && part !== 'failed') return props.draw(part as T);
  return part === 'failed' && <Missing />;
};
