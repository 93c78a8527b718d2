import type { Place, PlaceKind } from '../../../src/model/place.ts';
import type { NewSite, Point } from '../../../src/model/site.ts';

/** What stands on the ground and is walked to; what is wider is no place to send somebody. */
const walkedTo: ReadonlySet<PlaceKind> = new Set(['building', 'unit', 'floor', 'household']);

/** Whether a place is too wide to stand beside a building: a street, a community, a grid. */
export const isWide = (place: Place | undefined): boolean => {
  const kind = place?.path.at(-1)?.kind;
  return kind !== undefined && !walkedTo.has(kind);
};

/** How far round a place the small map reaches, in metres. */
const reachM = 150;

// Metres a degree, as for the map of the street: near enough to choose what is near.
const metresADegree = 111_200;

type Stands = Pick<NewSite, 'at'> & {
  readonly place: string;
  readonly outline?: readonly Point[] | undefined;
};

/** The step of a place's path that somebody has put on the map: the home itself, else its stairway or building; null where none is. */
export const placedStep = (
  { path }: Place,
  sites: readonly { readonly place: string }[],
): Place['path'][number] | null => {
  const placed = new Set(sites.map(({ place }) => place));
  return path.findLast(({ id, kind }) => walkedTo.has(kind) && placed.has(id)) ?? null;
};

/** What stands near a place (its id), itself first; nothing where it is not on the map. */
export const sitesNear = <T extends Stands>(place: string, sites: readonly T[]): readonly T[] => {
  const here = sites.find((site) => site.place === place);
  if (here === undefined) return [];
  const [east, north] = here.at;
  const shrink = Math.cos((north * Math.PI) / 180);
  return [
    here,
    ...sites.filter(
      (site) =>
        site !== here &&
        Math.hypot((site.at[0] - east) * shrink, site.at[1] - north) * metresADegree <= reachM,
    ),
  ];
};
