import { useEffect, useMemo, useRef } from 'react';
import { usePart } from '../server/use-part.ts';
import { useSpeech } from '../words/words.tsx';
import { type BarSeries, barsOption } from './bars-option.ts';
import type { BarPicture } from './draw-bars.ts';
import { useColours } from './use-colours.ts';
import './bars.css';

const loadBars = () => import('./draw-bars.ts');

/** A picture of bars with its title and the names of its colours; `said` is what is to be seen in it, in words. */
export const Bars = (props: {
  readonly title: string;
  readonly said: string;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  readonly stacked?: boolean;
}) => {
  const { words } = useSpeech();
  const { title, said, categories, series, stacked = false } = props;
  const colours = useColours();
  const drawing = usePart(loadBars);
  const box = useRef<HTMLDivElement>(null);
  const picture = useRef<BarPicture | null>(null);
  const option = useMemo(
    () => barsOption({ categories, series, stacked, colours }),
    [categories, series, stacked, colours],
  );
  useEffect(() => {
    const element = box.current;
    if (element === null || typeof drawing === 'string') return;
    const begun = drawing.beginBars(element);
    picture.current = begun;
    const watcher = new ResizeObserver(() => begun.fit());
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      picture.current = null;
      begun.close();
    };
  }, [drawing]);
  useEffect(() => {
    if (picture.current === null || typeof drawing === 'string') return;
    picture.current.draw(option);
    // Told only now: what the words say is on the canvas.
    box.current?.setAttribute('aria-label', `${title}: ${said}`);
  }, [drawing, option, title, said]);
  return (
    <figure className="bars">
      <figcaption>
        <strong>{title}</strong>
        {series.map(({ name, colour, dashed = false }) => (
          <span key={name}>
            <i
              className={dashed ? 'swatch dashed' : 'swatch'}
              style={dashed ? { borderColor: colour } : { background: colour }}
              aria-hidden="true"
            />{' '}
            {name}
          </span>
        ))}
      </figcaption>
      {drawing === 'failed' && <p className="refused">{words.banner.partMissing}</p>}
      <div className="bars-canvas" ref={box} role="img" aria-label={title} />
    </figure>
  );
};
