import type { NewSite, Point } from '../../../src/model/site.ts';

/** A place on the drawn map: the middle of it and its outline, in metres east and south of the map's corner. */
export type Drawn<T> = {
  readonly what: T;
  readonly x: number;
  readonly y: number;
  readonly outline: readonly (readonly [number, number])[];
};

/** The map: what is on it, how wide and high it is in metres, where its upper left corner lies, and how long a degree of longitude is there (m). */
export type Ground<T> = {
  readonly drawn: readonly Drawn<T>[];
  readonly corner: Point;
  readonly metresEast: number;
  readonly width: number;
  readonly height: number;
};

/** Metres a degree of latitude, the mean of the meridian (WGS 84). A street is a few kilometres wide: the error is far below a building. */
export const metresNorth = 111_133;
const metresAtEquator = 111_320;

/** A building whose ground plan nobody has drawn is a square of this size (m). */
const plainSize = 26;
const margin = 40;

const square = (x: number, y: number): readonly (readonly [number, number])[] => {
  const half = plainSize / 2;
  return [
    [x - half, y - half],
    [x + half, y - half],
    [x + half, y + half],
    [x - half, y + half],
  ];
};

/** Lays places out flat, north on top. Nothing on the map: 0 × 0 m. */
export const layOut = <T>(
  sites: readonly {
    readonly what: T;
    readonly site: Pick<NewSite, 'at'> & { readonly outline?: readonly Point[] | undefined };
  }[],
): Ground<T> => {
  const all = sites.flatMap(({ site }) => [site.at, ...(site.outline ?? [])]);
  const [first] = all;
  if (first === undefined)
    return { drawn: [], corner: [0, 0], metresEast: metresAtEquator, width: 0, height: 0 };
  const east = metresAtEquator * Math.cos((first[1] * Math.PI) / 180);
  const flat = ([longitude, latitude]: Point): readonly [number, number] => [
    longitude * east,
    -latitude * metresNorth,
  ];
  const points = all.map(flat);
  const left = Math.min(...points.map(([x]) => x)) - margin;
  const top = Math.min(...points.map(([, y]) => y)) - margin;
  const placed = (point: Point): readonly [number, number] => {
    const [x, y] = flat(point);
    return [x - left, y - top];
  };
  return {
    drawn: sites.map(({ what, site }) => {
      const [x, y] = placed(site.at);
      return { what, x, y, outline: site.outline?.map(placed) ?? square(x, y) };
    }),
    corner: [left / east, -top / metresNorth],
    metresEast: east,
    width: Math.max(...points.map(([x]) => x)) - left + margin,
    height: Math.max(...points.map(([, y]) => y)) - top + margin,
  };
};

/** A round length for the scale of a map that is so many metres wide: about a fifth of it (m). */
export const scaleLength = (width: number): number => {
  const wanted = width / 5;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([5, 2, 1].find((step) => step * power <= wanted) ?? 1) * power;
};
