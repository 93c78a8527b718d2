import { memo, type ReactNode, useEffect, useRef } from 'react';
import type { Picture } from './draw.ts';
import type { PanelOption } from './option.ts';

/** What draws, once it is here. */
export type Drawing = typeof import('./draw.ts') | 'loading' | 'failed';

/** The height of a lane, and of what lies under and over all of them, in px. */
export const laneHeight = 36;
const aroundLanes = 34;

/** One picture with its heading. `said` is what is to be seen in it, in words; `lanes` is how many it has, null for a picture that takes the room there is. */
export const Panel = memo(
  (props: {
    readonly drawing: Drawing;
    readonly option: PanelOption;
    readonly said: string;
    readonly lanes: number | null;
    readonly heading: ReactNode;
    readonly over?: ReactNode;
  }) => {
    const { drawing, option, said, lanes } = props;
    const box = useRef<HTMLDivElement>(null);
    const picture = useRef<Picture | null>(null);
    useEffect(() => {
      const element = box.current;
      if (element === null || typeof drawing === 'string') return;
      const begun = drawing.beginPicture(element);
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
      const begun = picture.current;
      if (begun === null || typeof drawing === 'string') return;
      begun.draw(option);
      // Told only now: what the words say is on the canvas.
      box.current?.setAttribute('aria-label', said);
    }, [drawing, option, said]);
    return (
      <section className={lanes === null ? 'picture' : 'picture of-lanes'}>
        {props.heading}
        <div
          className="drawn"
          style={lanes === null ? undefined : { height: `${lanes * laneHeight + aroundLanes}px` }}
        >
          <div className="canvas" ref={box} role="img" />
          {props.over}
        </div>
      </section>
    );
  },
);
