import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { Household, householdWarnings } from '../src/model/household.ts';
import type { Place, PlaceKind } from '../src/model/place.ts';
import { type NewSite, Point } from '../src/model/site.ts';
import { Id } from '../src/model/text.ts';
import { type Random, randomFrom } from './random.ts';

const Name = z.string().min(1).max(60);
const Percent = z.number().min(0).max(100);

/** The sample street as `config/community.yaml` describes it. */
export const StreetPlan = z.strictObject({
  street: z.strictObject({ id: Id, name: Name }),
  communities: z
    .array(
      z.strictObject({
        id: Id,
        name: Name,
        grids: z
          .array(
            z.strictObject({
              id: Id,
              name: Name,
              at: Point,
              buildings: z.array(z.number().int().positive()).min(1),
              units: z.number().int().min(1).max(20),
              floors: z.number().int().min(1).max(60),
              homes: z.number().int().min(1).max(20),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
  cards: z.strictObject({
    share: Percent,
    warnings: z.strictObject(Object.fromEntries(householdWarnings.map((warning) => [warning, Percent]))),
  }),
  surnames: z.array(Name).min(1),
  givenNames: z.array(Name).min(1),
  relations: z.array(Name).min(1),
});
export type StreetPlan = z.infer<typeof StreetPlan>;

/** A home, and the card of who lives there where it has one. */
export type Home = { readonly place: Place; readonly card: Household | null };

/** A street full of homes. */
export type Street = {
  readonly place: Place;
  readonly communities: readonly Place[];
  readonly buildings: readonly Place[];
  /** Where the buildings stand, by their places. */
  readonly sites: ReadonlyMap<string, NewSite>;
  /** Every home, in an order drawn from the seed, so that the first few lie all over the street. */
  readonly homes: readonly Home[];
};

const below = (parent: Place, kind: PlaceKind, id: string, name: string, text: string): Place => ({
  id: `${parent.id}-${id}`,
  path: [...parent.path, { kind, id: `${parent.id}-${id}`, name }],
  text,
});

/** Degrees a metre of latitude, and of longitude in these parts: near enough for invented buildings. */
const degreesNorth = 1 / 111_000;
const degreesEast = 1 / 95_000;

/** A slab of a building, its stairwells side by side from west to east, 70 m beside the one before. */
const siteOf = ([east, north]: Point, index: number, units: number): NewSite => {
  const middle: Point = [east + index * 70 * degreesEast, north];
  const halfWide = Math.min(28, 9 * units) * degreesEast;
  const halfDeep = 8 * degreesNorth;
  const corner = (x: number, y: number): Point => [middle[0] + x * halfWide, middle[1] + y * halfDeep];
  return { at: middle, outline: [corner(-1, 1), corner(1, 1), corner(1, -1), corner(-1, -1)] };
};

const count = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const drawCard = (plan: StreetPlan, place: Place, random: Random): Household | null => {
  const has = (share: number): boolean => random.next() * 100 < share;
  const draw = {
    card: has(plan.cards.share),
    warnings: householdWarnings.filter((warning) => has(plan.cards.warnings[warning] ?? 0)),
    surname: random.pick(plan.surnames),
    given: random.pick(plan.givenNames),
    contact: `${random.pick(plan.surnames)}${random.pick(plan.givenNames)}`,
    relation: random.pick(plan.relations),
    born: random.between(1933, 1958),
    phone: `1380000${String(random.between(0, 9999)).padStart(4, '0')}`,
    hasKey: has(60),
  };
  if (!draw.card) return null;
  return Household.parse({
    place: place.id,
    warnings: draw.warnings,
    residents: [{ name: `${draw.surname}${draw.given}`, born: draw.born }],
    contacts: [{ name: draw.contact, relation: draw.relation, phone: draw.phone, hasKey: draw.hasKey }],
  });
};

/** Builds the street that belongs to this plan and seed: always the same one. */
export const buildStreet = (plan: StreetPlan, seed: number): Street => {
  const street: Place = {
    id: plan.street.id,
    path: [{ kind: 'street', id: plan.street.id, name: plan.street.name }],
    text: plan.street.name,
  };
  const communities: Place[] = [];
  const buildings: Place[] = [];
  const sites = new Map<string, NewSite>();
  const homes: Home[] = [];
  for (const eachCommunity of plan.communities) {
    const community = below(street, 'community', eachCommunity.id, eachCommunity.name, eachCommunity.name);
    communities.push(community);
    for (const eachGrid of eachCommunity.grids) {
      const grid = below(community, 'grid', eachGrid.id, eachGrid.name, `${community.text} ${eachGrid.name}`);
      for (const [index, number] of eachGrid.buildings.entries()) {
        const building = below(grid, 'building', `${number}`, `${number}栋`, `${community.text} ${number}栋`);
        buildings.push(building);
        sites.set(building.id, siteOf(eachGrid.at, index, eachGrid.units));
        for (const unitNumber of count(1, eachGrid.units)) {
          const unit = below(
            building,
            'unit',
            `${unitNumber}`,
            `${unitNumber}单元`,
            `${building.text}${unitNumber}单元`,
          );
          for (const floorNumber of count(1, eachGrid.floors)) {
            const floor = below(
              unit,
              'floor',
              `${floorNumber}`,
              `${floorNumber}层`,
              `${unit.text}${floorNumber}层`,
            );
            for (const door of count(1, eachGrid.homes)) {
              const room = `${floorNumber}${String(door).padStart(2, '0')}`;
              const place = below(floor, 'household', room, room, `${unit.text}${room}`);
              homes.push({ place, card: drawCard(plan, place, randomFrom(seed, `card/${place.id}`)) });
            }
          }
        }
      }
    }
  }
  return { place: street, communities, buildings, sites, homes: randomFrom(seed, 'homes').shuffle(homes) };
};

/** Reads the sample street of the project; throws where the file is not what `StreetPlan` says. */
export const readStreetPlan = (
  path: string = fileURLToPath(new URL('../config/community.yaml', import.meta.url)),
): StreetPlan => StreetPlan.parse(parse(readFileSync(path, 'utf8')));

/** The floor a home lies on, as a number counted from the ground; 0 where its place does not say. */
export const floorOf = (home: Home): number =>
  Number.parseInt(home.place.path.find((step) => step.kind === 'floor')?.name ?? '0', 10);

/** The id of the building that a home lies in; empty where its place does not say. */
export const buildingOf = (home: Home): string =>
  home.place.path.find((step) => step.kind === 'building')?.id ?? '';
