import { type Ground, metresNorth } from './ground.ts';

/** A picture of a piece of ground, and where it lies on the map (m). */
export type Tile = {
  readonly href: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

/** How large a picture is (px), and the finest that servers usually have. */
const tileSize = 256;
const finest = 19;

const longitudeOf = (column: number, zoom: number): number => (column / 2 ** zoom) * 360 - 180;
const latitudeOf = (row: number, zoom: number): number =>
  (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** zoom))) * 180) / Math.PI;
const columnOf = (longitude: number, zoom: number): number =>
  Math.floor(((longitude + 180) / 360) * 2 ** zoom);
const rowOf = (latitude: number, zoom: number): number =>
  Math.floor(((1 - Math.asinh(Math.tan((latitude * Math.PI) / 180)) / Math.PI) / 2) * 2 ** zoom);

/** The pictures of `url` (with `{z}`, `{x}` and `{y}` in it, Web Mercator) that cover the map, so fine that one of their pixels is about one on the screen, where a metre is drawn `pixelsAMetre` wide. */
export const tilesUnder = (
  ground: Omit<Ground<unknown>, 'drawn'>,
  url: string,
  pixelsAMetre: number,
): readonly Tile[] => {
  const { corner, metresEast, width, height } = ground;
  if (width === 0) return [];
  const [west, north] = corner;
  const wanted = Math.round(Math.log2((360 * metresEast * pixelsAMetre) / tileSize));
  const zoom = Math.min(Math.max(wanted, 0), finest);
  const tiles: Tile[] = [];
  const lastRow = rowOf(north - height / metresNorth, zoom);
  const lastColumn = columnOf(west + width / metresEast, zoom);
  for (let row = rowOf(north, zoom); row <= lastRow; row += 1)
    for (let column = columnOf(west, zoom); column <= lastColumn; column += 1) {
      const x = (longitudeOf(column, zoom) - west) * metresEast;
      const y = (north - latitudeOf(row, zoom)) * metresNorth;
      tiles.push({
        href: url
          .replaceAll('{z}', String(zoom))
          .replaceAll('{x}', String(column))
          .replaceAll('{y}', String(row)),
        x,
        y,
        width: (longitudeOf(column + 1, zoom) - west) * metresEast - x,
        height: (north - latitudeOf(row + 1, zoom)) * metresNorth - y,
      });
    }
  return tiles;
};
