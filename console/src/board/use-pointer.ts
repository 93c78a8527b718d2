import { type RefObject, useEffect, useRef } from 'react';

/** What a part of the page is told of the pointer. */
export type PointerEars = {
  /** It has come to be over the part, or over something else in it: because it was moved, or because what lay there has gone. */
  readonly over: () => void;
  /** It was moved within the part, or a finger came down there, on `target`. */
  readonly moved: (target: Element) => void;
  /** It is elsewhere, or a finger was lifted. May be told again and again. */
  readonly left: () => void;
};

/** Tells where the pointer is by what the whole document hears: an element that goes away under the pointer never says that the pointer has left it, and the part would be thought to be under a hand for ever. */
export const usePointer = (part: RefObject<HTMLElement | null>, ears: PointerEars): void => {
  const newest = useRef(ears);
  useEffect(() => {
    newest.current = ears;
  });
  useEffect(() => {
    const within = ({ target }: Event): Element | null =>
      target instanceof Element && part.current?.contains(target) === true ? target : null;
    const over = (event: PointerEvent): void => {
      if (within(event) === null) newest.current.left();
      else newest.current.over();
    };
    const moved = (event: PointerEvent): void => {
      const target = within(event);
      if (target === null) newest.current.left();
      else newest.current.moved(target);
    };
    // A finger comes down where it is meant to, and is gone when it is lifted; a mouse goes down where it lies.
    const down = (event: PointerEvent): void => {
      if (event.pointerType !== 'mouse') moved(event);
    };
    const up = (event: PointerEvent): void => {
      if (event.pointerType !== 'mouse') newest.current.left();
    };
    const gone = (): void => newest.current.left();
    const whole = document.documentElement;
    document.addEventListener('pointerover', over);
    document.addEventListener('pointermove', moved);
    document.addEventListener('pointerdown', down);
    document.addEventListener('pointerup', up);
    document.addEventListener('pointercancel', up);
    whole.addEventListener('pointerleave', gone);
    return () => {
      document.removeEventListener('pointerover', over);
      document.removeEventListener('pointermove', moved);
      document.removeEventListener('pointerdown', down);
      document.removeEventListener('pointerup', up);
      document.removeEventListener('pointercancel', up);
      whole.removeEventListener('pointerleave', gone);
    };
  }, [part]);
};
