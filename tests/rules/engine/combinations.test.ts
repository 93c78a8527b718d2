import { describe, expect, test } from 'vitest';
import { createStreet, deviceOf, homeOf, rulesOf } from '../street.ts';

const alert = (kind: string): string => `alert: { kind: ${kind}, priority: high, title: { zh: 甲, en: a } }`;
const rules = rulesOf(`
source: a test
rules:
  - { id: smoke, kind: flag, types: [smoke-alarm], when: { measurement: smoke }, ${alert('smoke')} }
  - { id: hot, kind: threshold, types: [smoke-alarm], when: { measurement: temperature, above: 60 }, off-delay: 60s, ${alert('air')} }
  - { id: fire, kind: combination, when: { all: [smoke, hot], within: household }, on-delay: 5s, ${alert('smoke')} }
  - { id: spreading, kind: combination, when: { any: [smoke], within: building, homes: 2 }, groups: true, ${alert('smoke')} }
  - { id: blaze, kind: combination, when: { all: [fire, spreading], within: building }, ${alert('smoke')} }`);

const hall = deviceOf('hall', 'smoke-alarm', homeOf('tower', 'h1'));
const kitchen = deviceOf('kitchen', 'smoke-alarm', homeOf('tower', 'h1'));
const upstairs = deviceOf('upstairs', 'smoke-alarm', homeOf('tower', 'h2'));
const elsewhere = deviceOf('elsewhere', 'smoke-alarm', homeOf('barn', 'h3'));
const all = [hall, kitchen, upstairs, elsewhere];

const street = () => {
  const made = createStreet(rules);
  for (const device of all) made.watch(device, 0, 0);
  made.resume(0);
  return made;
};

describe('several alerts within reach of each other', () => {
  test('of different devices of one home make one of the home, after its own delay, and it ends with either', () => {
    const one = street();
    one.says(hall, 'smoke', true, 0);
    one.says(kitchen, 'temperature', 70, 1000);
    one.tick(5999);
    expect(one.log).toEqual(['holds smoke hall', 'holds hot kitchen']);
    one.tick(6000);
    expect(one.log.at(-1)).toBe('holds fire place:h1');
    one.says(hall, 'smoke', false, 7000);
    expect(one.log.slice(-2)).toEqual(['clears smoke hall', 'clears fire place:h1']);
  });

  test('of homes that do not belong together make nothing', () => {
    const one = street();
    one.says(hall, 'smoke', true, 0);
    one.says(elsewhere, 'smoke', true, 0);
    one.says(elsewhere, 'temperature', 10, 0);
    one.tick(60_000);
    expect(one.log).toEqual(['holds smoke hall', 'holds smoke elsewhere']);
  });

  test('of one home do not make several homes, those of two do', () => {
    const one = street();
    one.says(hall, 'smoke', true, 0);
    one.says(kitchen, 'smoke', true, 0);
    expect(one.log).toHaveLength(2);
    one.says(upstairs, 'smoke', true, 1000);
    expect(one.log.slice(2)).toEqual(['holds smoke upstairs', 'holds spreading place:tower']);
    one.says(kitchen, 'smoke', false, 2000);
    expect(one.log.at(-1)).toBe('clears smoke kitchen');
    one.says(hall, 'smoke', false, 3000);
    expect(one.log.at(-1)).toBe('clears spreading place:tower');
  });

  test('can rest on combinations in turn', () => {
    const one = street();
    one.says(hall, 'smoke', true, 0);
    one.says(hall, 'temperature', 80, 0);
    one.says(upstairs, 'smoke', true, 0);
    one.tick(5000);
    expect(one.log.slice(-2)).toEqual(['holds fire place:h1', 'holds blaze place:tower']);
  });

  test('are found after a restart too, and their delay goes on over it', () => {
    const one = street();
    one.says(hall, 'smoke', true, 0);
    one.says(hall, 'temperature', 80, 0);
    one.restart(new Map(all.map((device) => [device, 0])), 2000);
    expect([...one.delays.keys()]).toEqual(['fire place:h1']);
    one.tick(4999);
    expect(one.log).toHaveLength(2);
    one.tick(5000);
    expect(one.log.at(-1)).toBe('holds fire place:h1');
    one.active.delete('hot hall');
    one.restart(new Map(all.map((device) => [device, 0])), 6000);
    expect(one.log.at(-1)).toBe('clears fire place:h1');
  });
});
