import { piecesOf, usualStepMs } from './gaps.ts';
import type { Scale } from './scale.ts';
import { extentOf, type Series } from './series.ts';
import type { Edges } from './span.ts';

/** A small picture as SVG paths in a box of `width` by `height`: the curve, the band of lowest and highest round it ('' where there is none). */
export type Sketch = { readonly curve: string; readonly band: string };

/** Draws numbers small, broken at the gaps. A flag is a line, with a bar on it while it is so. */
export const sketchOf = (
  series: Series,
  { from, to }: Edges,
  scale: Pick<Scale, 'min' | 'max'>,
  reportEveryMs: number | null,
  box: { readonly width: number; readonly height: number },
): Sketch => {
  const x = (at: number): string => (((at - from) / (to - from)) * box.width).toFixed(1);
  const y = (value: number): string =>
    (box.height - ((value - scale.min) / (scale.max - scale.min)) * box.height).toFixed(1);
  const points = series.points.filter(([at]) => at >= from && at <= to);
  const [first] = points;
  if (first === undefined) return { curve: '', band: '' };
  if (extentOf(first) === null) {
    const bars = points.flatMap(([at, value], index) =>
      value === true ? [`M${x(at)} ${y(0)}V${y(1)}H${x(points[index + 1]?.[0] ?? to)}V${y(0)}Z`] : [],
    );
    return { curve: `M${x(first[0])} ${y(0)}H${x(to)}`, band: bars.join('') };
  }
  const pieces = piecesOf(points, usualStepMs(points, reportEveryMs)).map((piece) =>
    piece.flatMap((point) => {
      const extent = extentOf(point);
      return extent === null ? [] : [{ at: point[0], ...extent }];
    }),
  );
  const curve = pieces.map((piece) => {
    const drawn = piece.map(({ at, mean }) => `${x(at)} ${y(mean)}`).join('L');
    // A point alone would be a line without length.
    return piece.length === 1 ? `M${drawn}h1` : `M${drawn}`;
  });
  const band = points.some((point) => point.length === 4)
    ? pieces.map((piece) => {
        const over = piece.map(({ at, max }) => `${x(at)} ${y(max)}`);
        const under = piece.toReversed().map(({ at, min }) => `${x(at)} ${y(min)}`);
        return `M${[...over, ...under].join('L')}Z`;
      })
    : [];
  return { curve: curve.join(''), band: band.join('') };
};
