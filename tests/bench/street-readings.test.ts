import { expect, test } from 'vitest';
import { lineOf, makeStreet, openStreet } from '../../bench/street-readings.ts';
import { deviceTypes } from '../../devices/index.ts';
import { dayMs } from '../../src/store/readings/day-files.ts';

const from = Date.UTC(2026, 8, 1);
const perDay = 8_640;
const dayOfAll = () => openStreet(12, 10_000).map(({ next }) => next(from, perDay));
const day = dayOfAll();

test('the made-up street says the same at every call', () => {
  expect(JSON.stringify(dayOfAll())).toBe(JSON.stringify(day));
});

test('a day of the made-up street lies within that day, no two readings of a series at the same time', () => {
  for (const rows of day) {
    expect(rows).toHaveLength(perDay);
    expect(rows.every(({ at }, index) => at > (rows[index - 1]?.at ?? from - 1))).toBe(true);
    expect(rows.every(({ at, receivedAt }) => receivedAt >= at)).toBe(true);
    expect(rows.at(-1)?.at).toBeLessThan(from + dayMs);
  }
});

test('the made-up street measures what its devices can, in the steps of their sensors', () => {
  const steps: Readonly<Record<string, number>> = { temperature: 10, co2: 1, energy: 100 };
  for (const [index, { type, measurement }] of makeStreet(12).entries()) {
    const declared = deviceTypes.get(type)?.measurements[measurement];
    if (declared?.kind !== 'number') throw new Error(`a ${type} does not measure ${measurement}`);
    const step = steps[measurement] ?? Number.NaN;
    const values = day[index]?.map(({ value }) => value as number) ?? [];
    expect(values.every((value) => Math.round(value * step) / step === value)).toBe(true);
    expect(values.every((value) => value >= declared.min && value <= declared.max)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(20);
    if (measurement === 'energy')
      expect(values.every((value, reading) => value >= (values[reading - 1] ?? 0))).toBe(true);
  }
});

test('one device in four has a clock that is hours off, kept beside the time of receipt', () => {
  const rows = openStreet(12, 10_000).map(({ next }) => next(from, 1)[0]);
  const clocked = rows.filter((row) => row?.deviceAt !== null);
  expect(clocked).toHaveLength(3);
  for (const row of clocked) expect(row?.at).toBe(row?.receivedAt);
});

test('a reading of the made-up street is one line for InfluxDB', () => {
  const [source] = openStreet(1, 10_000);
  const [row] = source?.next(from, 1) ?? [];
  if (source === undefined || row === undefined) throw new Error('there is one reading');
  expect(lineOf(source, row)).toBe(`temperature,device=air-t-0 value=${row.value} ${row.at}`);
});
