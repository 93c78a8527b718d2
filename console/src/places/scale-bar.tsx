import { scaleLength } from './ground.ts';

/** How long so many metres are on a map of this size (m), in its corner. */
export const ScaleBar = ({ width, height }: { readonly width: number; readonly height: number }) => {
  const scale = scaleLength(width);
  const tick = width / 200;
  return (
    <g className="scale" transform={`translate(${width - scale - tick * 3} ${height - tick * 2})`}>
      <path d={`M0 ${-tick}V0H${scale}V${-tick}`} />
      <text x={scale / 2} y={0} dy="-0.5em">
        {scale} m
      </text>
    </g>
  );
};
