import { useCallback, useEffect, useRef, useState } from 'react';
import type { Span } from './span.ts';

/** How long a hand that zooms must rest before the span is read anew, in ms. */
const restMs = 250;

/** The span as it is drawn while somebody zooms: it follows every turn of the wheel at once, and `settled` hears of it when the hand rests. */
export const useMovingSpan = (
  span: Span,
  settled: (span: Span) => void,
): { readonly shown: Span; readonly move: (next: (shown: Span) => Span) => void } => {
  const [moving, setMoving] = useState<Span | null>(null);
  const shown = moving ?? span;
  const newest = useRef(shown);
  newest.current = shown;
  const tell = useRef(settled);
  tell.current = settled;
  useEffect(() => {
    if (moving === null) return;
    const timer = setTimeout(() => {
      tell.current(moving);
      setMoving(null);
    }, restMs);
    return () => clearTimeout(timer);
  }, [moving]);
  const move = useCallback((next: (shown: Span) => Span) => {
    // Several turns may come between two draws.
    newest.current = next(newest.current);
    setMoving(newest.current);
  }, []);
  return { shown, move };
};
