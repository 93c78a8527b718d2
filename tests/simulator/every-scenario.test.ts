import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { planFleet } from '../../simulator/fleet-plan.ts';
import { scenarios } from '../../simulator/scenarios/index.ts';
import { buildStreet, readStreetPlan } from '../../simulator/street.ts';
import { Id } from '../../src/model/text.ts';

const folder = new URL('../../simulator/scenarios/', import.meta.url);
const street = buildStreet(readStreetPlan(), 1);

describe('the scenarios', () => {
  it('are all in the register, each under the name of its file', () => {
    const files = readdirSync(folder)
      .filter((name) => name !== 'index.ts')
      .map((name) => name.replace(/\.ts$/, ''));
    expect([...scenarios.keys()].sort()).toEqual(files.sort());
  });

  it('begin the ids of their devices with letters that no two of them share', () => {
    const initials = [...scenarios.keys()].map((name) =>
      name
        .split('-')
        .map((word) => word[0])
        .join(''),
    );
    expect(new Set(initials).size).toBe(scenarios.size);
  });
});

describe.each([...scenarios.values()])('$name', ({ plot, mustFollow, defaults }) => {
  it('says in sentences of their own what must follow', () => {
    const sentences = Object.values(mustFollow);
    expect(plot).toMatch(/\.$/);
    expect(sentences.length).toBeGreaterThan(0);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence.split(' ').length).toBeGreaterThan(3);
  });

  it('finds room on the sample street for the fleet it has unless told otherwise', () => {
    expect(planFleet(street, defaults.devices, 1, 'x')).toHaveLength(defaults.devices);
  });
});

describe('the ids of a fleet', () => {
  it('are valid and unique all over the street, with the longest prefix a scenario can have', () => {
    const longest = `${'dar'}${9_999_999_999}.bg`;
    const plan = planFleet(street, 2000, 1, longest);
    for (const { id } of plan) expect(Id.safeParse(id).error).toBeUndefined();
    expect(new Set(plan.map(({ id }) => id)).size).toBe(plan.length);
  });

  it('come with the same homes for the same seed, and others for another', () => {
    const idsFor = (seed: number): readonly string[] =>
      planFleet(buildStreet(readStreetPlan(), seed), 100, seed, 'x').map(({ id }) => id);
    expect(idsFor(5)).toEqual(idsFor(5));
    expect(idsFor(5)).not.toEqual(idsFor(6));
  });
});
