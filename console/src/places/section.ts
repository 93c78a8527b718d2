import type { Alert } from '../../../src/model/alert.ts';
import { liesWithin, type Place } from '../../../src/model/place.ts';
import { byUrgency } from '../board/order.ts';

/** A home in the section of its building: its most urgent open alert, and how many are open. */
export type SectionHome = { readonly place: Place; readonly worst: Alert | null; readonly count: number };

/** A stairway of a building, its floors from the top down; homes whose floor nobody knows are on floor null, at the bottom. */
export type SectionUnit = {
  readonly name: string;
  readonly floors: readonly { readonly floor: number | null; readonly homes: readonly SectionHome[] }[];
};

/** On which floor a home lies: what its path says, else what its door's number begins with (501 is on the fifth, 1203 on the twelfth); null = nobody knows. */
export const floorOf = ({ path }: Place): number | null => {
  const said = path.find(({ kind }) => kind === 'floor')?.name.match(/-?\d+/)?.[0];
  if (said !== undefined) return Number(said);
  const door = path.at(-1)?.name.match(/(\d{1,2})\d{2}$/)?.[1];
  return door === undefined ? null : Number(door);
};

const unitOf = ({ path }: Place): string => path.find(({ kind }) => kind === 'unit')?.name ?? '';

const byName = (a: string, b: string): number => a.localeCompare(b, 'zh', { numeric: true });

/** A building cut open: stairway by stairway, floor by floor, home by home. No homes, no stairways. */
export const sectionOf = (
  building: Place,
  places: readonly Place[],
  alerts: readonly Alert[],
): readonly SectionUnit[] => {
  const openOf = new Map<string, Alert[]>();
  for (const alert of [...alerts].sort(byUrgency)) {
    const home = alert.place?.path.find(({ kind }) => kind === 'household')?.id;
    if (home === undefined) continue;
    const known = openOf.get(home);
    if (known === undefined) openOf.set(home, [alert]);
    else known.push(alert);
  }
  const homes = places
    .filter((place) => place.path.at(-1)?.kind === 'household' && liesWithin(place, building.id))
    .sort((a, b) => byName(a.path.at(-1)?.name ?? '', b.path.at(-1)?.name ?? ''));
  return [...Map.groupBy(homes, unitOf)]
    .sort(([a], [b]) => byName(a, b))
    .map(([name, inUnit]) => ({
      name,
      floors: [...Map.groupBy(inUnit, floorOf)]
        .sort(([a], [b]) => (b ?? Number.NEGATIVE_INFINITY) - (a ?? Number.NEGATIVE_INFINITY))
        .map(([floor, onFloor]) => ({
          floor,
          homes: onFloor.map((place) => {
            const open = openOf.get(place.id) ?? [];
            return { place, worst: open[0] ?? null, count: open.length };
          }),
        })),
    }));
};
