import type { Place, PlaceKind } from '../../../src/model/place.ts';
import type { Drawn } from './ground.ts';

/** The name of a community over a group of its buildings: in the middle above them, in metres on the map. */
export type CommunityLabel = {
  readonly key: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
};

const stepOf = ({ path }: Place, kind: PlaceKind): Place['path'][number] | undefined =>
  path.find((step) => step.kind === kind);

const isBuilding = ({ path }: Place): boolean => path.at(-1)?.kind === 'building';

/** The communities by name over their buildings, each grid's apart because they may lie far from each other; none where no two buildings are called the same, or for a community that stands on the map with its own name. */
export const communityLabels = (drawn: readonly Drawn<Place>[]): readonly CommunityLabel[] => {
  const buildings = drawn.filter(({ what }) => isBuilding(what));
  const called = new Set(buildings.map(({ what }) => what.path.at(-1)?.name));
  if (called.size === buildings.length) return [];
  const named = new Set(drawn.map(({ what }) => what.id));
  const groups = Map.groupBy(
    buildings,
    ({ what }) => (stepOf(what, 'grid') ?? stepOf(what, 'community'))?.id,
  );
  return [...groups].flatMap(([key, those]) => {
    const community = those[0] && stepOf(those[0].what, 'community');
    if (key === undefined || community === undefined || named.has(community.id)) return [];
    const points = those.flatMap(({ outline }) => outline);
    const across = points.map(([x]) => x);
    return [
      {
        key,
        name: community.name,
        x: (Math.min(...across) + Math.max(...across)) / 2,
        y: Math.min(...points.map(([, y]) => y)),
      },
    ];
  });
};
