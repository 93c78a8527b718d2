import { describe, expect, it } from 'vitest';
import { homesOfOneBuilding, planFleet } from '../../simulator/fleet-plan.ts';
import { buildingOf, buildStreet, floorOf, readStreetPlan } from '../../simulator/street.ts';

const street = buildStreet(readStreetPlan(), 1);

describe('the devices of a street', () => {
  it('come with their hubs first, because a child is registered under its hub', () => {
    const known = new Set<string>();
    for (const { id, hub } of planFleet(street, 500, 1, 'x')) {
      if (hub !== null) expect(known).toContain(hub);
      known.add(id);
    }
  });

  it('include a Zigbee hub even on a small street, and its children have a name on the wire', () => {
    const plan = planFleet(street, 10, 1, 'x');
    const hub = plan.find(({ dialect }) => dialect === 'zigbee2mqtt');
    const children = plan.filter((device) => device.hub === hub?.id);
    expect(children.length).toBeGreaterThan(0);
    for (const { address } of children) expect(address).toMatch(/^0x[0-9a-f]{16}$/);
  });

  it('keep their ids when the street gets more of them', () => {
    const few = planFleet(street, 50, 1, 'x');
    expect(planFleet(street, 500, 1, 'x').slice(0, 50)).toEqual(few);
  });

  it('are refused where the street has not homes enough', () => {
    expect(() => planFleet(street, 1_000_000, 1, 'x')).toThrow(RangeError);
  });
});

describe('the homes of one building', () => {
  it('lie in one building and are only those that fit', () => {
    const homes = homesOfOneBuilding(street, (home) => floorOf(home) >= 10);
    expect(homes.length).toBeGreaterThanOrEqual(6);
    expect(new Set(homes.map(buildingOf)).size).toBe(1);
    expect(Math.min(...homes.map(floorOf))).toBe(10);
  });
});
