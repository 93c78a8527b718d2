import { type Alert, type AlertKind, type Priority, priorities } from '../../../src/model/alert.ts';
import type { Place } from '../../../src/model/place.ts';
import { isWaiting, type Layout, type Section } from './order.ts';

/** A building of which rows are folded: its name in the street, how many rows it has, how many of them wait, of which priorities they are, and of which kinds, the most frequent first. */
export type Building = {
  readonly id: string;
  readonly name: string;
  readonly count: number;
  readonly waiting: number;
  readonly priorities: readonly { readonly priority: Priority; readonly count: number }[];
  readonly kinds: readonly { readonly kind: AlertKind; readonly count: number }[];
};

/** One line of the board. `shut`: what belongs under it is folded away. */
export type Line =
  | {
      readonly kind: 'section';
      readonly key: string;
      readonly section: Section;
      readonly count: number;
      readonly waiting: number;
      readonly shut: boolean;
    }
  | {
      readonly kind: 'building';
      readonly key: string;
      readonly building: Building;
      readonly shut: boolean;
    }
  | { readonly kind: 'row'; readonly key: string; readonly id: string };

/** The parts of the board that nobody can fold away. */
export const alwaysOpen: ReadonlySet<Section> = new Set(['emergency', 'arrivals']);

/** The parts whose rows are folded by building in a flood. */
const inBuildings: ReadonlySet<Section> = new Set(['high', 'medium', 'low']);

type Named = { readonly id: string; readonly name: string };

// Of every alert that is open it is asked with every change of one.
const known = new WeakMap<Place, Named | null>();

const buildingAt = (place: Place): Named | null => {
  const building = place.path.findIndex(({ kind }) => kind === 'building');
  const homes = place.path.findIndex(({ kind }) => kind === 'household');
  const until = building >= 0 ? building + 1 : homes >= 0 ? homes : place.path.length;
  const path = place.path.slice(0, until);
  const last = path.at(-1);
  return last === undefined ? null : { id: last.id, name: path.map(({ name }) => name).join(' ') };
};

/** The building in which an alert lies, and what it is called in the street; else the narrowest place above a home that is known of it; null = nowhere. */
export const buildingOf = ({ place }: Pick<Alert, 'place'>): Named | null => {
  if (place === null) return null;
  const found = known.get(place);
  if (found !== undefined) return found;
  const building = buildingAt(place);
  known.set(place, building);
  return building;
};

const buildingLine = (
  section: Section,
  { id, name }: Named,
  alerts: readonly Alert[],
  unfolded: ReadonlySet<string>,
): Line & { readonly kind: 'building' } => {
  const key = `${section} ${id}`;
  return {
    kind: 'building',
    key,
    building: {
      id,
      name,
      count: alerts.length,
      waiting: alerts.filter(isWaiting).length,
      priorities: priorities.flatMap((priority) => {
        const count = alerts.filter((alert) => alert.priority === priority).length;
        return count === 0 ? [] : [{ priority, count }];
      }),
      kinds: [...Map.groupBy(alerts, ({ kind }) => kind)]
        .map(([kind, of]) => ({ kind, count: of.length }))
        .sort((a, b) => b.count - a.count),
    },
    shut: !unfolded.has(key),
  };
};

/** The lines to draw, in order. `folded`: the sections that are folded away. With `byBuilding`, in a flood, the rows of what can wait stand under their building, folded unless its key is in `unfolded`; a building with a single row keeps it in sight, because a line for it would save nothing. */
export const linesOf = (
  layout: Layout,
  alertOf: (id: string) => Alert | undefined,
  folded: ReadonlySet<string>,
  byBuilding: boolean,
  unfolded: ReadonlySet<string>,
): readonly Line[] => {
  const lines: Line[] = [];
  for (const { section, ids } of layout) {
    const alerts = ids.flatMap((id) => alertOf(id) ?? []);
    const shut = !alwaysOpen.has(section) && folded.has(section);
    const waiting = alerts.filter(isWaiting).length;
    lines.push({ kind: 'section', key: section, section, count: alerts.length, waiting, shut });
    if (shut) continue;
    if (!byBuilding || !inBuildings.has(section)) {
      for (const { id } of alerts) lines.push({ kind: 'row', key: id, id });
      continue;
    }
    const groups = Map.groupBy(alerts, (alert) => buildingOf(alert)?.id ?? '');
    for (const [id, group] of groups) {
      const [first] = group;
      const building = first === undefined ? null : buildingOf(first);
      if (group.length > 1) {
        const line = buildingLine(section, building ?? { id, name: '' }, group, unfolded);
        lines.push(line);
        if (line.shut) continue;
      }
      for (const alert of group) lines.push({ kind: 'row', key: alert.id, id: alert.id });
    }
  }
  return lines;
};
