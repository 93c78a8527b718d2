import type { Place } from '../src/model/place.ts';
import { randomFrom } from './random.ts';
import { buildingOf, type Home, type Street } from './street.ts';

/** A device that is to be registered and played. `address` is its name on the wire behind a hub that speaks another convention. */
export type PlannedDevice = {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly place: Place;
  readonly hub: string | null;
  readonly dialect: string;
  readonly address: string | null;
};

const typeNames: Readonly<Record<string, string>> = {
  'smoke-alarm': '烟感',
  'gas-detector': '燃气探测器',
  'co-detector': '一氧化碳探测器',
  'air-monitor': '空气监测仪',
  'call-button': '紧急呼叫器',
  'water-monitor': '用水监测仪',
  'circuit-monitor': '用电监测仪',
  'motion-sensor': '人体感应器',
  'door-sensor': '门磁',
  'fall-detector': '跌倒探测器',
  siren: '声光警报器',
  screen: '信息屏',
  hub: '网关箱',
};

/** A planned device of `type` at a place, on a connection of its own unless `behind` says otherwise. */
export const planDevice = (
  prefix: string,
  type: string,
  place: Place,
  behind: { readonly hub?: string; readonly dialect?: string; readonly address?: string } = {},
): PlannedDevice => ({
  // Every id of the street begins with the street's own, which says nothing here; an id has room for 64 characters.
  id: `${prefix}.${place.id.slice(place.id.indexOf('-') + 1)}.${type}`,
  type,
  name: `${place.text} ${typeNames[type] ?? type}`,
  place,
  hub: behind.hub ?? null,
  dialect: behind.dialect ?? 'native',
  address: behind.address ?? null,
});

// What homes have been fitted with, the most common first.
const kits: readonly (readonly string[])[] = [
  ['smoke-alarm', 'gas-detector', 'call-button'],
  ['smoke-alarm', 'circuit-monitor', 'water-monitor'],
  ['smoke-alarm', 'gas-detector', 'co-detector', 'call-button'],
  ['call-button', 'motion-sensor', 'door-sensor', 'water-monitor'],
  ['smoke-alarm', 'air-monitor', 'circuit-monitor'],
  ['call-button', 'fall-detector', 'air-monitor', 'gas-detector'],
];

// Behind a home's hub the small battery devices speak; the hub speaks for them.
const behindHub: ReadonlySet<string> = new Set([
  'smoke-alarm',
  'call-button',
  'motion-sensor',
  'door-sensor',
]);
const zigbeeTypes: ReadonlySet<string> = new Set(['smoke-alarm', 'motion-sensor', 'door-sensor']);

const homeDevices = (home: Home, index: number, prefix: string, seed: number): readonly PlannedDevice[] => {
  const random = randomFrom(seed, `kit/${home.place.id}`);
  const kit = random.pick(kits);
  const { place } = home;
  // The first home has a Zigbee hub, so that even a small street has one; then one in eight, and one in five has a native hub.
  if (index % 8 === 0) {
    const hub = planDevice(prefix, 'hub', place, { dialect: 'zigbee2mqtt' });
    const address = (): string =>
      `0x00158d00${String(random.between(0, 0xffffffff).toString(16)).padStart(8, '0')}`;
    return [
      hub,
      ...[...zigbeeTypes].map((type) => planDevice(prefix, type, place, { hub: hub.id, address: address() })),
    ];
  }
  if (index % 5 !== 0) return kit.map((type) => planDevice(prefix, type, place));
  const hub = planDevice(prefix, 'hub', place);
  return [
    hub,
    ...kit.map((type) => planDevice(prefix, type, place, behindHub.has(type) ? { hub: hub.id } : {})),
  ];
};

/** The devices of a street, `count` of them in all, hubs before their children: always the same for the same street, seed and prefix. Throws RangeError where the street has not homes enough. */
export const planFleet = (
  street: Street,
  count: number,
  seed: number,
  prefix: string,
): readonly PlannedDevice[] => {
  const plan: PlannedDevice[] = [];
  const done = (): boolean => plan.length >= count;
  for (const [index, home] of street.homes.entries()) {
    if (done()) break;
    plan.push(...homeDevices(home, index, prefix, seed));
  }
  if (!done()) throw new RangeError(`the street has room for ${plan.length} devices, not for ${count}`);
  return plan.slice(0, count);
};

/** The homes of the building that has the most of those that fit, nearest to the ground first. */
export const homesOfOneBuilding = (street: Street, fits: (home: Home) => boolean): readonly Home[] => {
  const byBuilding = Map.groupBy(street.homes.filter(fits), buildingOf);
  const largest = [...byBuilding.values()].reduce<readonly Home[]>(
    (most, homes) => (homes.length > most.length ? homes : most),
    [],
  );
  return [...largest].sort((a, b) => a.place.id.localeCompare(b.place.id, 'en', { numeric: true }));
};
